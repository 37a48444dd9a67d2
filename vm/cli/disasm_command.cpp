#include "vm/cli/disasm_command.h"

#include <memory>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "vm/base/elf_file.h"
#include "vm/cli/messages.h"
#include "vm/machine/listing.h"

namespace vm::cli {
namespace {

Result<int> disasm(const std::string& path) {
    const auto file = ElfFile::open(path);
    if (not file) {
        return tl::unexpected(file.error());
    }
    machine::list_instructions(*file, [](std::string_view line) { write_output(fmt::format("{}\n", line)); });
    return 0;
}

}  // namespace

std::function<Result<int>()> declare_disasm(CLI::App& app) {
    auto path = std::make_shared<std::string>();
    app.add_option("FILE", *path, "ELF program")->required();
    return [path] { return disasm(*path); };
}

}  // namespace vm::cli
