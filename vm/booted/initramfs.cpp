#include "vm/booted/initramfs.h"

#include <fmt/format.h>

namespace vm::booted {
namespace {

void pad(std::string& archive) { archive.resize((archive.size() + 3) / 4 * 4); }

// One entry of the archive that Linux calls newc
// (Documentation/driver-api/early-userspace/buffer-format.rst).
std::string entry(unsigned inode, unsigned mode, std::string_view name, std::string_view content) {
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

}  // namespace

std::string initramfs_with(std::string_view name, std::string_view content) {
    return entry(1, 0100755, name, content) + entry(0, 0, "TRAILER!!!", {});
}

}  // namespace vm::booted
