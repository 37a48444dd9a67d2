#include "harness/run/history.h"

#include <algorithm>
#include <sstream>

#include "harness/run/git.h"

namespace harness::run {

namespace {

std::string abbreviated(const std::string& commit) { return commit.substr(0, 12); }

// Two lines a commit: "commit ID", and its subject.
std::vector<LoggedCommit> parse(const std::string& log) {
    constexpr std::size_t kName = 7;  // where the name begins
    std::vector<LoggedCommit> commits;
    std::istringstream lines(log);
    std::string header;
    while (std::getline(lines, header)) {
        std::string subject;
        std::getline(lines, subject);
        commits.push_back({header.substr(std::min(kName, header.size())), subject});
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
        git(repository, {"rev-list", "--first-parent", "--reverse", "--format=%s", good + ".." + bad},
            interrupts);
    if (!log) return tl::unexpected(log.error());
    return parse(*log);
}

}  // namespace harness::run
