// Any text is either refused with one line, or is a block that prints as text of the same block.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "vm/ir/parse.h"
#include "vm/ir/print.h"

namespace {

void require(bool holds) {
    if (not holds) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto block = vm::ir::parse({reinterpret_cast<const char*>(data), size});
    if (not block) {
        const std::string& message = block.error().message;
        require(not message.empty() and message.find('\n') == std::string::npos);
        return 0;
    }
    const std::string text = vm::ir::print(*block);
    const auto again = vm::ir::parse(text);
    require(again.has_value() and vm::ir::print(*again) == text);
    return 0;
}
