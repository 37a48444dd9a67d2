#include "harness/run/history.h"

#include <algorithm>
#include <sstream>

#include "harness/run/git.h"

namespace harness::run {

namespace {

std::string abbreviated(const std::string& commit) { return commit.substr(0, 12); }

// Two lines a commit: "commit ID", which says nothing new, and the ID with its subject. The subject alone
// would not do: git prints no line for an empty one.
std::vector<LoggedCommit> parse(const std::string& log) {
    std::vector<LoggedCommit> commits;
    std::istringstream lines(log);
    std::string line;
    while (std::getline(lines, line) && std::getline(lines, line)) {
        const std::size_t end = std::min(line.find(' '), line.size());
        commits.push_back({line.substr(0, end), line.substr(std::min(end + 1, line.size()))});
    }
    return commits;
}

}  // namespace

Result<std::vector<LoggedCommit>> commits_between(const std::filesystem::path& repository,
                                                  const std::string& good, const std::string& bad,
                                                  Interrupts& interrupts) {
    if (good == bad) return fail("good and bad are the same commit, {}", abbreviated(good));
    // Without a common commit there is no merge base, which is git's error.
    const auto base = git(repository, {"merge-base", good, bad}, interrupts);
    if (interrupts.pending()) return fail("interrupted");
    if (!base || *base != good) {
        return fail("good {} is not an ancestor of bad {}: there is no path of commits to search",
                    abbreviated(good), abbreviated(bad));
    }
    const auto log =
        git(repository, {"rev-list", "--first-parent", "--reverse", "--format=%H %s", good + ".." + bad},
            interrupts);
    if (!log) return tl::unexpected(log.error());
    return parse(*log);
}

}  // namespace harness::run
