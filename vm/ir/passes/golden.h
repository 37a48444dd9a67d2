#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "vm/ir/parse.h"
#include "vm/ir/print.h"
#include "vm/ir/verify.h"

namespace vm::ir::passes {

// For golden tests: what a pass makes of a block, both as text without slots. x, y and z are i64, f and g
// f64. What does not verify says why.
inline std::string after(void (*pass)(Block&), std::string_view text) {
    constexpr std::string_view kSlots =
        "slot x = i64 0\nslot y = i64 8\nslot z = i64 16\nslot f = f64 24\nslot g = f64 32\n";
    auto block = parse(fmt::format("{}{}", kSlots, text));
    if (not block) return block.error().message;
    pass(*block);
    const std::string made = print(*block);
    const auto sound = verify(*block);
    return sound ? made.substr(kSlots.size()) : sound.error().message + "\n" + made;
}

}  // namespace vm::ir::passes
