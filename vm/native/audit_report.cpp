#include "vm/native/audit_report.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/guest/riscv/disasm.h"
#include "vm/guest/riscv/dump.h"
#include "vm/guest/riscv/register_names.h"
#include "vm/guest/riscv/trace.h"
#include "vm/mem/host_access.h"

namespace vm::native {
namespace {

using guest::riscv::Reservation;

auto members(const Reservation& r) { return std::tuple(r.valid, r.address, r.value); }

std::string text_of(const Reservation& r) {
    return r.valid ? fmt::format("{:#x} at {:#x}", r.value, r.address) : "none";
}

std::string text_of(const std::optional<engine::Trap>& trap) {
    return trap ? fmt::format("{}, value {:#x}", guest::riscv::describe_cause(trap->cause), trap->value)
                : "none";
}

class Lines {
  public:
    template <class... Values>
    void add(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
        text_ += '\n';
    }
    void compare(std::string_view what, const std::string& interpreted, const std::string& compiled) {
        if (interpreted != compiled) add("  {}: interpreted {}, compiled {}", what, interpreted, compiled);
    }
    void append(std::string_view lines) { text_ += lines; }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

std::string hex(std::uint64_t value) { return fmt::format("{:016x}", value); }

void add_differences(Lines& lines, const Difference& difference) {
    const HartState& interpreted = difference.interpreted;
    const HartState& compiled = difference.compiled;
    lines.compare("pc", hex(interpreted.pc), hex(compiled.pc));
    for (std::size_t k = 0; k < 32; ++k) {
        lines.compare(guest::riscv::kIntegerNames[k], hex(interpreted.x[k]), hex(compiled.x[k]));
    }
    for (std::size_t k = 0; k < 32; ++k) {
        lines.compare(guest::riscv::kFloatNames[k], hex(interpreted.f[k]), hex(compiled.f[k]));
    }
    lines.compare("fflags", fmt::format("{:05b}", interpreted.fflags),
                  fmt::format("{:05b}", compiled.fflags));
    lines.compare("instructions", std::to_string(difference.interpreted_count),
                  std::to_string(difference.compiled_count));
    lines.compare("reservation", text_of(interpreted.reservation), text_of(compiled.reservation));
    lines.compare("trap", text_of(interpreted.trap), text_of(compiled.trap));
    for (const Difference::Byte& byte : difference.memory) {
        lines.compare(fmt::format("byte at {:#x}", byte.address), fmt::format("{:02x}", byte.interpreted),
                      fmt::format("{:02x}", byte.compiled));
    }
}

void add_code(Lines& lines, std::uint64_t pc, std::span<const std::byte> code) {
    while (code.size() >= 2) {
        std::uint32_t bits = mem::host_load<std::uint16_t>(code.data());
        const unsigned length = guest::riscv::instruction_length(bits);
        if (length > code.size()) break;
        if (length == 4) bits = mem::host_load<std::uint32_t>(code.data());
        lines.add("  {:x}: {:<8}  {}", pc, fmt::format("{:0{}x}", bits, 2 * length),
                  guest::riscv::disassemble(bits, pc));
        pc += length;
        code = code.subspan(length);
    }
}

void add_state(Lines& lines, std::string_view name, const HartState& state, std::uint8_t frm) {
    guest::riscv::Hart hart(
        guest::riscv::CsrFile(guest::riscv::HartKind::user_program, 0, [] { return std::uint64_t{0}; }));
    restore(hart, state);
    hart.csrs.frm = frm;
    lines.add("{}:", name);
    lines.append(guest::riscv::register_dump(hart));
}

}  // namespace

bool operator==(const HartState& a, const HartState& b) {
    return std::tie(a.x, a.f, a.pc, a.fflags, a.trap) == std::tie(b.x, b.f, b.pc, b.fflags, b.trap) and
           members(a.reservation) == members(b.reservation);
}

HartState state_of(const guest::riscv::Hart& hart) {
    HartState state;
    std::copy_n(hart.x.begin(), state.x.size(), state.x.begin());
    state.f = hart.f;
    state.pc = hart.pc;
    state.fflags = hart.csrs.fflags;
    state.reservation = hart.reservation;
    return state;
}

void restore(guest::riscv::Hart& hart, const HartState& state) {
    std::copy(state.x.begin(), state.x.end(), hart.x.begin());
    hart.f = state.f;
    hart.pc = state.pc;
    hart.csrs.fflags = state.fflags;
    hart.reservation = state.reservation;
}

std::string difference_report(const Difference& difference) {
    Lines lines;
    lines.add("compiled code and the interpreter differ behind the block at {:#x}:", difference.pc);
    add_differences(lines, difference);
    lines.add("its code:");
    add_code(lines, difference.pc, difference.code);
    add_state(lines, "before it", difference.before, difference.frm);
    add_state(lines, "interpreted", difference.interpreted, difference.frm);
    add_state(lines, "compiled", difference.compiled, difference.frm);
    lines.add("--dump shows what the block was compiled to");
    return lines.take();
}

}  // namespace vm::native
