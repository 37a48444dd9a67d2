#pragma once

#include <string>
#include <string_view>

namespace harness::model {

// 16 hexadecimal digits that are the same on every machine and in every version of this program (FNV-1a, 64
// bits). It tells definitions apart; it is no defence against somebody who wants a collision.
std::string stable_hash(std::string_view text);

}  // namespace harness::model
