#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vm/base/result.h"
#include "vm/native/native.h"

namespace CLI {
class App;
}

namespace vm::cli {

// What a command that runs guests shows of the run and of the compiler.
struct ObserveOptions {
    bool stats = false;
    std::vector<std::string> dump{};
    std::vector<std::uint64_t> addresses{};
    std::string dump_file{};
    bool perf_map = false;
    bool gdb_jit = false;
};

// `options` outlives the app.
void declare_observe(CLI::App& app, ObserveOptions& options);

// What sees the compiler's work from now on: `native` says so to whoever compiles, which it outlives. None
// where nothing is asked for. Dumps without a file go to `sink`. An error where the guest is interpreted, or
// the file cannot be written.
Result<std::unique_ptr<native::Observation>> observe(const ObserveOptions& options,
                                                     std::optional<native::Options>& native,
                                                     native::Dump::Sink sink);

// The same options on a command line, but for the statistics, which are of one program.
std::vector<std::string> observe_flags(const ObserveOptions& options);

}  // namespace vm::cli
