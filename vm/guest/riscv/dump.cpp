#include "vm/guest/riscv/dump.h"

#include <iterator>
#include <span>
#include <string_view>

#include <fmt/format.h>

#include "vm/guest/riscv/register_names.h"

namespace vm::guest::riscv {
namespace {

constexpr std::size_t kPerLine = 4;

void append_file(std::string& text, std::span<const std::string_view, 32> names,
                 std::span<const std::uint64_t, 32> values) {
    for (std::size_t i = 0; i < 32; ++i) {
        fmt::format_to(std::back_inserter(text), "{:>4} {:016x}{}", names[i], values[i],
                       i % kPerLine == kPerLine - 1 ? "\n" : "  ");
    }
}

}  // namespace

std::string register_dump(const Hart& hart) {
    std::string text = fmt::format("  pc {:016x}  fcsr {:02x} (frm {}, fflags {:05b})\n", hart.pc,
                                   hart.csrs.frm << 5 | hart.csrs.fflags, hart.csrs.frm, hart.csrs.fflags);
    append_file(text, kIntegerNames, std::span(hart.x).first<32>());
    append_file(text, kFloatNames, hart.f);
    return text;
}

}  // namespace vm::guest::riscv
