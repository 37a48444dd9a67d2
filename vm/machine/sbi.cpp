#include "vm/machine/sbi.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <span>
#include <tuple>
#include <utility>

#include "vm/base/check.h"

namespace vm::machine {
namespace {

constexpr std::uint64_t kSpecification = 2 << 24;  // 2.0: the major number from bit 24 on (SBI 2.0, 4.1)
// Not among the implementations that the specification lists (4.9).
constexpr std::uint64_t kImplementation = 0x766d;
constexpr std::uint64_t kImplementationVersion = 1;

constexpr SbiReturn kNotSupported{SbiError::not_supported};
constexpr SbiReturn kInvalidParam{SbiError::invalid_param};

// A word of 32 bits: what lies above in the register is the caller's sign extension.
std::uint32_t word(std::uint64_t argument) { return static_cast<std::uint32_t>(argument); }

struct FenceEvents {
    RemoteFence::Kind kind;
    FirmwareEvent sent;
    FirmwareEvent received;
};

// By function of the RFENCE extension; those behind are the hypervisor's.
constexpr std::array<FenceEvents, 3> kFences{{
    {RemoteFence::Kind::instruction, FirmwareEvent::fence_i_sent, FirmwareEvent::fence_i_received},
    {RemoteFence::Kind::address_translation, FirmwareEvent::sfence_vma_sent,
     FirmwareEvent::sfence_vma_received},
    {RemoteFence::Kind::address_space, FirmwareEvent::sfence_vma_asid_sent,
     FirmwareEvent::sfence_vma_asid_received},
}};

}  // namespace

// Every extension: probing and calling read the same lines.
const Sbi::Extension Sbi::kExtensions[] = {
    {sbi_extension::kLegacySetTimer, &Sbi::legacy_set_timer},
    {sbi_extension::kLegacyConsolePutchar, &Sbi::legacy_putchar},
    {sbi_extension::kLegacyConsoleGetchar, &Sbi::legacy_getchar},
    {sbi_extension::kLegacyShutdown, &Sbi::legacy_shutdown},
    {sbi_extension::kBase, &Sbi::base},
    {sbi_extension::kTime, &Sbi::time},
    {sbi_extension::kIpi, &Sbi::ipi},
    {sbi_extension::kRfence, &Sbi::rfence},
    {sbi_extension::kHsm, &Sbi::hsm},
    {sbi_extension::kSystemReset, &Sbi::system_reset},
    {sbi_extension::kDebugConsole, &Sbi::debug_console},
    {sbi_extension::kPmu, &Sbi::pmu},
};

Sbi::Sbi(SbiHost& host, mem::GuestRam& ram, const SbiOptions& options)
    : host_(host), ram_(ram), options_(options), pmu_(host, options.harts) {
    VM_CHECK(options.harts > 0 and options.harts <= kMaxHarts);
}

const Sbi::Extension* Sbi::find(std::uint64_t number) {
    const auto* found = std::ranges::find(kExtensions, number, &Extension::number);
    return found == std::end(kExtensions) ? nullptr : found;
}

SbiReturn Sbi::call(const SbiCall& call) {
    VM_CHECK(call.hart < options_.harts);
    const Extension* extension = find(call.extension);
    return extension == nullptr ? kNotSupported : (this->*extension->serve)(call);
}

SbiReturn Sbi::base(const SbiCall& call) {
    switch (call.function) {
        case 0:
            return {SbiError::success, kSpecification};
        case 1:
            return {SbiError::success, kImplementation};
        case 2:
            return {SbiError::success, kImplementationVersion};
        case 3:
            return {SbiError::success, find(call.args[0]) != nullptr ? 1U : 0U};
        case 4:
            return {SbiError::success, options_.vendor};
        case 5:
            return {SbiError::success, options_.architecture};
        case 6:
            return {SbiError::success, options_.implementation};
        default:
            return kNotSupported;
    }
}

SbiReturn Sbi::time(const SbiCall& call) {
    if (call.function != 0) {
        return kNotSupported;
    }
    pmu_.count(call.hart, FirmwareEvent::set_timer);
    host_.set_timer(call.hart, call.args[0]);
    return {};
}

// A base of all ones means every hart. A base or bits whose hart does not exist, also those that a sum beyond
// the register would bring back to hart 0, make the call one for nobody. (SBI 2.0, 3.1)
std::optional<HartMask> Sbi::harts_named(std::uint64_t mask, std::uint64_t base) const {
    if (base == ~std::uint64_t{0}) {
        return all_harts();
    }
    const auto width = static_cast<unsigned>(std::bit_width(mask));
    if (base >= options_.harts or width > options_.harts - base) {
        return std::nullopt;
    }
    return mask << base;
}

void Sbi::count_received(HartMask harts, FirmwareEvent event) {
    for (HartMask rest = harts; rest != 0; rest &= rest - 1) {
        pmu_.count(static_cast<unsigned>(std::countr_zero(rest)), event);
    }
}

SbiReturn Sbi::ipi(const SbiCall& call) {
    if (call.function != 0) {
        return kNotSupported;
    }
    const auto harts = harts_named(call.args[0], call.args[1]);
    if (not harts) {
        return kInvalidParam;
    }
    pmu_.count(call.hart, FirmwareEvent::ipi_sent);
    host_.send_ipi(*harts);
    count_received(*harts, FirmwareEvent::ipi_received);
    return {};
}

SbiReturn Sbi::rfence(const SbiCall& call) {
    if (call.function >= kFences.size()) {
        return kNotSupported;
    }
    const FenceEvents& events = kFences[call.function];
    const auto harts = harts_named(call.args[0], call.args[1]);
    if (not harts) {
        return kInvalidParam;
    }
    // Where nothing is to be fenced, at an address but of no bytes, fencing everything is allowed and
    // harmless.
    RemoteFence fence{.kind = events.kind};
    if (events.kind != RemoteFence::Kind::instruction) {
        const auto [address, size] = std::pair(call.args[2], call.args[3]);
        if (size != 0 and size != RemoteFence::kWhole) {
            if (address + (size - 1) < address) {
                return {SbiError::invalid_address};
            }
            fence.address = address;
            fence.size = size;
        }
    }
    if (events.kind == RemoteFence::Kind::address_space) {
        fence.asid = static_cast<std::uint16_t>(call.args[4]);
        if (fence.asid != call.args[4]) {
            return kInvalidParam;
        }
    }
    pmu_.count(call.hart, events.sent);
    host_.remote_fence(call.hart, *harts, fence);
    count_received(*harts, events.received);
    return {};
}

SbiReturn Sbi::hsm(const SbiCall& call) {
    switch (call.function) {
        case 0:
            return hart_start(call);
        case 1:
            return {host_.hart_stop(call.hart)};
        case 2:
            if (call.args[0] >= options_.harts) {
                return kInvalidParam;
            }
            return {SbiError::success,
                    static_cast<std::uint64_t>(host_.hart_status(static_cast<unsigned>(call.args[0])))};
        case 3:
            return hart_suspend(call);
        default:
            return kNotSupported;
    }
}

bool Sbi::is_entry(std::uint64_t address) const {
    return address % 2 == 0 and ram_.contains(mem::PhysAddr{address}, 2);
}

SbiReturn Sbi::hart_start(const SbiCall& call) {
    const auto [hart, address, opaque] = std::tuple(call.args[0], call.args[1], call.args[2]);
    if (hart >= options_.harts) {
        return kInvalidParam;
    }
    if (not is_entry(address)) {
        return {SbiError::invalid_address};
    }
    return {host_.hart_start(static_cast<unsigned>(hart), {mem::PhysAddr{address}, opaque})};
}

// Of the types only the two default ones exist here; all others are reserved, or some platform's.
// (SBI 2.0, 9.4, table 3)
SbiReturn Sbi::hart_suspend(const SbiCall& call) {
    constexpr std::uint32_t kRetentive = 0;
    constexpr std::uint32_t kNonRetentive = 0x8000'0000;
    const std::uint32_t type = word(call.args[0]);
    if (type != kRetentive and type != kNonRetentive) {
        return kInvalidParam;
    }
    if (type == kRetentive) {
        return {host_.hart_suspend(call.hart, HartSuspend::retentive, {})};
    }
    if (not is_entry(call.args[1])) {
        return {SbiError::invalid_address};
    }
    return {host_.hart_suspend(call.hart, HartSuspend::non_retentive,
                               {mem::PhysAddr{call.args[1]}, call.args[2]})};
}

SbiReturn Sbi::system_reset(const SbiCall& call) {
    if (call.function != 0) {
        return kNotSupported;
    }
    const std::uint32_t type = word(call.args[0]);
    const std::uint32_t reason = word(call.args[1]);
    if (type > static_cast<std::uint32_t>(ResetType::warm_reboot) or
        reason > static_cast<std::uint32_t>(ResetReason::system_failure)) {
        return kInvalidParam;
    }
    return {host_.system_reset(static_cast<ResetType>(type), static_cast<ResetReason>(reason))};
}

SbiReturn Sbi::debug_console(const SbiCall& call) {
    switch (call.function) {
        case 0:
            return console_write(call);
        case 1:
            return console_read(call);
        case 2:
            return console_write_byte(call);
        default:
            return kNotSupported;
    }
}

// A call moves at most this many bytes, which the specification allows: a guest that prints all of its memory
// in one call would otherwise keep its hart from every interrupt until the console has taken it. (12.1)
constexpr std::uint64_t kConsoleBytes = 4096;

SbiReturn Sbi::console_write(const SbiCall& call) {
    const auto [length, low, high] = std::tuple(call.args[0], call.args[1], call.args[2]);
    if (high != 0 or not ram_.contains(mem::PhysAddr{low}, length)) {
        return kInvalidParam;
    }
    std::array<std::byte, kConsoleBytes> buffer;
    const auto bytes = std::span(buffer).first(std::min(length, kConsoleBytes));
    if (not ram_.read_bytes(mem::PhysAddr{low}, bytes)) {
        return {SbiError::failed};
    }
    return {SbiError::success, host_.console_write(bytes)};
}

SbiReturn Sbi::console_read(const SbiCall& call) {
    const auto [length, low, high] = std::tuple(call.args[0], call.args[1], call.args[2]);
    if (high != 0 or not ram_.contains(mem::PhysAddr{low}, length)) {
        return kInvalidParam;
    }
    std::array<std::byte, kConsoleBytes> buffer;
    const std::size_t read = host_.console_read(std::span(buffer).first(std::min(length, kConsoleBytes)));
    VM_CHECK(read <= buffer.size());
    if (not ram_.write_bytes(mem::PhysAddr{low}, std::span(buffer).first(read))) {
        return {SbiError::failed};
    }
    return {SbiError::success, read};
}

// No call waits: a console that takes no byte has failed.
SbiReturn Sbi::console_write_byte(const SbiCall& call) {
    const std::byte byte{static_cast<std::uint8_t>(call.args[0])};
    const bool taken = host_.console_write(std::span(&byte, 1)) == 1;
    return {taken ? SbiError::success : SbiError::failed};
}

SbiReturn Sbi::legacy_set_timer(const SbiCall& call) {
    pmu_.count(call.hart, FirmwareEvent::set_timer);
    host_.set_timer(call.hart, call.args[0]);
    return {};
}

SbiReturn Sbi::legacy_putchar(const SbiCall& call) { return console_write_byte(call); }

// The character, or -1 where there is none. (SBI 2.0, 5.3)
SbiReturn Sbi::legacy_getchar(const SbiCall&) {
    std::byte byte{};
    const bool read = host_.console_read(std::span(&byte, 1)) == 1;
    return {read ? static_cast<SbiError>(byte) : SbiError::failed};
}

SbiReturn Sbi::legacy_shutdown(const SbiCall&) {
    return {host_.system_reset(ResetType::shutdown, ResetReason::none)};
}

}  // namespace vm::machine
