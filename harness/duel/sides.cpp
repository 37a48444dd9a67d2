#include "harness/duel/sides.h"

#include <algorithm>
#include <cstdlib>

#include <unistd.h>

#include "harness/run/checkout.h"

namespace harness::duel {

namespace fs = std::filesystem;

namespace {

bool holds_manifests(const fs::path& folder) {
    std::error_code error;
    const fs::directory_iterator files(folder, error);
    return !error && std::any_of(begin(files), end(files), [](const fs::directory_entry& file) {
        return file.path().extension() == ".json";
    });
}

// The folder itself comes last: a build folder has JSON files of its own (compile_commands.json).
Result<fs::path> suites_of_build(const fs::path& folder, const SideSettings& settings) {
    for (const fs::path& below : {settings.suites, fs::path("bin/suites"), fs::path("suites"), fs::path()}) {
        const fs::path candidate = below.empty() ? folder : folder / below;
        if (holds_manifests(candidate)) return fs::absolute(candidate);
    }
    return fail("no suite programs in '{}' or its bin/suites", folder.string());
}

}  // namespace

std::string preset_build_command(std::string_view preset) {
    return fmt::format("cmake --preset {0} && cmake --build build/{0} --target vm suites/all", preset);
}

std::string preset_suites(std::string_view preset) { return fmt::format("build/{}/bin/suites", preset); }

fs::path default_cache() {
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return fs::path(value == nullptr ? "" : value);
    };
    const fs::path cache = variable("XDG_CACHE_HOME");
    if (!cache.empty()) return cache / "vmbench";
    const fs::path home = variable("HOME");
    return (home.empty() ? fs::temp_directory_path() : home / ".cache") / "vmbench";
}

namespace {

bool is_executable(const fs::path& file) {
    return fs::is_regular_file(file) && access(file.c_str(), X_OK) == 0;
}

// Adds the benchmark programs of a side whose tree is known; `suites` are looked for by `find_suites`.
Result<BuiltSide> with_programs(BuiltSide side, const SideSettings& settings,
                                const std::function<Result<fs::path>()>& find_suites) {
    if (settings.nothing_wanted) return side;
    for (const fs::path& program : settings.programs) {
        const fs::path file = fs::absolute(side.tree / program);
        if (!is_executable(file)) return fail("'{}' has no program '{}'", side.text, program.string());
        side.programs.push_back(file);
    }
    if (!side.programs.empty()) return side;
    auto suites = find_suites();
    if (!suites) return tl::unexpected(suites.error());
    side.suites = std::move(*suites);
    return side;
}

}  // namespace

Result<BuiltSide> resolve_side(const std::string& text, const SideSettings& settings,
                               run::Interrupts& interrupts,
                               const std::function<void(std::string_view)>& say) {
    if (settings.link_seed && fs::exists(text))
        return fail("'{}' is a build: only revisions are linked in other orders", text);
    if (fs::is_directory(text)) {
        return with_programs({text, "", fs::absolute(text), {}, {}}, settings,
                             [&] { return suites_of_build(text, settings); });
    }
    if (fs::exists(text)) {
        if (!is_executable(text)) return fail("'{}' is no program, build folder or revision", text);
        const fs::path program = fs::absolute(text);
        return BuiltSide{text, "", program.parent_path(), {}, {program}};
    }
    const auto commit = run::resolve_commit(settings.repository, text, interrupts);
    if (!commit) return tl::unexpected(commit.error());
    const run::Recipe recipe{settings.repository, settings.build_command, settings.cache, settings.link_seed};
    const auto checkout = run::check_out(recipe, *commit, interrupts, say);
    if (!checkout) return tl::unexpected(checkout.error());
    return with_programs({text, *commit, checkout->tree, {}, {}}, settings, [&]() -> Result<fs::path> {
        fs::path suites = checkout->tree / settings.suites;
        if (holds_manifests(suites)) return suites;
        return fail("the build of '{}' left no suite programs in '{}' (see --suites and --program)", text,
                    suites.string());
    });
}

}  // namespace harness::duel
