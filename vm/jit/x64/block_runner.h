#pragma once

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <sys/mman.h>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/ir/evaluate.h"
#include "vm/ir/evaluate_float.h"
#include "vm/ir/print.h"
#include "vm/ir/random.h"
#include "vm/ir/random_world.h"
#include "vm/jit/code_memory.h"
#include "vm/jit/fault_watch.h"
#include "vm/jit/jump_cache.h"
#include "vm/jit/materialise.h"
#include "vm/jit/serve.h"
#include "vm/jit/x64/lowering.h"
#include "vm/mmu/tlb.h"

// For tests: compiled blocks, run over a World and compared with ir::evaluate.
namespace vm::jit::x64 {

inline constexpr std::uint64_t kBase = 0x10000;
inline constexpr std::size_t kMemory = 4096;
inline constexpr std::uint64_t kReach = std::uint64_t{1} << kAddressBits;
inline constexpr std::size_t kStubBytes = 4096;
inline constexpr std::int64_t kCountdown = 1'000'000;

// Some slots of each kind have homes, others have none.
inline EdgeAbi some_homes() {
    return {64, std::array<std::uint32_t, 7>{0, 8, 16, 24, 32, 40, 64}, std::array<std::uint32_t, 2>{80, 96}};
}

// A guest's memory as compiled code expects it: reserved as a whole, of which a page is there.
class Reserved {
  public:
    Reserved() {
        void* const all = ::mmap(nullptr, kReach + 2 * kGuardBytes, PROT_NONE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        VM_CHECK(all != MAP_FAILED);
        first_ = static_cast<std::byte*>(all);
        VM_CHECK(::mprotect(base() + kBase, kMemory, PROT_READ | PROT_WRITE) == 0);
    }
    ~Reserved() { ::munmap(first_, kReach + 2 * kGuardBytes); }
    Reserved(const Reserved&) = delete;
    Reserved& operator=(const Reserved&) = delete;

    std::byte* base() { return first_ + kGuardBytes; }
    std::byte* page() { return base() + kBase; }

  private:
    std::byte* first_ = nullptr;
};

// Translations as compiled code looks for them, and the one page that there is.
struct Translated {
    static constexpr std::uint32_t kEntries = mmu::Tlb::kEntries;
    using Entries = std::array<mmu::Tlb::Entry, kEntries>;

    alignas(kMemory) std::array<std::byte, kMemory> page{};
    std::array<Entries, 2> entries{};  // of loads and of stores
    std::array<std::uint64_t, 2> asids{};
    std::array<mmu::RecentRegions, 2> recent{};
    std::array<std::array<std::uint8_t, kEntries>, 2> reaches{};

    static MemoryModel model() {
        const auto at = [](std::size_t kind) {
            return MemoryModel::Translations{
                static_cast<std::int32_t>(offsetof(Translated, entries) + kind * sizeof(Entries)),
                static_cast<std::int32_t>(offsetof(Translated, asids) + kind * sizeof(std::uint64_t)),
                static_cast<std::int32_t>(offsetof(Translated, recent) + kind * sizeof(mmu::RecentRegions)),
                static_cast<std::int32_t>(offsetof(Translated, reaches) + kind * kEntries)};
        };
        return {.translated = true, .loads = at(0), .stores = at(1)};
    }
    void enter(std::size_t kind) {
        const auto host = reinterpret_cast<std::uint64_t>(page.data());
        entries[kind][mmu::Tlb::index_of(kBase)] = {kBase | asids[kind], host - kBase};
        reaches[kind][mmu::Tlb::index_of(kBase)] = mmu::Tlb::kPageReach;
    }
    // By chance the page is there, is not there, or seems to be there in another space or far away.
    void shuffle(ir::Random& random) {
        for (std::size_t kind = 0; kind < 2; ++kind) {
            asids[kind] = random.below(4);
            enter(kind);
            recent[kind].forget();
            auto& entry = entries[kind][mmu::Tlb::index_of(kBase)];
            constexpr std::uint64_t kSameEntry = mem::kPageSize * kEntries;
            constexpr std::array<std::uint64_t, 4> kWrong = {0, 1, kSameEntry, std::uint64_t{1} << 63};
            entry.tag ^= random.pick(kWrong);
        }
    }
};

// Runs compiled blocks over a World.
class Runner {
  public:
    enum class Memory : std::uint8_t { reserved, unchecked, translated };

    explicit Runner(Memory memory)
        : model_(memory == Memory::translated
                     ? Translated::model()
                     : MemoryModel{.checked = memory == Memory::reserved, .loads = {}, .stores = {}}),
          stubs_(make_stubs(abi_, model_, code_.writable(), code_.address(0), kStubBytes).value().stubs) {
        if (memory == Memory::translated) {
            translated_ = std::make_unique<Translated>();
        } else {
            reserved_.emplace();
        }
    }

    bool translates() const { return translated_ != nullptr; }
    std::uint64_t served() const { return served_; }
    const NativeBlock& native() const { return native_; }

    Result<void> compile(const ir::Block& block) {
        Lowering lowering(abi_, model_, stubs_);
        if (auto done = lowering.lower(block, 0x1000, code_.address(kStubBytes), native_); not done) {
            return done;
        }
        VM_CHECK(native_.code.size() <= code_.size() - kStubBytes);
        std::memcpy(code_.writable() + kStubBytes, native_.code.data(), native_.code.size());
        return {};
    }

    ir::Departure run(ir::World& world) {
        world_ = &world;
        if (translated_) translated_->shuffle(random_);
        std::memcpy(page(), world.memory.data(), kMemory);
        NativeRun native;
        native.serve = [](NativeFrame& frame, const Site& site) {
            return static_cast<Runner*>(frame.run->owner)->serve(frame, site);
        };
        native.owner = this;
        native.state = reinterpret_cast<std::byte*>(world.state.data());
        native.jumps = jumps_.get();
        const FaultWatch watch(code_.executable(), code_.size(), answer_fault, this);
        const unsigned before = __builtin_ia32_stmxcsr();
        __builtin_ia32_ldmxcsr(host_mode(world.rounding));
        stubs_.enter(&native, code_.executable() + kStubBytes, memory(), kCountdown);
        const unsigned after = __builtin_ia32_stmxcsr();
        __builtin_ia32_ldmxcsr(before);
        world.float_flags |= guest_flags(after);
        std::memcpy(world.memory.data(), page(), kMemory);
        return departure(native.exit);
    }

  private:
    std::byte* page() { return reserved_ ? reserved_->page() : translated_->page.data(); }
    void* memory() {
        return reserved_ ? static_cast<void*>(reserved_->base()) : static_cast<void*>(translated_.get());
    }

    static unsigned host_mode(ir::Rounding mode) {
        constexpr std::array<unsigned, 4> kModes = {0, 3, 1, 2};  // rne, rtz, rdn, rup
        return 0x1f80 | kModes[static_cast<std::size_t>(mode)] << 13;
    }
    static std::uint8_t guest_flags(unsigned mxcsr) {
        const auto flag = [&](unsigned host, unsigned guest) { return (mxcsr & host) != 0 ? guest : 0U; };
        return static_cast<std::uint8_t>(flag(1, ir::kInvalid) | flag(4, ir::kDivideByZero) |
                                         flag(8, ir::kOverflow) | flag(16, ir::kUnderflow) |
                                         flag(32, ir::kInexact));
    }

    static ir::Departure departure(const NativeExit& exit) {
        ir::Departure result;
        EXPECT_NE(exit.kind, NativeExit::Kind::budget);
        const Site& site = *exit.site;
        result.pc = exit.kind == NativeExit::Kind::site ? site.pc : exit.pc;
        result.retired = static_cast<std::uint32_t>(kCountdown - exit.countdown);
        if (exit.kind == NativeExit::Kind::fault) {
            result.kind = ir::Departure::Kind::fault;
            result.value = exit.value;
        } else if (exit.kind == NativeExit::Kind::helper) {
            result.kind = ir::Departure::Kind::helper;
        } else if (site.node.op == ir::Opcode::trap) {
            result.kind = ir::Departure::Kind::trap;
            result.cause = site.node.imm;
            result.value = exit.value;
        } else if (site.node.op == ir::Opcode::leave or site.node.op == ir::Opcode::leave_if) {
            result.kind = ir::Departure::Kind::leave;
            result.leave = ir::leave_kind(site.node);
        } else if (site.node.op == ir::Opcode::goto_value) {
            result.pc = exit.value;
        }
        return result;
    }

    bool serve(NativeFrame& frame, const Site& site) {
        switch (site.node.op) {
            case ir::Opcode::load:
            case ir::Opcode::store:
                return access(frame, site);
            case ir::Opcode::call:
                return call(frame, site);
            default:
                serve_value(frame, site);
                return false;
        }
    }

    static std::uint64_t answer_fault(void* owner, NativeFrame& frame, std::uint64_t host_pc,
                                      std::uint64_t address) {
        auto& runner = *static_cast<Runner*>(owner);
        const std::uint64_t offset = host_pc - runner.code_.address(kStubBytes);
        for (const std::uint32_t index : runner.native_.faults) {
            const Site& site = runner.native_.sites[index];
            if (site.host_offset != offset) continue;
            const std::uint64_t accessed = read_operands(frame, site)[0] + site.node.imm;
            if (runner.reserved_) {
                const auto guest = address - reinterpret_cast<std::uint64_t>(runner.reserved_->base());
                EXPECT_TRUE(guest - accessed < 8 or not runner.model_.checked);
            } else {
                EXPECT_EQ(mmu::page_of(accessed), mmu::RecentRegions::kNoBase);
            }
            runner.fail_access(frame, site);
            return runner.stubs_.abandon;
        }
        return 0;
    }

    void fail_access(NativeFrame& frame, const Site& site) {
        const std::uint64_t address = read_operands(frame, site)[0] + site.node.imm;
        materialise(frame, site, abi_);
        end_run(frame, site, NativeExit::Kind::fault, address);
    }

    bool access(NativeFrame& frame, const Site& site) {
        const GuestMxcsr guest;
        const auto bits = read_operands(frame, site);
        const std::uint64_t address = bits[0] + site.node.imm;
        const ir::MemKind kind = ir::mem_kind(site.node);
        const unsigned size = ir::size_of(kind);
        ++served_;
        if (site.outside or address - kBase > kMemory - size) {
            fail_access(frame, site);
            return true;
        }
        std::byte* const at = page() + (address - kBase);
        if (site.node.op == ir::Opcode::store) std::memcpy(at, &bits[1], size);
        std::uint64_t value = 0;
        std::memcpy(&value, at, size);
        if (translated_) {
            if (random_.one_in(2)) translated_->enter(site.node.op == ir::Opcode::store ? 1 : 0);
        } else {
            EXPECT_EQ(ir::reach(site.node), ir::Reach::device);
            world_->device_accesses.push_back({site.node.op, size, address, value});
        }
        write_result(frame, site, ir::is_signed(kind) ? sign_extend(value, 8 * size) : value);
        return false;
    }

    bool call(NativeFrame& frame, const Site& site) {
        const GuestMxcsr guest;
        const bool touches = (site.node.detail & (ir::kReadsState | ir::kWritesState)) != 0;
        const bool writes = (site.node.detail & ir::kWritesState) != 0;
        const auto arguments = read_operands(frame, site);
        if (touches) materialise(frame, site, abi_);
        std::memcpy(world_->memory.data(), page(), kMemory);
        const auto outcome = ir::random_helper(*world_, ir::helper_number(site.node), arguments);
        std::memcpy(page(), world_->memory.data(), kMemory);
        if (outcome.exits and (site.node.detail & ir::kExits) != 0) {
            if (not writes) materialise(frame, site, abi_);
            end_run(frame, site, NativeExit::Kind::helper, 0);
            return true;
        }
        if (writes) load_homes(frame, abi_);
        write_result(frame, site, outcome.value & ir::mask(site.node.type));
        return false;
    }

    EdgeAbi abi_ = some_homes();
    MemoryModel model_;
    std::optional<Reserved> reserved_;
    std::unique_ptr<Translated> translated_;
    ir::Random random_{1};
    std::uint64_t served_ = 0;  // accesses
    CodeMemory code_ = CodeMemory::create(1 << 20).value();
    JumpCache::Owner jumps_ = JumpCache::make();  // in which no jump is ever found
    Stubs stubs_;
    NativeBlock native_;
    ir::World* world_ = nullptr;
};

// As random_world, with as much memory as is there and pointers close to both its ends.
inline ir::World make_world(std::uint64_t seed) {
    ir::World world = ir::random_world(seed);
    ir::Random random(seed + 1);
    world.memory_base = kBase;
    world.memory.resize(kMemory);
    for (std::uint8_t& byte : world.memory) byte = static_cast<std::uint8_t>(random.next());
    for (const std::size_t slot : {ir::kRandomIntegers, ir::kRandomIntegers + 1}) {
        const std::uint64_t middle = random.one_in(2) ? kBase + 96 : kBase + kMemory - 96;
        const std::uint64_t pointer = middle + random.below(32);
        std::memcpy(world.state.data() + ir::kRandomSlots[slot].offset, &pointer, sizeof pointer);
    }
    return world;
}

inline std::string describe(const ir::Departure& departure, const ir::World& world) {
    std::string text = fmt::format(
        "kind {} leave {} pc {:#x} retired {} cause {} value {:#x} flags {} devices {}\nstate",
        static_cast<int>(departure.kind), static_cast<int>(departure.leave), departure.pc, departure.retired,
        departure.cause, departure.value, world.float_flags, world.device_accesses.size());
    for (std::size_t at = 0; at < world.state.size(); ++at) {
        text += fmt::format("{}{:02x}", at % 8 == 0 ? " " : "", world.state[at]);
    }
    return text + "\n";
}

// The block with canonical NaNs wherever the bits of NaNs are looked at: those that arithmetic makes are the
// host's affair otherwise.
inline ir::Block with_canonical_nans(const ir::Block& block) {
    ir::Block result = block;
    result.nodes().clear();
    std::vector<ir::Value> raw;
    std::vector<ir::Value> canonical;
    const auto in = [](const std::vector<ir::Value>& values, ir::Value value) {
        return value.is_node() ? values[value.index()] : value;
    };
    for (ir::Node node : block.nodes()) {
        const bool indifferent = (ir::flags(node.op) & ir::kFloatFlags) != 0 or
                                 node.op == ir::Opcode::fclass or node.op == ir::Opcode::canon;
        for (ir::Value& value : node.operands) value = in(indifferent ? raw : canonical, value);
        raw.push_back(result.append(node));
        canonical.push_back(raw.back());
        if ((ir::flags(node.op) & ir::kAnyNan) == 0) continue;
        ir::Node canon;
        canon.op = ir::Opcode::canon;
        canon.type = node.type;
        canon.operands[0] = raw.back();
        canonical.back() = result.append(canon);
    }
    for (ir::Write& write : result.writes()) write.value = in(canonical, write.value);
    return result;
}

class RunnerTest : public ::testing::Test {
  protected:
    explicit RunnerTest(Runner::Memory memory) : runner_(memory) {}

    void SetUp() override {
        FaultWatch::install_handler();
        if (const auto supported = host_supported(); not supported) GTEST_SKIP() << supported.error().message;
    }

    // Compiled, the block does what it does when it is evaluated.
    void expect_same(const ir::Block& block, std::uint64_t seed, unsigned worlds = 4) {
        const auto compiled = runner_.compile(block);
        SCOPED_TRACE(fmt::format("seed {}", seed));
        ASSERT_TRUE(compiled.has_value()) << compiled.error().message << "\n" << ir::print(block);
        for (unsigned k = 0; k < worlds and not HasFatalFailure(); ++k) {
            compare(block, make_world(seed * worlds + k));
        }
    }

    // The same in a world where the first slot is this address.
    void expect_at(const ir::Block& block, std::uint64_t address) {
        ASSERT_TRUE(runner_.compile(block).has_value());
        ir::World world = make_world(address);
        std::memcpy(world.state.data(), &address, sizeof address);
        compare(block, world);
    }

    void compare(const ir::Block& block, ir::World expected) {
        ir::World found = expected;
        const auto departure = ir::evaluate(block, expected, ir::random_helper);
        ASSERT_TRUE(departure.has_value()) << departure.error().message;
        const ir::Departure reached = runner_.run(found);
        // What has a translation is no device.
        if (runner_.translates()) expected.device_accesses.clear();
        ASSERT_TRUE(*departure == reached and expected == found)
            << ir::print(block) << "expected " << describe(*departure, expected) << "found "
            << describe(reached, found);
    }

    Runner runner_;
};

// The memory is reserved, and what is not there fails in hardware.
class LoweringTest : public RunnerTest {
  protected:
    LoweringTest() : RunnerTest(Runner::Memory::reserved) {}
};

// Addresses are used as they are.
class TrustingLoweringTest : public RunnerTest {
  protected:
    TrustingLoweringTest() : RunnerTest(Runner::Memory::unchecked) {}
};

// Accesses look for translations.
class TranslatedLoweringTest : public RunnerTest {
  protected:
    TranslatedLoweringTest() : RunnerTest(Runner::Memory::translated) {}
};

}  // namespace vm::jit::x64
