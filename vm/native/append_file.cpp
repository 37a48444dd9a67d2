#include "vm/native/append_file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include "vm/base/write_text.h"

namespace vm::native {

Result<void> append_file(const std::string& path, std::string_view text) {
    constexpr mode_t kMode = 0644;
    const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
    const int error = file < 0 ? errno : write_text(file, text);
    if (file >= 0) ::close(file);
    if (error != 0) return fail("cannot write '{}': {}", path, std::strerror(error));
    return {};
}

}  // namespace vm::native
