#include "harness/store/uuid.h"

#include <memory>
#include <random>

#include <fmt/format.h>

namespace harness::store {

RandomSource system_random() {
    auto device = std::make_shared<std::random_device>();
    return [device] { return std::uint64_t{(*device)()} << 32 | (*device)(); };
}

std::string make_uuid(const RandomSource& random) {
    const std::uint64_t high = (random() & ~std::uint64_t{0xf000}) | 0x4000;
    const std::uint64_t low = (random() & ~(std::uint64_t{3} << 62)) | std::uint64_t{1} << 63;
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff,
                       low >> 48, low & 0xffff'ffff'ffff);
}

bool is_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !digit) return false;
    }
    return true;
}

}  // namespace harness::store
