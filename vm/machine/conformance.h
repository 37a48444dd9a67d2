#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/native/native.h"

namespace vm::machine {

// What became of one program of a conformance suite: bare-metal ELF files that write their verdict to
// `tohost`, as riscv-tests do.
struct ConformanceResult {
    enum class Kind : std::uint8_t {
        passed,
        failed,    // the program says so: `code` is the number of the failed test
        stuck,     // it did not say anything; see message
        unusable,  // not a program for this machine; see message
    };

    std::string name;
    Kind kind = Kind::unusable;
    std::uint64_t code = 0;
    std::uint64_t instructions = 0;
    std::string message;
};

// Runs one file, at most `max_instructions`; compiled where `native` says how, else interpreted.
ConformanceResult run_conformance(const std::string& path, std::uint64_t max_instructions,
                                  const std::optional<native::Options>& native = {});

// The ELF files in a folder, by name; others (listings, logs, sub-folders) are left out. An error when it
// cannot be read or holds none.
Result<std::vector<std::string>> conformance_files(const std::string& folder);

}  // namespace vm::machine
