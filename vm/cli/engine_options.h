#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vm/base/result.h"
#include "vm/cli/engines.h"
#include "vm/native/audit.h"
#include "vm/native/native.h"

namespace CLI {
class App;
}

namespace vm::cli {

// What a command that runs guests asks of the engine.
struct EngineOptions {
    std::string name{kDefaultEngine};
    std::optional<std::uint16_t> threshold;
    std::optional<unsigned> level;
    std::optional<std::string> code_cache;
    bool audit = false;
    bool trusts_program = false;
};

// --engine and the options of engines. `options` outlives the app.
void declare_engine(CLI::App& app, EngineOptions& options);
// What engines of programs have besides.
void declare_trust(CLI::App& app, EngineOptions& options);

// How the compiler is to work; none where the guest is interpreted. An error where there is no such engine,
// or what is asked is not asked of it.
Result<std::optional<native::Options>> native_options(const EngineOptions& options, GuestKind guest);

// Of a guest that is interpreted for the sake of `option`, empty where there is none such: refuses what is
// asked of the compiler.
Result<void> check_interpreted(const EngineOptions& options, std::string_view option);
// What is to be said about it to whoever chose the compiler; empty where nothing is.
std::string interpreted_text(const EngineOptions& options, std::string_view option);

// What an audit has to say, each line ended; of one that found nothing only where statistics are asked for.
std::string audit_text(const native::Audit& audit, bool statistics);

// The same options on a command line.
std::vector<std::string> engine_flags(const EngineOptions& options);

}  // namespace vm::cli
