#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace harness::stats {

// Which commit of a path changed a benchmark, when no single measurement is certain: noisy binary search with
// a posterior over "the first bad one". (Horstein 1963; Burnashev and Zigangirov 1974; Ben-Or and Hassidim
// 2008) It asks about the commit whose answer is expected to tell most, the posterior median, rather than
// halving a range and trusting each answer; several measurements of one commit make one answer.
//
// The model. A commit's values are ln(commit / good), one a pair of processes. A commit before the first bad
// one lies at 0, the first bad one and all after it at the step that the bad commit was seen to have. Any
// commit may lie somewhat off for reasons of its own (where the linker put its code), and with a small chance
// what it shows is the contrary of what it is, so that no single commit can decide against all others.

// The step to be found, in logarithms of ratios, as the pairs of the good commit with the bad one show it.
struct KnownStep {
    double size = 0;    // not 0
    double error = 0;   // standard error of size
    double spread = 0;  // standard deviation of one pair's value
};

// By the Hodges-Lehmann centre and the robust spread of these values; there are at least two. A spread below
// a fiftieth of the step is taken for that: counted values have none.
KnownStep known_step(std::span<const double> good_against_bad);

// ln of how many times likelier a commit's values are if it has the step than if it has not; 0 for none.
//
// The centre of n normal values is normal about the commit's level with the variance pi/3 spread^2/n
// (Lehmann, Nonparametrics, 2.5), and as it bears outliers, normal it is taken to be. Added are the variance
// of the step's estimate and that of the commit's own level, a standard deviation of an eighth of the step.
double log_likelihood_ratio(std::span<const double> values, const KnownStep& step);

// Whether these values lie surely between no step and the whole step (one-sided 0.1 % at each end, at a fifth
// of the step): then there is more than one, and no single commit is the answer. Needs ten values.
bool lies_between(std::span<const double> values, const KnownStep& step);

// A run of neighbouring commits, first and last included, and the probability that the first bad one is among
// them.
struct Suspects {
    std::size_t first = 0;
    std::size_t last = 0;
    double probability = 1;
    bool operator==(const Suspects&) const = default;
};

// The search over commits 0 to n - 1, oldest first; the last one is the bad commit, which has the step for
// sure. All are equally likely at first.
class Bisection {
  public:
    // The probability that ends the search.
    static constexpr double kEnough = 0.95;
    // So many values of one commit say what it has to say.
    static constexpr std::size_t kMostValues = 36;

    // At least one commit.
    Bisection(std::size_t commits, const KnownStep& step);

    // One more value of a commit, which is not the last one.
    void observe(std::size_t commit, double value);

    // The commit cannot be measured (it does not build, say): its values do not count and it is not asked
    // for again. Whether the first bad one is it or the next that can be measured, nobody will know.
    void skip(std::size_t commit);

    // The commit to measure next. First it stays with the one measured last until that is clear. Then it is
    // the one whose answer is expected to tell most about where the first bad one is: the binary entropy of
    // its being bad, which is greatest at the posterior median, times the chance that it can be measured at
    // all: beside commits that could not it is small, so that a broken stretch is left in leaps. Nothing when
    // the search is decided, or when measuring more will not tell.
    std::optional<std::size_t> next() const;

    // The fewest neighbouring commits that hold kEnough of the posterior, in which commits that only skipped
    // ones separate from the next measurable one stay together.
    Suspects suspects() const;

    // Whether those are one commit, or one with the skipped ones before it. Of more than one commit nothing
    // is decided before any was measured.
    bool decided() const;

    // The probability of being the first bad one, by commit.
    std::vector<double> posterior() const;

    const std::vector<double>& values(std::size_t commit) const { return trials_[commit].values; }

    // ln of the odds that the commit has the step, from its own values alone.
    double log_odds(std::size_t commit) const { return trials_[commit].log_odds; }

  private:
    struct Trial {
        std::vector<double> values;
        double log_odds = 0;  // ln of the odds that it has the step, before others are heard
        bool skipped = false;
    };

    bool is_clear(const Trial& trial) const;
    double chance_to_measure(std::size_t commit) const;
    std::vector<std::size_t> measurable() const;

    KnownStep step_;
    std::vector<Trial> trials_;
    std::optional<std::size_t> last_measured_;
};

}  // namespace harness::stats
