#pragma once

#include <span>
#include <vector>

namespace harness::stats {

// p-values corrected for their number, in the order given: rejecting those at most alpha keeps the chance of
// any false rejection at most alpha, whatever depends on what. (Holm 1979)
std::vector<double> holm_adjusted(std::span<const double> p);

// The level at which Holm's procedure tests each hypothesis when the family has alpha: alpha over the number
// not yet rejected; those after the first that stands are tested at its level. A hypothesis is rejected
// exactly when its p is at most its level, so an interval of that level agrees with the decision.
std::vector<double> holm_levels(std::span<const double> p, double alpha);

// Rejecting those at most q keeps the expected share of false ones among the rejected at most q, for
// independent or positively dependent p-values. (Benjamini and Hochberg 1995)
std::vector<double> benjamini_hochberg_adjusted(std::span<const double> p);

// Shares alpha out over looks in proportion to their weights: with each look at its share, the chance of a
// false rejection at any of them is at most alpha. (Bonferroni; the simplest spending function of Lan and
// DeMets 1983) Weights are positive.
std::vector<double> spend_alpha(double alpha, std::span<const double> weights);

}  // namespace harness::stats
