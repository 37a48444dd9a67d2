#include "vm/jit/x64/runtime.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <asmjit/x86.h>

#include "vm/base/check.h"
#include "vm/jit/x64/registers.h"
#include "vm/jit/x64/unwind.h"
#include "vm/mem/address.h"
#include "vm/mmu/tlb.h"

namespace vm::jit::x64 {
namespace {

namespace x86 = asmjit::x86;

constexpr std::int32_t offset_of_saved = static_cast<std::int32_t>(offsetof(NativeFrame, saved));
constexpr std::int32_t offset_of_vector =
    offset_of_saved + static_cast<std::int32_t>(offsetof(HostRegisters, vector));
x86::Mem in_frame(std::size_t offset) { return x86::qword_ptr(x86::rsp, static_cast<std::int32_t>(offset)); }
x86::Mem saved_general(std::uint8_t number) { return x86::qword_ptr(x86::rsp, offset_of_saved + 8 * number); }
x86::Mem saved_vector(std::uint8_t number) { return x86::qword_ptr(x86::rsp, offset_of_vector + 8 * number); }

// The guest's registers between their homes and the state in memory.
class HomeMoves {
  public:
    HomeMoves(x86::Assembler& assembler, const EdgeAbi& abi) : assembler_(assembler), abi_(abi) {}

    void load() {
        each([this](std::uint8_t number, const x86::Mem& slot) { assembler_.mov(gp64(number), slot); },
             [this](std::uint8_t number, const x86::Mem& slot) { assembler_.vmovsd(xmm(number), slot); });
    }
    void store() {
        each([this](std::uint8_t number, const x86::Mem& slot) { assembler_.mov(slot, gp64(number)); },
             [this](std::uint8_t number, const x86::Mem& slot) { assembler_.vmovsd(slot, xmm(number)); });
    }

  private:
    template <class General, class Vector>
    void each(General general, Vector vector) {
        for (std::size_t home = 0; home < kHomes; ++home) {
            const auto offset = abi_.slot_offset(static_cast<Home>(home));
            if (not offset) continue;
            const auto slot =
                x86::qword_ptr(gp64(kStateRegister), static_cast<std::int32_t>(*offset - abi_.bias()));
            const std::uint8_t number = host_register(static_cast<Home>(home));
            is_float_home(static_cast<Home>(home)) ? vector(number, slot) : general(number, slot);
        }
    }

    x86::Assembler& assembler_;
    const EdgeAbi& abi_;
};

x86::Mem in_run(std::uint8_t run, std::size_t offset) {
    return x86::qword_ptr(gp64(run), static_cast<std::int32_t>(offset));
}

// (rdi: run, rsi: code, rdx: memory, rcx: countdown)
void emit_enter(x86::Assembler& a, const EdgeAbi& abi, const MemoryModel& memory) {
    for (const std::uint8_t number : kCalleeSaved) a.push(gp64(number));
    a.sub(x86::rsp, kStackBytes);
    a.mov(in_frame(offsetof(NativeFrame, run)), x86::rdi);
    a.mov(x86::rax, x86::rsi);
    a.lea(gp64(kMemoryRegister), x86::ptr(x86::rdx, memory.translated ? 0 : -kMemoryBias));
    a.mov(gp64(kCountdownRegister), x86::rcx);
    a.mov(gp64(kStateRegister), in_run(kRdi, offsetof(NativeRun, jumps)));
    a.mov(in_frame(offsetof(NativeFrame, jumps)), gp64(kStateRegister));
    a.mov(gp64(kStateRegister), in_run(kRdi, offsetof(NativeRun, state)));
    a.add(gp64(kStateRegister), static_cast<std::int32_t>(abi.bias()));
    HomeMoves(a, abi).load();
    a.jmp(x86::rax);
}

void emit_return(x86::Assembler& a) {
    a.vzeroupper();
    a.add(x86::rsp, kStackBytes);
    for (std::size_t i = kCalleeSaved.size(); i-- > 0;) a.pop(gp64(kCalleeSaved[i]));
    a.ret();
}

void emit_departure(x86::Assembler& a, const EdgeAbi& abi, NativeExit::Kind kind) {
    HomeMoves(a, abi).store();
    const auto in_exit = [](std::size_t offset) { return in_run(kRcx, offsetof(NativeRun, exit) + offset); };
    const bool at_site = kind == NativeExit::Kind::site;
    a.mov(gp64(kRcx), in_frame(offsetof(NativeFrame, run)));
    a.mov(in_exit(offsetof(NativeExit, kind)), static_cast<std::int32_t>(kind));
    a.mov(in_exit(at_site ? offsetof(NativeExit, value) : offsetof(NativeExit, pc)), x86::rax);
    if (at_site) a.mov(in_exit(offsetof(NativeExit, site)), x86::rdx);
    a.mov(in_exit(offsetof(NativeExit, countdown)), gp64(kCountdownRegister));
    emit_return(a);
}

// The address to go on at is kept where the stack pointer would be, which is nobody's business.
void emit_serve(x86::Assembler& a, const asmjit::Label& abandon) {
    a.pop(saved_general(kRsp));
    for (std::uint8_t number = 0; number < 16; ++number) {
        if (number != kRsp) a.mov(saved_general(number), gp64(number));
        a.vmovsd(saved_vector(number), xmm(number));
    }
    a.mov(gp64(kRsi), x86::rax);
    a.mov(gp64(kRdi), x86::rsp);
    a.mov(x86::rax, in_frame(offsetof(NativeFrame, run)));
    a.call(in_run(kRax, offsetof(NativeRun, serve)));
    a.test(x86::al, x86::al);
    a.jnz(abandon);
    for (std::uint8_t number = 0; number < 16; ++number) {
        if (number != kRsp) a.mov(gp64(number), saved_general(number));
        a.vmovsd(xmm(number), saved_vector(number));
    }
    a.jmp(saved_general(kRsp));
}

// As Stubs::look_up says. What is compared is what Tlb::find compares; what the access waits for comes first.
void emit_look_up(x86::Assembler& a, const MemoryModel::Translations& found, std::int32_t size) {
    constexpr unsigned kEntryShift = 4;
    static_assert(sizeof(mmu::Tlb::Entry) == 1 << kEntryShift);
    constexpr auto kBases = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, bases));
    constexpr auto kLimits = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, limits));
    constexpr auto kHosts = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, hosts));
    constexpr auto kUsed = static_cast<std::int32_t>(offsetof(mmu::RecentRegions, used));
    constexpr auto kAccess = static_cast<std::int32_t>(mmu::RecentRegions::kAccess);
    constexpr auto kPageMask = -static_cast<std::int32_t>(mem::kPageSize);
    const auto memory = gp64(kMemoryRegister);
    const asmjit::Label none = a.newLabel();
    for (const std::uint8_t number : {kRcx, kRsi, kRdi}) a.push(gp64(number));
    a.mov(gp32(kRcx), gp32(kRax));
    a.mov(gp32(kRsi), gp32(kRax));
    a.shr(gp32(kRcx), mem::kPageShift - kEntryShift);
    a.shr(gp32(kRsi), mmu::Tlb::kFoldShift - kEntryShift);
    a.and_(gp32(kRcx), (mmu::Tlb::kEntries - 1) << kEntryShift);
    a.and_(gp32(kRsi), (mmu::Tlb::kFolded - 1) << kEntryShift);
    a.xor_(gp32(kRcx), gp32(kRsi));
    a.lea(gp64(kRdi), x86::ptr(gp64(kRax), size - 1));
    a.and_(gp64(kRdi), kPageMask);
    a.mov(gp64(kRsi), gp64(kRdi));
    a.or_(gp64(kRsi), x86::qword_ptr(memory, found.asid));
    a.cmp(gp64(kRsi), x86::qword_ptr(memory, gp64(kRcx), 0, found.entries));
    a.jne(none);
    a.mov(gp64(kRsi), x86::qword_ptr(memory, gp64(kRcx), 0, found.entries + 8));
    a.add(gp64(kRax), gp64(kRsi));
    a.shr(gp32(kRcx), kEntryShift);
    a.movzx(gp32(kRcx), x86::byte_ptr(memory, gp64(kRcx), 0, found.reaches));
    a.shrx(gp64(kRdi), gp64(kRdi), gp64(kRcx));
    a.shlx(gp64(kRdi), gp64(kRdi), gp64(kRcx));
    a.mov(x86::qword_ptr(memory, gp64(kRdx), 0, found.recent + kBases), gp64(kRdi));
    a.add(gp64(kRdi), gp64(kRsi));
    a.mov(x86::qword_ptr(memory, gp64(kRdx), 0, found.recent + kHosts), gp64(kRdi));
    a.mov(gp32(kRsi), 1);
    a.shlx(gp64(kRsi), gp64(kRsi), gp64(kRcx));
    a.sub(gp64(kRsi), kAccess);
    a.mov(x86::qword_ptr(memory, gp64(kRdx), 0, found.recent + kLimits), gp64(kRsi));
    a.mov(x86::qword_ptr(memory, found.recent + kUsed), 1);
    const auto leave = [&] {
        for (const std::uint8_t number : {kRdi, kRsi, kRcx}) a.pop(gp64(number));
    };
    leave();
    a.clc();
    a.ret();
    a.bind(none);
    leave();
    a.stc();
    a.ret();
}

}  // namespace

Result<void> host_supported() {
    const auto& features = asmjit::CpuInfo::host().features().x86();
    const auto need = [](bool present, const char* name) -> Result<void> {
        return present ? Result<void>{} : fail("this CPU lacks {}", name);
    };
    for (const auto& each :
         {need(features.hasAVX2(), "AVX2"), need(features.hasBMI2(), "BMI2"), need(features.hasBMI(), "BMI"),
          need(features.hasLZCNT(), "LZCNT"), need(features.hasPOPCNT(), "POPCNT"),
          need(features.hasFMA(), "FMA"), need(features.hasPCLMULQDQ(), "PCLMULQDQ")}) {
        if (not each) return each;
    }
    return {};
}

Result<SizedStubs> make_stubs(const EdgeAbi& abi, const MemoryModel& memory, void* writable,
                              std::uint64_t address, std::size_t room) {
    asmjit::CodeHolder code;
    code.init(asmjit::Environment::host(), address);
    x86::Assembler a(&code);
    const asmjit::Label enter = a.newLabel();
    const asmjit::Label leave = a.newLabel();
    const asmjit::Label budget = a.newLabel();
    const asmjit::Label serve = a.newLabel();
    const asmjit::Label abandon = a.newLabel();
    a.bind(enter);
    emit_enter(a, abi, memory);
    a.bind(leave);
    emit_departure(a, abi, NativeExit::Kind::site);
    a.bind(budget);
    emit_departure(a, abi, NativeExit::Kind::budget);
    a.bind(serve);
    emit_serve(a, abandon);
    a.bind(abandon);
    emit_return(a);
    std::array<std::array<asmjit::Label, 4>, 2> look_ups;
    for (std::size_t kind = 0; kind < look_ups.size() and memory.translated; ++kind) {
        for (std::size_t size = 0; size < look_ups[kind].size(); ++size) {
            look_ups[kind][size] = a.newLabel();
            a.align(asmjit::AlignMode::kCode, 16);
            a.bind(look_ups[kind][size]);
            emit_look_up(a, kind == 0 ? memory.loads : memory.stores, 1 << size);
        }
    }
    code.flatten();
    code.resolveUnresolvedLinks();
    code.relocateToBase(address);
    if (code.codeSize() > room) return fail("the shared code of {} bytes does not fit", code.codeSize());
    code.copyFlattenedData(writable, room);
    const auto at = [&](const asmjit::Label& label) { return address + code.labelOffsetFromBase(label); };
    Stubs stubs;
    stubs.enter = reinterpret_cast<Stubs::Enter>(at(enter));
    stubs.leave = at(leave);
    stubs.budget = at(budget);
    stubs.serve = at(serve);
    stubs.abandon = at(abandon);
    for (std::size_t kind = 0; kind < look_ups.size() and memory.translated; ++kind) {
        std::transform(look_ups[kind].begin(), look_ups[kind].end(), stubs.look_up[kind].begin(), at);
    }
    return SizedStubs{stubs, code.codeSize()};
}

}  // namespace vm::jit::x64
