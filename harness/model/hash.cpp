#include "harness/model/hash.h"

#include <cstdint>

#include <fmt/format.h>

namespace harness::model {

std::string stable_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3;
    }
    return fmt::format("{:016x}", hash);
}

}  // namespace harness::model
