#include "vm/user/sysroot.h"

#include <sys/stat.h>

namespace vm::user {

std::string in_sysroot(const std::string& sysroot, const std::string& path) {
    if (sysroot.empty() or not path.starts_with('/') or path.find_first_not_of('/') == std::string::npos) {
        return path;
    }
    const std::string below = sysroot + path;
    struct stat status {};
    return ::lstat(below.c_str(), &status) == 0 ? below : path;
}

}  // namespace vm::user
