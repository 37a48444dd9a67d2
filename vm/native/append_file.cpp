#include "vm/native/append_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace vm::native {

Result<void> append_file(const std::string& path, std::string_view text) {
    constexpr mode_t kMode = 0644;
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
    const bool written =
        file >= 0 and ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const int error = errno;
    if (file >= 0) ::close(file);
    if (not written) return fail("cannot write '{}': {}", path, std::strerror(error));
    return {};
}

}  // namespace vm::native
