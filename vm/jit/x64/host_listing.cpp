#include "vm/jit/x64/host_listing.h"

#include <array>

#include <Zydis/Zydis.h>
#include <fmt/format.h>

#include "vm/base/check.h"

namespace vm::jit::x64 {
namespace {

class Lister {
  public:
    explicit Lister(const AddressName& name) : name_(name) {
        VM_CHECK(ZYAN_SUCCESS(ZydisDecoderInit(&decoder_, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64)));
        VM_CHECK(ZYAN_SUCCESS(ZydisFormatterInit(&formatter_, ZYDIS_FORMATTER_STYLE_INTEL)));
        ZydisFormatterSetProperty(&formatter_, ZYDIS_FORMATTER_PROP_HEX_UPPERCASE, ZYAN_FALSE);
        auto hook = reinterpret_cast<const void*>(&print_address);
        ZydisFormatterSetHook(&formatter_, ZYDIS_FORMATTER_FUNC_PRINT_ADDRESS_ABS, &hook);
        usual_ = reinterpret_cast<ZydisFormatterFunc>(const_cast<void*>(hook));
    }

    HostInsn at(std::span<const std::byte> code, std::size_t offset, std::uint64_t address) {
        ZydisDecodedInstruction insn;
        std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT> operands;
        if (not ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder_, code.data() + offset, code.size() - offset,
                                                    &insn, operands.data()))) {
            return {offset, 1, fmt::format(".byte {:#04x}", code[offset])};
        }
        std::array<char, 256> text{};
        ZydisFormatterFormatInstruction(&formatter_, &insn, operands.data(), insn.operand_count_visible,
                                        text.data(), text.size(), address + offset, this);
        return {offset, insn.length, text.data()};
    }

  private:
    static ZyanStatus print_address(const ZydisFormatter* formatter, ZydisFormatterBuffer* buffer,
                                    ZydisFormatterContext* context) {
        const auto& self = *static_cast<const Lister*>(context->user_data);
        ZyanU64 address = 0;
        if (not ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(context->instruction, context->operand,
                                                      context->runtime_address, &address))) {
            return self.usual_(formatter, buffer, context);
        }
        const std::string name = self.name_(address);
        if (name.empty()) return self.usual_(formatter, buffer, context);
        ZyanString* text = nullptr;
        if (const auto status = ZydisFormatterBufferAppend(buffer, ZYDIS_TOKEN_SYMBOL);
            not ZYAN_SUCCESS(status)) {
            return status;
        }
        if (const auto status = ZydisFormatterBufferGetString(buffer, &text); not ZYAN_SUCCESS(status)) {
            return status;
        }
        ZyanStringView view;
        if (const auto status = ZyanStringViewInsideBufferEx(&view, name.data(), name.size());
            not ZYAN_SUCCESS(status)) {
            return status;
        }
        return ZyanStringAppend(text, &view);
    }

    const AddressName& name_;
    ZydisDecoder decoder_;
    ZydisFormatter formatter_;
    ZydisFormatterFunc usual_ = nullptr;  // prints what has no name
};

}  // namespace

std::vector<HostInsn> list_host_code(std::span<const std::byte> code, std::uint64_t address,
                                     const AddressName& name) {
    Lister lister(name);
    std::vector<HostInsn> insns;
    for (std::size_t offset = 0; offset < code.size(); offset += insns.back().length) {
        insns.push_back(lister.at(code, offset, address));
    }
    return insns;
}

}  // namespace vm::jit::x64
