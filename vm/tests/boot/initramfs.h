#pragma once

// For tests: a file that goes into the guest's initial root file system, behind what is there.

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace vm::tests {

namespace detail {

inline void pad(std::string& archive) { archive.resize((archive.size() + 3) / 4 * 4); }

// One entry of the archive that Linux calls newc
// (Documentation/driver-api/early-userspace/buffer-format.rst).
inline std::string entry(unsigned inode, unsigned mode, std::string_view name, std::string_view content) {
    constexpr unsigned kLinks = 1;
    std::string text =
        fmt::format("070701{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}{:08x}",
                    inode, mode, 0, 0, kLinks, 0, content.size(), 0, 0, 0, 0, name.size() + 1, 0);
    text += name;
    text += '\0';
    pad(text);
    text += content;
    pad(text);
    return text;
}

}  // namespace detail

// An archive of one program, /NAME. Archives may follow one another.
inline std::string initramfs_with(std::string_view name, std::string_view content) {
    return detail::entry(1, 0100755, name, content) + detail::entry(0, 0, "TRAILER!!!", {});
}

}  // namespace vm::tests
