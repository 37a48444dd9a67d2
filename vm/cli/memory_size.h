#pragma once

#include <cstdint>
#include <string_view>

#include "vm/base/result.h"

namespace vm::cli {

// "128M": bytes, or with a suffix K, M or G (of either case) so many KiB, MiB or GiB. Zero, what is not a
// multiple of the 4 KiB page, and more than `max` are errors.
Result<std::uint64_t> parse_memory_size(std::string_view text, std::uint64_t max);

}  // namespace vm::cli
