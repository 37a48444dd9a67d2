#include "harness/duel/bisect.h"

#include <algorithm>
#include <map>
#include <random>

namespace harness::duel {

namespace {

constexpr int kFailures = 2;
constexpr int kUseless = 12;

// A commit that could be opened.
struct Opened {
    Contest contest;
    int failures = 0;  // pairs that failed, running
    int useless = 0;   // pairs all of whose slices were disturbed, running
};

class Search {
  public:
    Search(std::size_t commits, const BisectSettings& settings, const BisectActs& acts)
        : settings_(settings), acts_(acts), random_(settings.seed), bisection_(commits, settings.step) {}

    Result<Bisected> run() {
        while (!ending_) {
            const auto next = bisection_.next();
            if (!next) {
                ending_ = bisection_.decided() ? BisectEnding::found : BisectEnding::undecided;
            } else if (acts_.elapsed() >= settings_.budget) {
                ending_ = BisectEnding::out_of_time;
            } else if (auto done = ask(*next); !done) {
                return tl::unexpected(done.error());
            }
        }
        result_.ending = *ending_;
        result_.suspects = bisection_.suspects();
        result_.posterior = bisection_.posterior();
        for (TriedCommit& one : result_.tried) one.values = bisection_.values(one.commit);
        return std::move(result_);
    }

  private:
    // Opens the commit, or measures one pair of it when it is open.
    Result<void> ask(std::size_t commit) {
        if (opened_.contains(commit)) return measure(commit);
        auto contest = acts_.open(commit);
        if (acts_.interrupted()) {
            ending_ = BisectEnding::interrupted;
            return {};
        }
        result_.tried.push_back({commit, {}, ""});
        if (!contest) {
            skip(commit, contest.error().message);
        } else if (contest->state != judge::RowState::measured) {
            skip(commit, contest->note);
        } else {
            opened_.emplace(commit, Opened{std::move(*contest)});
        }
        return {};
    }

    Result<void> measure(std::size_t commit) {
        Opened& opened = opened_.at(commit);
        acts_.show({commit, bisection_.values(commit).size(), bisection_.suspects()});
        const model::Pair pair = acts_.measure(opened.contest, random_());
        if (pair.ending == model::PairEnding::interrupted) {
            ending_ = BisectEnding::interrupted;
            return {};
        }
        ++result_.pairs;
        if (auto kept = acts_.keep(commit, opened.contest, pair); !kept) return kept;
        note(commit, opened, pair);
        return {};
    }

    void note(std::size_t commit, Opened& opened, const model::Pair& pair) {
        if (pair.ending == model::PairEnding::not_comparable) return skip(commit, pair.error);
        if (pair.ending == model::PairEnding::failed) {
            if (++opened.failures >= kFailures) skip(commit, pair.error);
            return;
        }
        opened.failures = 0;
        const auto value = stats::pair_value(pair.slices, settings_.time);
        if (!value) {
            if (++opened.useless >= kUseless) skip(commit, "the machine was disturbed beside all its slices");
            return;
        }
        opened.useless = 0;
        bisection_.observe(commit, *value);
        if (!stats::lies_between(bisection_.values(commit), settings_.step)) return;
        result_.part_of_step = commit;
        ending_ = BisectEnding::between;
    }

    void skip(std::size_t commit, const std::string& why) {
        const auto tried = std::ranges::find(result_.tried, commit, &TriedCommit::commit);
        tried->skipped = why;
        bisection_.skip(commit);
        acts_.skipped(*tried);
    }

    const BisectSettings& settings_;
    const BisectActs& acts_;
    std::mt19937_64 random_;
    stats::Bisection bisection_;
    std::map<std::size_t, Opened> opened_;
    Bisected result_;
    std::optional<BisectEnding> ending_;
};

}  // namespace

Result<Bisected> bisect(std::size_t commits, const BisectSettings& settings, const BisectActs& acts) {
    return Search(commits, settings, acts).run();
}

}  // namespace harness::duel
