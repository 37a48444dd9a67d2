#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/model/pair.h"
#include "harness/model/result.h"

namespace harness::store {

// The slices of one pair as bytes, some 16 a slice: a version, the count, then for each slice its side and
// fate in one byte and its numbers as LEB128 (DWARF 5, 7.6). Negative numbers count as 0: none of these can
// be.
std::string pack_slices(const std::vector<model::Slice>& slices);

// Anything but what pack_slices makes is an error.
Result<std::vector<model::Slice>> unpack_slices(std::string_view bytes);

}  // namespace harness::store
