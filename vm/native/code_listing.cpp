#include "vm/native/code_listing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "vm/guest/riscv/hart_slots.h"
#include "vm/ir/print.h"
#include "vm/jit/host_registers.h"
#include "vm/jit/x64/host_listing.h"
#include "vm/native/stub_names.h"

namespace vm::native {
namespace {

using jit::Mark;
using jit::Site;

// How many guest instructions there are up to the one that a node with a frame is part of: jumps show the
// state behind their instruction, all others the one before it.
std::size_t instructions_up_to(const ir::Block& block, const ir::Node& node) {
    const std::size_t retired = block.frames()[node.frame].retired;
    const bool jumps =
        node.op == ir::Opcode::branch or node.op == ir::Opcode::goto_ or node.op == ir::Opcode::goto_value;
    return jumps ? retired : retired + 1;
}

// The same for every node: as the next one with a frame says.
std::vector<std::size_t> instructions_by_node(const ir::Block& block) {
    std::vector<std::size_t> result(block.nodes().size());
    std::size_t known = 0;
    for (std::size_t i = result.size(); i-- > 0;) {
        const ir::Node& node = block.nodes()[i];
        if (node.frame != ir::kNoFrame) known = instructions_up_to(block, node);
        result[i] = known;
    }
    return result;
}

class Listing {
  public:
    Listing(const ir::Block& nodes, const GuestCode& guest, const jit::NativeBlock& block,
            const jit::Stubs& stubs)
        : nodes_(nodes),
          guest_(guest),
          block_(block),
          stubs_(named_stubs(stubs)),
          up_to_(instructions_by_node(nodes)) {}

    std::string run() {
        const auto code = std::span(block_.code).first(code_end());
        const auto insns = jit::x64::list_host_code(
            code, block_.address, [this](std::uint64_t address) { return name_of(address); });
        auto insn = insns.begin();
        for (std::size_t i = 0; i < block_.marks.size(); ++i) {
            const std::size_t end =
                i + 1 < block_.marks.size() ? block_.marks[i + 1].host_offset : code.size();
            head(block_.marks[i], insn != insns.end() and insn->offset < end);
            for (; insn != insns.end() and insn->offset < end; ++insn) host(*insn);
        }
        constants(code.size());
        return std::move(text_);
    }

  private:
    template <class... Args>
    void put(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    }

    // Of a place in the block, or of a stub.
    std::string name_of(std::uint64_t address) const {
        const std::uint64_t offset = address - block_.address;
        if (offset < block_.code.size()) return fmt::format("+{:#06x}", offset);
        const auto stub = std::find_if(stubs_.begin(), stubs_.end(),
                                       [&](const NamedStub& each) { return each.address == address; });
        return stub != stubs_.end() ? stub->name : std::string();
    }

    std::size_t code_end() const {
        const auto at = std::find_if(block_.marks.begin(), block_.marks.end(),
                                     [](const Mark& mark) { return mark.kind == Mark::Kind::constants; });
        return at == block_.marks.end() ? block_.code.size() : at->host_offset;
    }

    void head(const Mark& mark, bool has_code) {
        switch (mark.kind) {
            case Mark::Kind::entry:
                return put("    ; entry\n");
            case Mark::Kind::node:
                return node(mark.index, has_code);
            case Mark::Kind::exit:
                return site("exit", block_.sites[mark.index]);
            case Mark::Kind::look_up:
                return put("    ; translation of another page\n");
            case Mark::Kind::serve:
                return site("C++ serves", block_.sites[mark.index]);
            case Mark::Kind::nan:
                return put("    ; canonical NaN\n");
            case Mark::Kind::budget:
                return put("    ; the countdown does not suffice\n");
            case Mark::Kind::constants:
                return put("    ; constants\n");
        }
    }

    void node(std::uint32_t index, bool has_code) {
        for (; shown_ < std::min(up_to_[index], guest_.lines.size()); ++shown_) {
            put("  {}\n", guest_.lines[shown_]);
        }
        if (has_code) put("    ; {}\n", ir::print_node(nodes_, index));
    }

    void site(std::string_view what, const Site& site) {
        put("    ; {}: {}", what, ir::info(site.node.op).name);
        if (site.node.frame != ir::kNoFrame) put(" @ pc={:#x} retired={}", site.pc, site.retired);
        put("\n");
    }

    void host(const jit::x64::HostInsn& insn) {
        std::string bytes;
        for (std::size_t i = 0; i < insn.length; ++i) {
            fmt::format_to(std::back_inserter(bytes), "{:02x}", block_.code[insn.offset + i]);
        }
        put("+{:#06x}  {:<20}  {}{}\n", insn.offset, bytes, insn.text, note(insn));
    }

    // What is known of the place besides the instruction.
    std::string note(const jit::x64::HostInsn& insn) const {
        for (std::size_t number = 0; number < block_.sites.size(); ++number) {
            const Site& site = block_.sites[number];
            if (site.host_offset != insn.offset or site.host_offset == 0) continue;
            return site.linkable ? fmt::format("  ; links to {:#x}", site.pc) : "  ; may fault";
        }
        return {};
    }

    void constants(std::size_t first) {
        constexpr std::size_t kSize = 8;
        first = (first + 2 * kSize - 1) / (2 * kSize) * (2 * kSize);  // where their alignment puts them
        for (std::size_t at = first; at + kSize <= block_.code.size(); at += kSize) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, block_.code.data() + at, kSize);
            put("+{:#06x}  {:#018x}\n", at, bits);
        }
    }

    const ir::Block& nodes_;
    const GuestCode& guest_;
    const jit::NativeBlock& block_;
    std::vector<NamedStub> stubs_;
    std::vector<std::size_t> up_to_;  // by node
    std::size_t shown_ = 0;           // guest instructions
    std::string text_;
};

constexpr std::array<std::string_view, 16> kHostNames = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
                                                         "rsi", "rdi", "r8",  "r9",  "r10", "r11",
                                                         "r12", "r13", "r14", "r15"};

}  // namespace

std::string register_legend() {
    std::string text;
    jit::Home home = 0;
    for (const std::uint32_t offset : guest::riscv::kBusyIntegers) {
        text += fmt::format("{}=x{} ", kHostNames[jit::host_register(home++)],
                            (offset - guest::riscv::kIntegersOffset) / 8);
    }
    home = jit::kIntegerHomes;
    for (const std::uint32_t offset : guest::riscv::kBusyFloats) {
        text +=
            fmt::format("xmm{}=f{} ", jit::host_register(home++), (offset - guest::riscv::kFloatsOffset) / 8);
    }
    return text + fmt::format("{}=state+{} {}=countdown {}=memory", kHostNames[jit::kStateRegister],
                              guest::riscv::kSlotBias, kHostNames[jit::kCountdownRegister],
                              kHostNames[jit::kMemoryRegister]);
}

std::string code_listing(const jit::Compilation& from, const GuestCode& guest, const jit::NativeBlock& block,
                         const jit::Stubs& stubs) {
    return Listing(from.optimised, guest, block, stubs).run();
}

}  // namespace vm::native
