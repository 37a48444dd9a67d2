#include "suites/common/memory_file.h"

#include <cerrno>
#include <sys/mman.h>

#include <fmt/format.h>
#include <unistd.h>

namespace suites::common {

MemoryFile::MemoryFile() : descriptor_(::memfd_create("vm suite", MFD_CLOEXEC)) {}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

std::string MemoryFile::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), descriptor_); }

std::string MemoryFile::text() const {
    std::string read;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::pread(descriptor_, buffer, sizeof buffer, static_cast<off_t>(read.size()))) > 0) {
        read.append(buffer, static_cast<std::size_t>(count));
    }
    return read;
}

bool MemoryFile::append(std::string_view text) const {
    while (not text.empty()) {
        const ssize_t count = ::write(descriptor_, text.data(), text.size());
        if (count < 0 and errno != EINTR) {
            return false;
        }
        text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace suites::common
