#pragma once

#include <string>

namespace vm::user {

// Where the distribution's cross packages put the libraries that dynamic programs need.
inline constexpr const char* kDefaultSysroot = "/usr/riscv64-linux-gnu";

// The path as the guest's is found: an absolute one below the sysroot when something (a symbolic link, too)
// is there, else as it is. An empty sysroot, and the root folder itself, change nothing. No fence around the
// guest: it may well name files of the host.
std::string in_sysroot(const std::string& sysroot, const std::string& path);

}  // namespace vm::user
