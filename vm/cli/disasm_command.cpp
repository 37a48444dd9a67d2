#include "vm/cli/disasm_command.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/base/elf_file.h"
#include "vm/machine/listing.h"

namespace vm::cli {
namespace {

Result<int> disasm(const std::string& path) {
    const auto file = ElfFile::open(path);
    if (not file) {
        return tl::unexpected(file.error());
    }
    machine::list_instructions(*file, [](std::string_view line) {
        std::fwrite(line.data(), 1, line.size(), stdout);
        std::fputc('\n', stdout);
    });
    if (std::fflush(stdout) != 0 or std::ferror(stdout) != 0) {
        return fail("cannot write the listing: {}", std::strerror(errno));
    }
    return 0;
}

}  // namespace

std::function<Result<int>()> declare_disasm(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    app.add_option("FILE", *path, "ELF program")->required();
    return [path] { return disasm(*path); };
}

}  // namespace vm::cli
