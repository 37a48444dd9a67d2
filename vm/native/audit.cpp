#include "vm/native/audit.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "vm/guest/riscv/debug_translation.h"
#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/traits.h"
#include "vm/mem/host_access.h"
#include "vm/native/audit_report.h"

namespace vm::native {
namespace {

using engine::NativeOutcome;
using guest::riscv::Hart;
using guest::riscv::Insn;
using guest::riscv::Opcode;
using guest::riscv::SystemMemory;
using guest::riscv::UserMemory;
using mem::PhysAddr;

struct Access {
    std::uint64_t address = 0;
    unsigned size = 0;
    bool store = false;
};

// What the instruction is about to access. LR counts as a store, which does no harm.
std::optional<Access> access_of(const Insn& insn, const Hart& hart) {
    constexpr std::uint32_t kLoad = 0x03, kLoadFloat = 0x07, kStore = 0x23, kStoreFloat = 0x27,
                            kAtomic = 0x2f;
    const std::uint32_t word = guest::riscv::encoding(insn.op).match;
    const unsigned size = 1u << (word >> 12 & 3);
    const std::uint64_t base = hart.x[insn.rs1];
    const std::uint64_t offset = base + static_cast<std::uint64_t>(std::int64_t{insn.imm});
    switch (word & 0x7f) {
        case kLoad:
        case kLoadFloat:
            return Access{offset, size, false};
        case kStore:
        case kStoreFloat:
            return Access{offset, size, true};
        case kAtomic:
            return Access{base, size, true};
        default:
            return std::nullopt;
    }
}

// What the interpreter alone does: control registers, fences of code and translations, waits and returns from
// traps. Compiled code ends before it.
bool is_left_out(Opcode op) {
    const bool jumps = op == Opcode::jal or op == Opcode::jalr;
    const bool traps = op == Opcode::ecall or op == Opcode::ebreak or op == Opcode::illegal;
    return guest::riscv::traits::has(op, guest::riscv::traits::kEndsBlock) and not jumps and not traps;
}

// Where bytes of one page lie that are about to be accessed.
struct Place {
    enum class Kind : std::uint8_t { ram, nowhere, elsewhere };  // nowhere: the access traps
    Kind kind = Kind::nowhere;
    PhysAddr address{};
};

Place place_of(const UserMemory& memory, const Hart&, std::uint64_t address, bool store) {
    const std::uint8_t wanted = store ? mem::page::kWrite : mem::page::kRead;
    const bool there =
        address < UserMemory::kSize and (memory.ram().permissions_at(PhysAddr{address}) & wanted) != 0;
    return {there ? Place::Kind::ram : Place::Kind::nowhere, PhysAddr{address}};
}

// As the hart finds it, or else by the tables, which need not agree with what it remembers of them.
Place place_of(const SystemMemory& memory, const Hart& hart, std::uint64_t address, bool store) {
    const mem::GuestRam& ram = memory.ram();
    if (const std::byte* const host =
            store ? memory.store_pointer(address, 1) : memory.load_pointer(address, 1)) {
        return {Place::Kind::ram, ram.base() + static_cast<std::uint64_t>(host - ram.host(ram.base()))};
    }
    if (hart.csrs.data_privilege() != hart.csrs.privilege()) {
        return {Place::Kind::elsewhere, {}};
    }
    const auto found = guest::riscv::debug_translate(ram, hart.csrs, address);
    if (not found) {
        return {};
    }
    return {ram.contains(*found, 1) ? Place::Kind::ram : Place::Kind::elsewhere, *found};
}

template <class Memory>
class Auditor final : public engine::NativeTier {
  public:
    Auditor(Hart& hart, Memory& memory, engine::NativeTier& tier, Audit& audit)
        : hart_(hart), memory_(memory), tier_(tier), audit_(audit), interpreter_(hart, memory) {}

    // What it has not seen compiled it cannot audit: that is asked for again, as compile().
    const void* find(const engine::NativeRequest& request) override {
        const void* const entry = tier_.find(request);
        return blocks_.contains(entry) ? entry : nullptr;
    }
    engine::NativeCode compile(const engine::NativeRequest& request) override {
        const engine::NativeCode code = tier_.compile(request);
        if (code.entry != nullptr) {
            const std::size_t most = std::min<std::size_t>(request.bytes.size(), 4 * request.instructions);
            blocks_[code.entry] = {
                request.pc,
                request.bytes.first(most),
                {request.bytes.begin(), request.bytes.begin() + static_cast<std::ptrdiff_t>(most)},
                request.instructions};
        }
        return code;
    }
    NativeOutcome run(const void* entry, std::int64_t countdown) override;
    // So that each block comes back.
    void link(const void*, const void*) override {}
    void remember(std::uint64_t, const void*) override {}
    void select_space(std::uint64_t number) override { tier_.select_space(number); }
    void forget_code(const std::byte* code, std::uint64_t generation) override {
        tier_.forget_code(code, generation);
    }
    std::uint64_t forgotten() const override { return tier_.forgotten(); }
    void forget() override { tier_.forget(); }

  private:
    struct Block {
        std::uint64_t pc = 0;
        std::span<const std::byte> bytes;  // where the code lies
        std::vector<std::byte> code;       // as it was
        std::uint32_t instructions = 0;    // at most
    };
    // By the instruction of that number.
    struct Written {
        std::size_t instruction = 0;
        PhysAddr address{};
        std::size_t size = 0;
        std::array<std::byte, 8> before{};
        std::array<std::byte, 8> after{};
    };
    enum class Step : std::uint8_t { on, ended, unrepeatable };

    bool rehearse(const Block& block, std::int64_t countdown);
    Step step(const Block& block);
    bool foresee(const Insn& insn);
    void undo();
    Difference compare(const Block& block, const NativeOutcome& outcome, std::int64_t retired) const;
    std::vector<Difference::Byte> compare_memory(std::size_t retired) const;
    void see(PhysAddr address, std::span<std::byte> to) const { (void)memory_.ram().read_bytes(address, to); }

    Hart& hart_;
    Memory& memory_;
    engine::NativeTier& tier_;
    Audit& audit_;
    guest::riscv::Interpreter<Memory> interpreter_;
    std::unordered_map<const void*, Block> blocks_;
    std::vector<HartState> states_;  // behind so many instructions of the block
    std::vector<Written> written_;
};

// The flags that lie in the host's register are settled first, so that states have all of them.
template <class Memory>
NativeOutcome Auditor<Memory>::run(const void* entry, std::int64_t countdown) {
    namespace fp = guest::riscv::fp;
    const std::uint32_t mxcsr = fp::host::read_mxcsr();
    const Block& block = blocks_.at(entry);
    const NativeOutcome stop{NativeOutcome::Kind::trap, block.pc, countdown, {kDifference, 0}};
    if (audit_.difference) {
        return stop;
    }
    const std::uint64_t pc = std::exchange(hart_.pc, block.pc);
    const std::uint64_t instret = hart_.csrs.instret;
    hart_.csrs.fflags = static_cast<std::uint8_t>(hart_.csrs.fflags | fp::HostEnvironment::fflags());
    const bool repeatable = rehearse(block, countdown);
    const auto rehearsed = static_cast<std::int64_t>(states_.size() - 1);
    hart_.csrs.instret = instret;
    if (not repeatable) {
        ++audit_.passed_over;
        fp::host::write_mxcsr(mxcsr);
        return {NativeOutcome::Kind::interpret, std::exchange(hart_.pc, pc), countdown - rehearsed};
    }
    undo();
    restore(hart_, states_.front());
    fp::host::write_mxcsr(mxcsr);
    const NativeOutcome outcome = tier_.run(entry, countdown);
    if (outcome.kind == NativeOutcome::Kind::stale) {
        hart_.pc = pc;
        return outcome;
    }
    const std::uint32_t after = fp::host::read_mxcsr();
    const std::int64_t retired = countdown - outcome.countdown;
    const Difference difference = compare(block, outcome, retired);
    hart_.pc = pc;
    fp::host::write_mxcsr(after);
    if (difference.any()) {
        audit_.difference = difference_report(difference);
        return stop;
    }
    audit_.blocks += retired != 0 ? 1 : 0;
    audit_.instructions += static_cast<std::uint64_t>(retired);
    return outcome;
}

// Has the block interpreted. False where it cannot be run once more from its start: it goes on where the hart
// stands then.
template <class Memory>
bool Auditor<Memory>::rehearse(const Block& block, std::int64_t countdown) {
    const auto most = std::min<std::size_t>(block.instructions, static_cast<std::size_t>(countdown));
    states_.assign(1, state_of(hart_));
    written_.clear();
    Step last = Step::on;
    while (last == Step::on and states_.size() <= most) {
        last = step(block);
    }
    return last != Step::unrepeatable;
}

template <class Memory>
typename Auditor<Memory>::Step Auditor<Memory>::step(const Block& block) {
    const std::uint64_t pc = hart_.pc;
    const std::size_t offset = pc - block.pc;
    const std::span<const std::byte> code = std::span(block.code).subspan(offset);
    if (code.size() < 2) {
        return Step::ended;
    }
    std::uint32_t bits = mem::host_load<std::uint16_t>(code.data());
    const unsigned length = guest::riscv::instruction_length(bits);
    if (code.size() < length) {
        return Step::ended;
    }
    bits = length == 4 ? mem::host_load<std::uint32_t>(code.data()) : bits;
    const Insn insn = guest::riscv::decode(bits);
    if (is_left_out(insn.op)) {
        return Step::ended;
    }
    if (std::memcmp(code.data(), block.bytes.data() + offset, length) != 0 or not foresee(insn)) {
        return Step::unrepeatable;
    }
    const engine::Exit exit = interpreter_.run_one();
    for (Written& each : written_) {
        if (each.instruction == states_.size()) see(each.address, std::span(each.after).first(each.size));
    }
    if (exit.reason == engine::ExitReason::trap) {
        states_.back().trap = exit.trap;
        return Step::ended;
    }
    states_.push_back(state_of(hart_));
    const bool goes_on = hart_.pc == pc + length or hart_.pc == block.pc;  // as short loops do
    return goes_on ? Step::on : Step::ended;
}

// Notes what the instruction may overwrite. False: it is not RAM.
template <class Memory>
bool Auditor<Memory>::foresee(const Insn& insn) {
    const auto access = access_of(insn, hart_);
    std::uint64_t address = access ? access->address : 0;
    for (std::size_t left = access ? access->size : 0; left != 0;) {
        const std::size_t size = std::min<std::size_t>(left, mem::kPageSize - address % mem::kPageSize);
        const Place place = place_of(memory_, hart_, address, access->store);
        if (place.kind == Place::Kind::elsewhere) {
            return false;
        }
        if (place.kind == Place::Kind::ram and access->store) {
            Written& written = written_.emplace_back(Written{states_.size(), place.address, size, {}, {}});
            see(written.address, std::span(written.before).first(size));
        }
        address += size;
        left -= size;
    }
    return true;
}

template <class Memory>
void Auditor<Memory>::undo() {
    for (auto each = written_.rbegin(); each != written_.rend(); ++each) {
        (void)memory_.ram().write_bytes(each->address, std::span(each->before).first(each->size));
    }
}

// Compiled code may leave an instruction to the interpreter, so it is compared where it stands.
template <class Memory>
Difference Auditor<Memory>::compare(const Block& block, const NativeOutcome& outcome,
                                    std::int64_t retired) const {
    const auto rehearsed = static_cast<std::int64_t>(states_.size() - 1);
    const auto count = static_cast<std::size_t>(std::clamp<std::int64_t>(retired, 0, rehearsed));
    Difference difference{.pc = block.pc, .frm = hart_.csrs.frm};
    difference.before = states_.front();
    difference.before.trap.reset();
    difference.interpreted = states_[count];
    difference.interpreted_count = count;
    difference.compiled_count = retired;
    difference.compiled = state_of(hart_);
    difference.compiled.pc = outcome.pc;
    difference.compiled.fflags =
        static_cast<std::uint8_t>(difference.compiled.fflags | guest::riscv::fp::HostEnvironment::fflags());
    if (outcome.kind == NativeOutcome::Kind::trap) {
        difference.compiled.trap = outcome.trap;
    } else {
        difference.interpreted.trap.reset();  // the interpreter is to raise it
    }
    difference.memory = compare_memory(count);
    if (difference.any()) {
        const std::uint64_t end =
            states_[static_cast<std::size_t>(std::max<std::int64_t>(rehearsed - 1, 0))].pc + 4;
        const auto size = std::min<std::uint64_t>(block.code.size(), end - block.pc);
        difference.code.assign(block.code.begin(), block.code.begin() + static_cast<std::ptrdiff_t>(size));
    }
    return difference;
}

template <class Memory>
std::vector<Difference::Byte> Auditor<Memory>::compare_memory(std::size_t retired) const {
    std::map<std::uint64_t, std::byte> expected;
    for (const Written& each : written_) {
        for (std::size_t k = 0; k < each.size; ++k) {
            std::byte& byte = expected.try_emplace(raw(each.address) + k, each.before[k]).first->second;
            if (each.instruction <= retired) byte = each.after[k];
        }
    }
    std::vector<Difference::Byte> different;
    for (const auto& [address, byte] : expected) {
        std::byte found{};
        see(PhysAddr{address}, {&found, 1});
        if (found != byte) different.push_back({address, byte, found});
    }
    return different;
}

}  // namespace

std::string Audit::summary() const {
    return fmt::format(
        "audit: {} executions of compiled blocks, {} instructions, are as interpreted; {} passed over",
        blocks, instructions, passed_over);
}

std::unique_ptr<engine::NativeTier> audited(Hart& hart, UserMemory& memory, engine::NativeTier& tier,
                                            Audit& audit) {
    return std::make_unique<Auditor<UserMemory>>(hart, memory, tier, audit);
}

std::unique_ptr<engine::NativeTier> audited(Hart& hart, SystemMemory& memory, engine::NativeTier& tier,
                                            Audit& audit) {
    return std::make_unique<Auditor<SystemMemory>>(hart, memory, tier, audit);
}

}  // namespace vm::native
