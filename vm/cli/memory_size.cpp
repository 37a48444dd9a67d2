#include "vm/cli/memory_size.h"

#include <charconv>

namespace vm::cli {
namespace {

constexpr std::uint64_t kPage = 4096;

// Powers of two the suffix stands for; 64 when it is none.
unsigned shift_of(std::string_view suffix) {
    if (suffix.empty()) {
        return 0;
    }
    if (suffix.size() > 1) {
        return 64;
    }
    switch (suffix[0]) {
        case 'k':
        case 'K':
            return 10;
        case 'm':
        case 'M':
            return 20;
        case 'g':
        case 'G':
            return 30;
        default:
            return 64;
    }
}

}  // namespace

Result<std::uint64_t> parse_memory_size(std::string_view text, std::uint64_t max) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const unsigned shift = shift_of(text.substr(static_cast<std::size_t>(end - text.data())));
    const bool too_large = error == std::errc::result_out_of_range or (shift < 64 and number > max >> shift);
    if (error == std::errc::invalid_argument or (shift == 64 and not too_large)) {
        return fail("memory size '{}' is not a number of bytes, optionally with K, M or G", text);
    }
    if (too_large) {
        return fail("memory size '{}' is more than {} GiB", text, max >> 30);
    }
    const std::uint64_t bytes = number << shift;
    if (bytes == 0 or bytes % kPage != 0) {
        return fail("memory size '{}' is not a positive multiple of 4K", text);
    }
    return bytes;
}

}  // namespace vm::cli
