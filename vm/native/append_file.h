#pragma once

#include <string>
#include <string_view>

#include "vm/base/result.h"

namespace vm::native {

// Writes the text behind what the file holds, which is made where there is none. No descriptor is kept, which
// a guest could close, and several processes may write by turns.
Result<void> append_file(const std::string& path, std::string_view text);

}  // namespace vm::native
