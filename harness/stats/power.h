#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace harness::stats {

// A signed-rank test of so many pairs at a one-sided level.
struct Look {
    std::size_t pairs = 0;
    double alpha = 0;
};

// A two-stage design: what passes the screening is tested on fresh pairs, both against a minimum effect. The
// looks count the fresh pairs from the first; any one of them may find.
struct Design {
    Look screening;  // of no pairs: everything passes
    std::vector<Look> looks;
};

// What a design finds. Changes, spreads (standard deviation of one pair's value) and minimum effects are all
// in the same unit, logarithms of ratios as a rule.
//
// By simulation with a fixed seed, not by approximation: those of Noether (1987) and of the normal theory
// fail at a dozen pairs and levels of a thousandth, where only a few outcomes reject at all. Pairs are taken
// to be normal; each of 2000 simulated experiments gives the very change from which on it would have
// rejected, because the test is inverted by a Walsh average (signed_rank.h). The standard error of a power of
// 0.9 is 0.007.
class Sensitivity {
  public:
    explicit Sensitivity(const Design& design);

    // The chance that a change of this size is found. Of no change: that of a false alarm.
    double power(double change, double spread, double minimum_effect) const;

    // The smallest change found with that chance; infinite when the pairs are too few to find any.
    double smallest_change(double power, double spread, double minimum_effect) const;

  private:
    // By how many spreads a change must exceed the minimum effect to be found, one for each experiment.
    std::vector<double> needs_;
};

// The fewest pairs, at most `most`, with which one signed-rank test at level alpha against minimum_effect
// finds a change of this size with that chance. Nothing when not even `most` suffice.
std::optional<std::size_t> pairs_needed(double change, double spread, double minimum_effect, double alpha,
                                        double power, std::size_t most);

}  // namespace harness::stats
