#include "vm/native/append_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace vm::native {

Result<void> append_file(const std::string& path, std::string_view text) {
    constexpr mode_t kMode = 0644;
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
    ssize_t written = 0;
    do {  // a disk that is full meanwhile takes a part, and says why not the rest
        written = file < 0 ? -1 : ::write(file, text.data(), text.size());
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    } while (written > 0 and not text.empty());
    const int error = errno;
    if (file >= 0) ::close(file);
    if (written < 0) return fail("cannot write '{}': {}", path, std::strerror(error));
    return {};
}

}  // namespace vm::native
