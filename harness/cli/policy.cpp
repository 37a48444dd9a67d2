#include "harness/cli/policy.h"

#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/run/git.h"

namespace harness::cli {

namespace {

// A file of a commit and what it is called there; empty when the commit does not have it.
struct Committed {
    std::string object;
    std::string text;
};

Result<Committed> show(const std::string& commit, const std::string& folder, const std::string& path,
                       run::Interrupts& interrupts) {
    if (path.starts_with('/')) return fail("'{}': name it from '{}', as commits know it", path, folder);
    Committed file{fmt::format("{}:./{}", commit, path), ""};
    // Why it is not there is told by git in words only; a commit that is not there fails elsewhere.
    const auto listed = run::git(folder, {"ls-tree", "--name-only", commit, "--", "./" + path}, interrupts);
    if (!listed) return tl::unexpected(listed.error());
    if (listed->empty()) return file;
    auto text = run::git(folder, {"show", file.object}, interrupts);
    if (!text) return tl::unexpected(text.error());
    file.text = std::move(*text);
    return file;
}

}  // namespace

Result<judge::Rules> read_rules(const std::string& path) {
    if (path.empty()) return judge::Rules{};
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    return judge::parse_rules(*text, path);
}

Result<ReviewedPolicy> read_policy(const PolicyFiles& files) {
    auto rules = read_rules(files.rules);
    if (!rules) return tl::unexpected(rules.error());
    ReviewedPolicy policy{std::move(*rules), {}};
    if (files.accepted.empty()) return policy;
    const auto text = read_file(files.accepted);
    if (!text) return tl::unexpected(text.error());
    auto accepted = judge::parse_acceptances(*text, files.accepted);
    if (!accepted) return tl::unexpected(accepted.error());
    policy.accepted = std::move(*accepted);
    return policy;
}

Result<ReviewedPolicy> policy_at(const std::string& commit, const std::string& folder,
                                 const PolicyFiles& files, run::Interrupts& interrupts) {
    ReviewedPolicy policy;
    if (!files.rules.empty()) {
        const auto file = show(commit, folder, files.rules, interrupts);
        if (!file) return tl::unexpected(file.error());
        auto rules = file->text.empty() ? judge::Rules{} : judge::parse_rules(file->text, file->object);
        if (!rules) return tl::unexpected(rules.error());
        policy.rules = std::move(*rules);
    }
    if (files.accepted.empty()) return policy;
    const auto file = show(commit, folder, files.accepted, interrupts);
    if (!file) return tl::unexpected(file.error());
    if (file->text.empty()) return policy;
    auto accepted = judge::parse_acceptances(file->text, file->object);
    if (!accepted) return tl::unexpected(accepted.error());
    policy.accepted = std::move(*accepted);
    return policy;
}

std::string today() { return date_text(now_ns()).substr(0, 10); }

}  // namespace harness::cli
