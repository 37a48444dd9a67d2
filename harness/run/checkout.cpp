#include "harness/run/checkout.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "harness/model/hash.h"
#include "harness/run/child.h"
#include "harness/run/git.h"
#include "harness/run/turn.h"

namespace harness::run {

namespace fs = std::filesystem;

namespace {

// Variables that change what a build command makes.
constexpr const char* kBuildVariables[] = {"CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS"};

// The same for the same commit, command and environment; always of the same length.
std::string key_of(const Recipe& recipe, const std::string& commit) {
    std::string text = commit + '\n' + recipe.command;
    for (const char* name : kBuildVariables) {
        const char* value = std::getenv(name);
        text += fmt::format("\n{}={}", name, value == nullptr ? "" : value);
    }
    if (recipe.link_seed) text += fmt::format("\n{}={}", kLinkSeedVariable, *recipe.link_seed);
    return model::stable_hash(text);
}

// Files of one entry of the cache.
struct Entry {
    fs::path tree;
    fs::path log;
    fs::path built;  // exists once the build has succeeded
    fs::path lock;
};

Entry entry_at(const fs::path& base) {
    return {base, base.string() + ".log", base.string() + ".built", base.string() + ".lock"};
}

Entry entry_of(const Recipe& recipe, const std::string& commit) {
    return entry_at(recipe.cache / key_of(recipe, commit));
}

Result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return fail("cannot make '{}': {}", folder.string(), error.message());
    return {};
}

// A tree that an interrupted or failed attempt left is of no use.
Result<void> add_tree(const Recipe& recipe, const Entry& entry, const std::string& commit,
                      Interrupts& interrupts) {
    std::error_code ignored;
    fs::remove_all(entry.tree, ignored);
    const auto pruned = git(recipe.repository, {"worktree", "prune"}, interrupts);
    if (!pruned) return tl::unexpected(pruned.error());
    const auto added =
        git(recipe.repository, {"worktree", "add", "--quiet", "--detach", entry.tree.string(), commit},
            interrupts);
    if (!added) return tl::unexpected(added.error());
    return {};
}

Result<void> build(const Recipe& recipe, const Entry& entry, const std::string& commit,
                   Interrupts& interrupts) {
    Command command;
    command.arguments = {"/bin/sh",
                         "-c",
                         R"(cd "$1" && eval "$2" > "$3" 2>&1 < /dev/null)",
                         "sh",
                         entry.tree.string(),
                         recipe.command,
                         entry.log.string()};
    if (recipe.link_seed) command.environment = {fmt::format("{}={}", kLinkSeedVariable, *recipe.link_seed)};
    command.time_limit = recipe.time_limit;
    const auto report = run_child(command, interrupts);
    if (!report) return tl::unexpected(report.error());
    const std::string what = fmt::format("building {}", commit.substr(0, 12));
    if (report->ending == Ending::interrupted) return fail("{}: interrupted", what);
    if (report->ending == Ending::timed_out)
        return fail("{} takes too long, see {}", what, entry.log.string());
    if (report->ending != Ending::exited || report->status != 0)
        return fail("{} failed, see {}", what, entry.log.string());
    std::ofstream mark(entry.built);
    mark << commit << '\n' << recipe.command << '\n';
    mark.close();
    if (!mark) return fail("cannot write '{}': {}", entry.built.string(), std::strerror(errno));
    return {};
}

// A built tree of the cache.
struct Built {
    Entry entry;
    std::string commit;
    fs::file_time_type when;
};

std::vector<Built> built_trees(const fs::path& cache) {
    std::vector<Built> trees;
    std::error_code error;
    for (const fs::directory_entry& file : fs::directory_iterator(cache, error)) {
        if (file.path().extension() != ".built") continue;
        fs::path base = file.path();
        base.replace_extension();
        std::string commit;
        std::getline(std::ifstream(file.path()), commit);
        trees.push_back({entry_at(base), commit, file.last_write_time(error)});
    }
    std::ranges::sort(trees, {}, &Built::when);
    return trees;
}

}  // namespace

Result<std::string> resolve_commit(const fs::path& repository, const std::string& revision,
                                   Interrupts& interrupts) {
    auto commit =
        git(repository, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"},
            interrupts);
    if (!commit) return fail("'{}' is no revision of the repository at {}", revision, repository.string());
    return commit;
}

Result<Checkout> check_out(const Recipe& recipe, const std::string& commit, Interrupts& interrupts,
                           const std::function<void(std::string_view)>& say) {
    const Entry entry = entry_of(recipe, commit);
    if (auto made = make_folder(recipe.cache); !made) return tl::unexpected(made.error());
    const auto turn = Turn::take(entry.lock, interrupts, [&] {
        say(fmt::format("waiting for another build of {}", commit.substr(0, 12)));
    });
    if (!turn) return tl::unexpected(turn.error());
    if (!fs::exists(entry.built) || !fs::exists(entry.tree)) {
        std::error_code ignored;
        fs::remove(entry.built, ignored);
        say(fmt::format("building {} (log: {})", commit.substr(0, 12), entry.log.string()));
        if (auto added = add_tree(recipe, entry, commit, interrupts); !added)
            return tl::unexpected(added.error());
        if (auto built = build(recipe, entry, commit, interrupts); !built)
            return tl::unexpected(built.error());
    }
    return Checkout{commit, entry.tree};
}

Result<std::size_t> prune_checkouts(const fs::path& cache, std::size_t keep,
                                    const std::set<std::string>& needed) {
    const std::vector<Built> trees = built_trees(cache);
    std::size_t left = trees.size();
    for (const Built& tree : trees) {
        if (left <= keep) break;
        if (needed.contains(tree.commit)) continue;
        const auto building = Turn::try_take(tree.entry.lock);
        if (!building) return tl::unexpected(building.error());
        if (!*building) continue;
        // The mark goes first: a tree without one is made again.
        for (const fs::path& path : {tree.entry.built, tree.entry.tree, tree.entry.log}) {
            std::error_code error;
            fs::remove_all(path, error);
            if (error) return fail("cannot remove '{}': {}", path.string(), error.message());
        }
        --left;
    }
    return trees.size() - left;
}

}  // namespace harness::run
