#include "harness/run/changed.h"

#include <algorithm>
#include <map>

#include "harness/model/glob.h"
#include "harness/model/suite.h"
#include "harness/run/git.h"

namespace harness::run {

namespace {

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\0', begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

bool concerns(const model::Manifest& manifest, const std::vector<std::string>& changed) {
    if (manifest.paths.empty()) return true;
    return std::ranges::any_of(changed, [&](const std::string& path) {
        return std::ranges::any_of(manifest.paths,
                                   [&](const std::string& glob) { return model::glob_matches(glob, path); });
    });
}

Result<std::vector<model::Manifest>> manifests_at(const std::string& commit, const Change& change,
                                                  Interrupts& interrupts) {
    const auto listed =
        git(change.repository, {"ls-tree", "-r", "-z", "--full-tree", "--name-only", commit}, interrupts);
    if (!listed) return tl::unexpected(listed.error());
    std::vector<model::Manifest> manifests;
    for (const std::string& path : split(*listed)) {
        if (!model::glob_matches(change.manifests, path)) continue;
        const std::string object = fmt::format("{}:{}", commit, path);
        const auto text = git(change.repository, {"show", object}, interrupts);
        if (!text) return tl::unexpected(text.error());
        auto manifest = model::parse_manifest(*text, object);
        if (!manifest) return tl::unexpected(manifest.error());
        manifests.push_back(std::move(*manifest));
    }
    return manifests;
}

}  // namespace

Result<ConcernedSuites> concerned_suites(const Change& change, Interrupts& interrupts) {
    // Renames are told as both paths: what moved away from a suite's files concerns it, too.
    const auto listed = git(
        change.repository,
        {"diff", "--name-only", "--no-renames", "--no-relative", "-z", change.base, change.head}, interrupts);
    if (!listed) return tl::unexpected(listed.error());
    const std::vector<std::string> changed = split(*listed);
    std::map<std::string, bool> suites;
    for (const std::string& commit : {change.base, change.head}) {
        const auto manifests = manifests_at(commit, change, interrupts);
        if (!manifests) return tl::unexpected(manifests.error());
        for (const model::Manifest& manifest : *manifests) {
            bool& concerned = suites[manifest.name];
            concerned = concerned || concerns(manifest, changed);
        }
    }
    if (suites.empty()) return fail("no suite's manifest matches '{}'", change.manifests);
    ConcernedSuites result;
    result.changed_files = changed.size();
    for (const auto& [name, concerned] : suites) {
        (concerned ? result.concerned : result.untouched).push_back(name);
    }
    return result;
}

}  // namespace harness::run
