#include "harness/cli/bisect_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/stats/signed_rank.h"

namespace harness::cli {

namespace {

// A commit says something at odds of nineteen to one.
constexpr double kSays = 2.944;  // their logarithm

// Longer lists of suspects are named by their ends.
constexpr std::size_t kListed = 10;

std::string short_commit(const std::string& commit) { return commit.substr(0, 12); }

std::string named(const run::LoggedCommit& commit) { return commit.id + " " + commit.subject; }

// Rounded down: 99.7 % is not all.
std::string percent(double probability) {
    return fmt::format("{:.0f} %", std::floor(100 * probability + 1e-9));
}

const duel::TriedCommit* tried_of(const duel::Bisected& result, std::size_t commit) {
    const auto found = std::ranges::find(result.tried, commit, &duel::TriedCommit::commit);
    return found == result.tried.end() ? nullptr : &*found;
}

std::string shown_by(const std::vector<double>& values, const stats::KnownStep& step) {
    if (values.empty()) return "-";
    const double ratio = stats::log_likelihood_ratio(values, step);
    if (ratio >= kSays) return "step";
    return ratio <= -kSays ? "no step" : "unclear";
}

std::vector<std::string> row_of(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                                const stats::KnownStep& step, std::size_t commit) {
    const duel::TriedCommit* tried = tried_of(result, commit);
    const std::vector<double> values = tried == nullptr ? std::vector<double>{} : tried->values;
    std::string change = values.empty() ? "-" : change_text(stats::centre(values, 0, 0).value);
    std::string shows = tried != nullptr && !tried->skipped.empty() ? "skipped" : shown_by(values, step);
    if (commit + 1 == commits.size()) {
        change = change_text(step.size);
        shows = "step (the bad commit)";
    }
    return {short_commit(commits[commit].id),
            std::to_string(values.size()),
            std::move(change),
            std::move(shows),
            fmt::format("{:.1f} %", 100 * result.posterior[commit]),
            commits[commit].subject};
}

std::string listed(const std::vector<run::LoggedCommit>& commits, const stats::Suspects& suspects) {
    std::string text;
    if (suspects.last - suspects.first < kListed) {
        for (std::size_t i = suspects.first; i <= suspects.last; ++i) text += "  " + named(commits[i]) + "\n";
        return text;
    }
    return fmt::format("  {}\n  ...\n  {}\n", named(commits[suspects.first]), named(commits[suspects.last]));
}

std::string why_undecided(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                          const std::string& benchmark, const std::string& good) {
    switch (result.ending) {
        case duel::BisectEnding::out_of_time:
            return "the budget is spent";
        case duel::BisectEnding::interrupted:
            return "interrupted";
        case duel::BisectEnding::between: {
            const std::string part = short_commit(commits[*result.part_of_step].id);
            return fmt::format(
                "{} shows a part of the step only, so there is more than one: search `vmbench bisect {} {} "
                "{}` and `vmbench bisect {} {} {}`",
                part, benchmark, short_commit(good), part, benchmark, part, short_commit(commits.back().id));
        }
        default:
            return "more pairs would not tell";
    }
}

}  // namespace

std::string change_text(double log_ratio) { return fmt::format("{:+.1f} %", 100 * std::expm1(log_ratio)); }

std::string bisect_table(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                         const stats::KnownStep& step) {
    std::vector<std::vector<std::string>> rows = {
        {"commit", "pairs", "change", "shows", "first bad", "subject"}};
    const stats::Suspects& suspects = result.suspects;
    const bool few = suspects.last - suspects.first < kListed;
    for (std::size_t commit = 0; commit < commits.size(); ++commit) {
        const bool suspect = few && suspects.first <= commit && commit <= suspects.last;
        if (suspect || tried_of(result, commit) != nullptr || commit + 1 == commits.size())
            rows.push_back(row_of(commits, result, step, commit));
    }
    return aligned(rows);
}

std::string bisect_answer(const std::vector<run::LoggedCommit>& commits, const duel::Bisected& result,
                          const std::string& benchmark, const std::string& good) {
    const stats::Suspects& suspects = result.suspects;
    const std::string sure = percent(suspects.probability);
    if (result.ending == duel::BisectEnding::found) {
        if (suspects.first == suspects.last)
            return fmt::format("first bad commit: {} ({})\n", named(commits[suspects.last]), sure);
        return fmt::format("first bad commit: one of {}, of which only the last can be measured ({})\n{}",
                           suspects.last - suspects.first + 1, sure, listed(commits, suspects));
    }
    return fmt::format("not decided: {}\nthe first bad commit is among {} ({}):\n{}",
                       why_undecided(commits, result, benchmark, good),
                       counted(suspects.last - suspects.first + 1, "commit"), sure,
                       listed(commits, suspects));
}

}  // namespace harness::cli
