#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "harness/cli/command.h"
#include "harness/cli/session.h"
#include "harness/cli/text.h"
#include "harness/store/aliases.h"
#include "harness/store/catalog.h"

namespace harness::cli {

namespace {

struct Options {
    std::string old_name;
    std::string new_name;
    std::string reason;
};

Outcome list(store::Connection& connection) {
    const auto aliases = store::list_aliases(connection);
    if (!aliases) return tl::unexpected(aliases.error());
    if (aliases->empty()) say("no benchmark was renamed");
    std::vector<std::vector<std::string>> rows;
    for (const store::Alias& alias : *aliases) {
        rows.push_back({alias.old_benchmark, alias.new_benchmark, date_text(alias.created_ns), alias.reason});
    }
    fmt::print("{}", aligned(rows));
    return model::ExitCode::ok;
}

// SUITE/CASE, as the store knows benchmarks.
Result<void> check_name(const std::string& name) {
    const std::size_t slash = name.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == name.size()) {
        return fail("'{}' is not a benchmark's name: SUITE/CASE is", name);
    }
    return {};
}

Outcome rename(store::Connection& connection, const Options& options) {
    for (const std::string& name : {options.old_name, options.new_name}) {
        if (auto valid = check_name(name); !valid) return tl::unexpected(valid.error());
    }
    const auto known = store::has_benchmark(connection, options.old_name);
    if (!known) return tl::unexpected(known.error());
    if (!*known) return fail("no stored run measured '{}'", options.old_name);
    auto done =
        store::record_alias(connection, {options.old_name, options.new_name, now_ns(), options.reason});
    if (!done) return tl::unexpected(done.error());
    fmt::print("{} is read as {} from now on; what is stored stays\n", options.old_name, options.new_name);
    return model::ExitCode::ok;
}

}  // namespace

Action declare_rename(CLI::App& app, const Globals& globals) {
    const auto options = std::make_shared<Options>();
    auto* old_name = app.add_option("OLD", options->old_name, "What it was called: SUITE/CASE");
    auto* new_name = app.add_option("NEW", options->new_name, "What it is called now");
    app.add_option("--reason", options->reason, "Kept with the rename")->type_name("TEXT");
    old_name->needs(new_name);
    app.footer("Without names: shows what was renamed.\n");
    return [options, &globals]() -> Outcome {
        auto connection = open_session(globals);
        if (!connection) return tl::unexpected(connection.error());
        return options->old_name.empty() ? list(*connection) : rename(*connection, *options);
    };
}

}  // namespace harness::cli
