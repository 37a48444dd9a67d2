#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace harness::store {

// Gives 64 random bits a call. Identifiers must differ between machines, so outside tests it is the system's
// source.
using RandomSource = std::function<std::uint64_t()>;

RandomSource system_random();

// A random (version 4) UUID, lower case: "9f8b4c1e-....-4...-[89ab]...-............". (RFC 9562, 5.4)
std::string make_uuid(const RandomSource& random);

bool is_uuid(std::string_view text);

}  // namespace harness::store
