#include "vm/guest/riscv/debug_registers.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include <fmt/format.h>

#include "vm/guest/riscv/csr_names.h"
#include "vm/guest/riscv/register_names.h"

namespace vm::guest::riscv {
namespace {

using debug_register::kFirstCsr;
using debug_register::kFirstFloat;
using debug_register::kPc;
using debug_register::kPrivilege;

enum class Kind : std::uint8_t { absent, constant, word, special };

struct CsrLine {
    std::uint16_t number;
    std::string_view name;
    Kind kind;
};

constexpr CsrLine kCsrs[] = {
#define CSR(number, name, kind, bits) {number, #name, Kind::kind},
#include "vm/guest/riscv/csr.inc"
#undef CSR
};

constexpr std::uint16_t number_of(Csr csr) { return static_cast<std::uint16_t>(csr); }

// fflags, frm and fcsr are described with the floating-point registers.
constexpr bool is_float(std::uint16_t csr) { return csr <= number_of(Csr::fcsr); }

bool has_csr(HartKind kind, const CsrLine& csr) {
    if (csr.kind == Kind::absent) {
        return false;
    }
    const bool counter = csr.number >= number_of(Csr::cycle) and csr.number <= number_of(Csr::instret);
    return kind == HartKind::machine or is_float(csr.number) or counter;
}

bool is_csr(unsigned number) { return number >= kFirstCsr and number < kPrivilege; }
std::uint16_t csr_of(unsigned number) { return static_cast<std::uint16_t>(number - kFirstCsr); }

std::string register_line(std::string_view name, std::string_view type, unsigned number) {
    return fmt::format("<reg name=\"{}\" bitsize=\"64\" type=\"{}\" regnum=\"{}\"/>\n", name, type, number);
}

std::string feature(std::string_view name, std::string_view contents) {
    return fmt::format("<feature name=\"org.gnu.gdb.riscv.{}\">\n{}</feature>\n", name, contents);
}

std::string_view integer_type(std::string_view name) {
    if (name == "ra") {
        return "code_ptr";
    }
    const bool pointer = name == "sp" or name == "gp" or name == "tp";
    return pointer ? "data_ptr" : "int";
}

std::string integer_registers() {
    std::string text;
    for (unsigned number = 0; number < kIntegerNames.size(); ++number) {
        text += register_line(kIntegerNames[number], integer_type(kIntegerNames[number]), number);
    }
    return text + register_line("pc", "code_ptr", kPc);
}

// A register holds a double, or a single in its lower half.
std::string float_registers() {
    std::string text =
        "<union id=\"riscv_double\"><field name=\"float\" type=\"ieee_single\"/>"
        "<field name=\"double\" type=\"ieee_double\"/></union>\n";
    for (unsigned number = 0; number < kFloatNames.size(); ++number) {
        text += register_line(kFloatNames[number], "riscv_double", kFirstFloat + number);
    }
    for (const CsrLine& csr : kCsrs) {
        if (is_float(csr.number)) {
            text += register_line(csr.name, "int", kFirstCsr + csr.number);
        }
    }
    return text;
}

std::string control_registers(HartKind kind) {
    std::string text;
    for (const CsrLine& csr : kCsrs) {
        if (has_csr(kind, csr) and not is_float(csr.number)) {
            text += register_line(csr.name, "int", kFirstCsr + csr.number);
        }
    }
    return text;
}

Result<void> write_privilege(Hart& hart, std::uint64_t value) {
    constexpr std::uint64_t kReserved = 2;
    if (value == kReserved or value > static_cast<std::uint64_t>(Privilege::machine)) {
        return fail("a hart's privilege is 0, 1 or 3, not {}", value);
    }
    hart.csrs.change_privilege(static_cast<Privilege>(value));
    return {};
}

Result<void> write_pc(Hart& hart, std::uint64_t value) {
    if (value % 2 != 0) {
        return fail("instructions lie at even addresses, not at {:#x}", value);
    }
    hart.pc = value;
    return {};
}

}  // namespace

unsigned debug_register_count(HartKind kind) {
    return (kind == HartKind::machine ? kPrivilege : kFirstCsr + number_of(Csr::instret)) + 1;
}

bool debug_register_exists(HartKind kind, unsigned number) {
    if (number < kFirstCsr) {
        return true;
    }
    if (not is_csr(number)) {
        return number == kPrivilege and kind == HartKind::machine;
    }
    return std::any_of(std::begin(kCsrs), std::end(kCsrs), [&](const CsrLine& csr) {
        return csr.number == csr_of(number) and has_csr(kind, csr);
    });
}

std::string debug_target_description(HartKind kind) {
    std::string text =
        "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
        "<target version=\"1.0\">\n<architecture>riscv:rv64</architecture>\n";
    text += feature("cpu", integer_registers());
    text += feature("fpu", float_registers());
    text += feature("csr", control_registers(kind));
    if (kind == HartKind::machine) {
        text += feature("virtual", register_line("priv", "int", kPrivilege));
    }
    return text + "</target>\n";
}

Result<std::uint64_t> read_debug_register(const Hart& hart, unsigned number) {
    if (number < kPc) {
        return hart.x[number];
    }
    if (number == kPc) {
        return hart.pc;
    }
    if (number < kFirstCsr) {
        return hart.f[number - kFirstFloat];
    }
    if (number == kPrivilege) {
        return static_cast<std::uint64_t>(hart.csrs.privilege());
    }
    const auto value = is_csr(number) ? hart.csrs.inspect(csr_of(number)) : std::nullopt;
    if (not value) {
        return fail("a hart has no register of number {}", number);
    }
    return *value;
}

Result<void> write_debug_register(Hart& hart, unsigned number, std::uint64_t value) {
    if (number < kPc) {
        hart.x[number] = number == 0 ? 0 : value;
        return {};
    }
    if (number == kPc) {
        return write_pc(hart, value);
    }
    if (number < kFirstCsr) {
        hart.f[number - kFirstFloat] = value;
        return {};
    }
    if (number == kPrivilege) {
        return write_privilege(hart, value);
    }
    if (not is_csr(number) or not hart.csrs.inspect(csr_of(number))) {
        return fail("a hart has no register of number {}", number);
    }
    if (not hart.csrs.change(csr_of(number), value)) {
        return fail("{} is read-only", csr_name(csr_of(number)));
    }
    return {};
}

Result<std::vector<std::byte>> read_debug_register_bytes(const Hart& hart, unsigned number) {
    const auto value = read_debug_register(hart, number);
    if (not value) {
        return tl::unexpected(value.error());
    }
    std::vector<std::byte> bytes(debug_register::kSize);
    std::memcpy(bytes.data(), &*value, bytes.size());
    return bytes;
}

Result<void> write_debug_register_bytes(Hart& hart, unsigned number, std::span<const std::byte> bytes) {
    std::uint64_t value = 0;
    if (bytes.size() != debug_register::kSize) {
        return fail("registers have {} bytes, not {}", debug_register::kSize, bytes.size());
    }
    std::memcpy(&value, bytes.data(), bytes.size());
    return write_debug_register(hart, number, value);
}

}  // namespace vm::guest::riscv
