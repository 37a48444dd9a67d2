#include "vm/cli/messages.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>

#include "vm/base/write_text.h"

namespace vm::cli {
namespace {

// Why standard output first could not be written; 0 while it can.
int& output_error() {
    static int first = 0;
    return first;
}

}  // namespace

void say(std::string_view line) { write_error(fmt::format("vm: {}\n", line)); }

void write_error(std::string_view text) {
    static_cast<void>(write_text(2, text));  // stderr holds nothing back that would have to come before
}

void write_output(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() and output_error() == 0) {
        output_error() = errno;
    }
}

Result<void> flush_output() {
    if (std::fflush(stdout) != 0 and output_error() == 0) {
        output_error() = errno;
    }
    if (output_error() == 0 and std::ferror(stdout) == 0) {
        return {};
    }
    return fail("cannot write to standard output: {}",
                std::strerror(output_error() != 0 ? output_error() : EIO));
}

}  // namespace vm::cli
