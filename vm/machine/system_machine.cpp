#include "vm/machine/system_machine.h"

#include <algorithm>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "vm/base/check.h"

namespace vm::machine {
namespace {

using guest::riscv::Interrupt;
using mem::PhysAddr;

constexpr std::uint64_t kNanosecondsPerTick = 1'000'000'000 / kTimebaseFrequency;

// Integer registers of the calling convention.
constexpr unsigned kA0 = 10;
constexpr unsigned kA1 = 11;
constexpr unsigned kA2 = 12;
constexpr unsigned kA6 = 16;
constexpr unsigned kA7 = 17;

// What harts say of themselves in the device tree: what is built, and nothing else.
std::vector<std::string> extensions() {
    return {"i",        "m",   "a",   "f",   "d",   "c",    "zicntr", "zicond",  "zicsr",
            "zifencei", "zba", "zbb", "zbc", "zbs", "sstc", "svadu",  "svinval", "svnapot"};
}

unsigned index_of(HardwareCounter counter) { return counter == HardwareCounter::cycle ? 0 : 2; }

SystemEnd end_of(devices::FinishRequest::Kind kind) {
    switch (kind) {
        case devices::FinishRequest::Kind::pass:
            return SystemEnd::powered_off;
        case devices::FinishRequest::Kind::reset:
            return SystemEnd::reset;
        case devices::FinishRequest::Kind::fail:
            break;
    }
    return SystemEnd::failed;
}

}  // namespace

SystemMachine::SystemMachine(mem::GuestRam ram, unsigned harts, const Surroundings& surroundings)
    : ram_(std::move(ram)), surroundings_(surroundings), harts_(harts), board_(ram_, wiring()) {
    for (unsigned number = 0; number < harts; ++number) {
        harts_[number] = std::make_unique<HartUnit>(number, ram_, board_.bus(), handshake_, services());
        if (harts > 1) {
            harts_[number]->share_code(handshake_);
        }
    }
}

SystemMachine::~SystemMachine() = default;

BoardWiring SystemMachine::wiring() {
    return {.harts = static_cast<unsigned>(harts_.size()),
            .ticks = surroundings_.ticks,
            .wall_clock = surroundings_.wall_clock,
            .random = surroundings_.random,
            .interrupt = [this](unsigned hart, Interrupt interrupt,
                                bool raised) { harts_[hart]->raise(interrupt, raised); },
            .deadline_changed =
                [this](std::optional<unsigned> hart) { hart ? harts_[*hart]->look_again() : look_again(); },
            .transmit = surroundings_.transmit,
            .room = surroundings_.room,
            .finish =
                [this](devices::FinishRequest request) {
                    finish({end_of(request.kind), request.code, {}});
                }};
}

HartUnit::Machine SystemMachine::services() {
    return {.time = [this] { return board_.time(); },
            .keep_time = [this](unsigned hart) { board_.keep_time(hart); },
            .time_left = [this](unsigned hart,
                                std::optional<std::uint64_t> deadline) { return time_left(hart, deadline); },
            .ended = [this] { return ended(); },
            .stuck =
                [this](std::string message) {
                    finish({SystemEnd::stuck, 0, std::move(message)});
                },
            .look_again = [this] { look_again(); },
            .stopped = [this] { end_when_all_stopped(); },
            .environment_call = {}};
}

Result<std::unique_ptr<SystemMachine>> SystemMachine::create(const SystemOptions& options,
                                                             const Surroundings& surroundings) {
    if (options.harts == 0 or options.harts > kMaxHarts) {
        return fail("a machine has 1 to {} harts, not {}", kMaxHarts, options.harts);
    }
    if (not options.kernel and not options.firmware) {
        return fail("a machine needs a kernel or firmware");
    }
    auto ram = mem::GuestRam::create(kRamBase, options.memory);
    if (not ram) {
        return tl::unexpected(ram.error());
    }
    std::unique_ptr<SystemMachine> machine(new SystemMachine(std::move(*ram), options.harts, surroundings));
    if (auto able = options.native ? machine->compile_hot_code(*options.native) : Result<void>{}; not able) {
        return tl::unexpected(able.error());
    }
    if (auto booted = machine->boot(options); not booted) {
        return tl::unexpected(booted.error());
    }
    return machine;
}

Result<void> SystemMachine::compile_hot_code(const native::Options& options) {
    auto code = native::make_machine_code(options.code);
    if (not code) {
        return tl::unexpected(code.error());
    }
    code_ = std::move(*code);
    for (const auto& hart : harts_) {
        hart->compile_hot_code(code_, options);
    }
    return {};
}

// The tree's size does not depend on where things lie, so it is made twice: to plan, and with the plan.
Result<void> SystemMachine::boot(const SystemOptions& options) {
    const std::uint64_t initrd_size = options.initrd.size();
    const std::optional<Initrd> anywhere =
        initrd_size != 0 ? std::optional(Initrd{kRamBase, kRamBase + initrd_size}) : std::nullopt;
    const auto draft = make_device_tree(options, anywhere);
    if (not draft) {
        return tl::unexpected(draft.error());
    }
    const auto plan = plan_boot({.ram_base = kRamBase,
                                 .ram_size = options.memory,
                                 .firmware = options.firmware ? &*options.firmware : nullptr,
                                 .kernel = options.kernel ? &*options.kernel : nullptr,
                                 .initrd_size = initrd_size,
                                 .device_tree_size = draft->size()});
    if (not plan) {
        return tl::unexpected(plan.error());
    }
    auto tree = make_device_tree(options, plan->initrd);
    if (not tree) {
        return tl::unexpected(tree.error());
    }
    device_tree_ = std::move(*tree);
    VM_CHECK(device_tree_.size() == draft->size());
    if (auto loaded = load(options, *plan); not loaded) {
        return loaded;
    }
    options.firmware ? enter_firmware(*plan) : enter_kernel(*plan);
    return {};
}

// What the plan has places for.
Result<void> SystemMachine::load(const SystemOptions& options, const BootPlan& plan) {
    const auto place = [this](const std::optional<BootImage>& image, const std::optional<PhysAddr>& to,
                              std::string_view name) -> Result<void> {
        return image and to ? load_boot_image(*image, *to, name, ram_) : Result<void>{};
    };
    if (auto placed = place(options.kernel, plan.kernel, "kernel"); not placed) {
        return placed;
    }
    if (auto placed = place(options.firmware, plan.firmware, "firmware"); not placed) {
        return placed;
    }
    const auto write = [this](PhysAddr to, std::span<const std::byte> bytes) {
        VM_CHECK(ram_.write_bytes(to, bytes).has_value());
    };
    write(plan.device_tree, device_tree_);
    if (plan.initrd) {
        write(plan.initrd->start, options.initrd);
    }
    if (plan.firmware_info) {
        write(*plan.firmware_info, firmware_info(plan));
    }
    return {};
}

// All harts begin there, as OpenSBI's fw_dynamic expects it.
void SystemMachine::enter_firmware(const BootPlan& plan) {
    for (const auto& unit : harts_) {
        unit->hart().pc = raw(plan.entry);
        unit->hart().x[kA0] = unit->number();
        unit->hart().x[kA1] = raw(plan.device_tree);
        unit->hart().x[kA2] = raw(*plan.firmware_info);
    }
}

// Hart 0 begins there, and starts the others.
void SystemMachine::enter_kernel(const BootPlan& plan) {
    SbiHost& host = *this;  // which only this class may see it as
    sbi_ = std::make_unique<Sbi>(host, ram_, SbiOptions{.harts = harts()});
    for (const auto& unit : harts_) {
        unit->prepare_supervisor([this](HartUnit& caller) { serve(caller); });
    }
    VM_CHECK(harts_.front()->start({plan.entry, raw(plan.device_tree)}));
}

Result<std::vector<std::byte>> SystemMachine::make_device_tree(const SystemOptions& options,
                                                               const std::optional<Initrd>& initrd) const {
    Chosen chosen{options.bootargs, "/soc/serial@10000000", initrd, std::vector<std::byte>(32),
                  options.console_size};
    surroundings_.random(chosen.rng_seed);
    if (options.device_tree) {
        return patch_device_tree(*options.device_tree, options.device_tree_name, chosen);
    }
    const auto nodes = board_.nodes();
    return build_device_tree({.ram_base = kRamBase,
                              .ram_size = options.memory,
                              .harts = options.harts,
                              .hart = {extensions(), "riscv,sv57", 0, 0},
                              .chosen = chosen,
                              .devices = nodes});
}

SystemOutcome SystemMachine::run(std::uint64_t max_instructions) {
    {
        const std::lock_guard lock(mutex_);
        if (not outcome_) {
            board_.go_on();
        }
    }
    std::vector<std::thread> others;
    try {
        for (std::size_t number = 1; number < harts_.size(); ++number) {
            others.emplace_back([unit = harts_[number].get()] { unit->run(~std::uint64_t{0}); });
        }
    } catch (const std::system_error& error) {
        finish({SystemEnd::stuck, 0,
                fmt::format("the host has no threads for {} harts: {}", harts_.size(), error.what())});
    }
    if (harts_.front()->run(max_instructions)) {
        finish({SystemEnd::instruction_limit, 0, {}});
    }
    for (std::thread& other : others) {
        other.join();
    }
    const std::lock_guard lock(mutex_);
    ended_.store(false, std::memory_order_relaxed);
    return *std::exchange(outcome_, std::nullopt);
}

std::uint64_t SystemMachine::instructions() const {
    std::uint64_t sum = 0;
    for (const auto& unit : harts_) {
        sum += unit->hart().csrs.instret;
    }
    return sum;
}

jit::Counts SystemMachine::compiler_counts() const {
    jit::Counts sum;
    for (const auto& unit : harts_) {
        sum += unit->compiler_counts();
    }
    return code_ != nullptr ? sum += code_->counts() : sum;
}

// The first of several ends is the one that counts.
void SystemMachine::finish(SystemOutcome outcome) {
    {
        const std::lock_guard lock(mutex_);
        if (not outcome_) {
            outcome_ = std::move(outcome);
        }
        ended_.store(true, std::memory_order_release);
        board_.halt();
    }
    look_again();
}

// Nobody is left to start another. Of harts that stop at once, the last to take the lock sees them all.
void SystemMachine::end_when_all_stopped() {
    {
        const std::lock_guard lock(mutex_);
        if (not std::all_of(harts_.begin(), harts_.end(),
                            [](const auto& unit) { return unit->status() == HartStatus::stopped; })) {
            return;
        }
    }
    finish({SystemEnd::stuck, 0, "all harts have stopped, and none is left to start one"});
}

void SystemMachine::look_again() {
    for (const auto& unit : harts_) {
        if (unit != nullptr) {
            unit->look_again();
        }
    }
    if (control_ != nullptr) {
        control_->look_again();
    }
}

void SystemMachine::obey(debug::ThreadControl& control) {
    control_ = &control;
    for (const auto& unit : harts_) {
        unit->obey(control);
    }
}

void SystemMachine::serve(HartUnit& caller) {
    guest::riscv::Hart& hart = caller.hart();
    SbiCall call{.extension = hart.x[kA7], .function = hart.x[kA6], .args = {}, .hart = caller.number()};
    std::copy_n(hart.x.begin() + kA0, call.args.size(), call.args.begin());
    const SbiReturn answer = sbi_->call(call);
    hart.pc += 4;
    hart.x[kA0] = static_cast<std::uint64_t>(answer.error);
    if (not is_legacy(call)) {
        hart.x[kA1] = answer.value;
    }
}

std::uint64_t SystemMachine::time_left(unsigned hart, std::optional<std::uint64_t> deadline) {
    constexpr std::uint64_t kHour = std::uint64_t{3600} * 1'000'000'000;
    std::uint64_t wait = kHour;
    const auto note = [&](std::uint64_t now, std::uint64_t then, std::uint64_t nanoseconds) {
        if (then > now and then - now < kHour / nanoseconds) {
            wait = std::min(wait, (then - now) * nanoseconds);
        }
    };
    const std::uint64_t ticks = board_.time();
    note(ticks, board_.timer_deadline(hart), kNanosecondsPerTick);
    note(ticks, deadline.value_or(0), kNanosecondsPerTick);
    if (const auto alarm = board_.alarm_deadline()) {
        note(surroundings_.wall_clock(), *alarm, 1);
    }
    return wait;
}

void SystemMachine::set_timer(unsigned hart, std::uint64_t time) {
    harts_[hart]->hart().csrs.set_supervisor_timer(time);
}

void SystemMachine::send_ipi(HartMask harts) {
    for (const auto& unit : harts_) {
        if ((harts >> unit->number() & 1) != 0 and unit->status() != HartStatus::stopped) {
            unit->raise(Interrupt::supervisor_software, true);
        }
    }
}

void SystemMachine::remote_fence(unsigned hart, HartMask harts, const RemoteFence& fence) {
    if ((harts >> hart & 1) != 0) {
        harts_[hart]->fence(fence);
    }
    harts_[hart]->fence_others(handshake_, harts, fence);
}

SbiError SystemMachine::hart_start(unsigned hart, const HartEntry& entry) {
    return harts_[hart]->start(entry) ? SbiError::success : SbiError::already_available;
}

SbiError SystemMachine::hart_stop(unsigned hart) {
    harts_[hart]->stop();
    return SbiError::success;
}

SbiError SystemMachine::hart_suspend(unsigned hart, HartSuspend kind, const HartEntry& entry) {
    harts_[hart]->suspend(kind, entry);
    return SbiError::success;
}

HartStatus SystemMachine::hart_status(unsigned hart) { return harts_[hart]->status(); }

SbiError SystemMachine::system_reset(ResetType type, ResetReason reason) {
    if (type != ResetType::shutdown) {
        finish({SystemEnd::reset, 0, {}});
    } else if (reason == ResetReason::none) {
        finish({SystemEnd::powered_off, 0, {}});
    } else {
        finish({SystemEnd::failed, 1, {}});
    }
    return SbiError::success;
}

std::size_t SystemMachine::console_write(std::span<const std::byte> bytes) {
    surroundings_.transmit(bytes);
    return bytes.size();
}

// Input belongs to the UART, which the kernel drives.
std::size_t SystemMachine::console_read(std::span<std::byte>) { return 0; }

void SystemMachine::start_counter(unsigned hart, HardwareCounter counter) {
    harts_[hart]->hart().csrs.inhibit_counter(index_of(counter), false);
}
void SystemMachine::stop_counter(unsigned hart, HardwareCounter counter) {
    harts_[hart]->hart().csrs.inhibit_counter(index_of(counter), true);
}
void SystemMachine::write_counter(unsigned hart, HardwareCounter counter, std::uint64_t value) {
    harts_[hart]->hart().csrs.set_counter(index_of(counter), value);
}

}  // namespace vm::machine
