#include "vm/native/dump.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "vm/ir/print.h"
#include "vm/native/code_listing.h"

namespace vm::native {
namespace {

std::string ir_text(const jit::Compilation& from, const GuestCode& guest) {
    std::string text = "guest:\n";
    for (const std::string& line : guest.lines) text += "  " + line + "\n";
    return text + "lifted:\n" + ir::print(from.lifted) + "optimised:\n" + ir::print(from.optimised);
}

}  // namespace

bool Dump::chosen(const jit::Compilation& from, const GuestCode& guest) const {
    const auto& wanted = options_.addresses;
    return wanted.empty() or std::any_of(wanted.begin(), wanted.end(), [&](std::uint64_t address) {
               return address >= from.request.pc and address < guest.end;
           });
}

std::string Dump::head(const jit::Compilation& from) const {
    const std::string symbol = symbols_.name(from.request.pc);
    return fmt::format("block {:#x}{}:", from.request.pc, symbol.empty() ? "" : " <" + symbol + ">");
}

void Dump::compiled(const jit::Compilation& from, const jit::NativeBlock& block, const jit::Stubs& stubs) {
    const GuestCode guest = guest_code(from);
    if (not chosen(from, guest)) return;
    std::string text = fmt::format("{} {} instructions, {} bytes of host code at {:#x}\n", head(from),
                                   block.instructions, block.code.size(), block.address);
    if (options_.ir) text += ir_text(from, guest);
    if (options_.code) text += "host: " + register_legend() + "\n" + code_listing(from, guest, block, stubs);
    sink_(text + "\n");
}

void Dump::failed(const jit::Compilation& from, std::string_view why) {
    const GuestCode guest = guest_code(from);
    if (not chosen(from, guest)) return;
    sink_(fmt::format("{} {}\n{}\n", head(from), why, ir_text(from, guest)));
}

}  // namespace vm::native
