#pragma once

#include <string>
#include <string_view>

namespace vm::booted {

// An archive of one program, /NAME, for the guest's initial root file system. Archives may follow one
// another.
std::string initramfs_with(std::string_view name, std::string_view content);

}  // namespace vm::booted
