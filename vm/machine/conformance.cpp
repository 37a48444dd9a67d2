#include "vm/machine/conformance.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "vm/base/elf_file.h"
#include "vm/machine/bare_machine.h"

namespace vm::machine {
namespace {

namespace fs = std::filesystem;
using Kind = ConformanceResult::Kind;

bool is_elf(const fs::path& path) {
    std::string start(4, '\0');
    std::ifstream(path, std::ios::binary).read(start.data(), 4);
    return start == "\177ELF";
}

std::uint64_t ticks_since(std::chrono::steady_clock::time_point start) {
    return static_cast<std::uint64_t>((std::chrono::steady_clock::now() - start) /
                                      std::chrono::nanoseconds(100));
}

}  // namespace

ConformanceResult run_conformance(const std::string& path, std::uint64_t max_instructions,
                                  const std::optional<native::Options>& native) {
    ConformanceResult result{.name = fs::path(path).filename().string(), .message = {}};
    const auto file = ElfFile::open(path);
    if (not file) {
        result.message = file.error().message;
        return result;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto machine =
        BareMachine::create(*file, path, {.clock = [start] { return ticks_since(start); }, .native = native});
    if (not machine) {
        result.message = machine.error().message;
        return result;
    }
    const BareOutcome outcome = (*machine)->run(max_instructions);
    result.instructions = (*machine)->instructions();
    switch (outcome.end) {
        case BareEnd::exited:
            result.kind = outcome.exit_code == 0 ? Kind::passed : Kind::failed;
            result.code = outcome.exit_code;
            break;
        case BareEnd::instruction_limit:
            result.kind = Kind::stuck;
            result.message = "it did not end";
            break;
        case BareEnd::stuck:
            result.kind = Kind::stuck;
            result.message = outcome.message;
            break;
    }
    return result;
}

Result<std::vector<std::string>> conformance_files(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator entry(folder, error), end; not error and entry != end;
         entry.increment(error)) {
        if (entry->is_regular_file(error) and is_elf(entry->path())) {
            files.push_back(entry->path().string());
        }
    }
    if (error) {
        return fail("cannot read the folder '{}': {}", folder, error.message());
    }
    if (files.empty()) {
        return fail("there is no ELF file in '{}'", folder);
    }
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace vm::machine
