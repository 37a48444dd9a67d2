#pragma once

#include <span>
#include <vector>

namespace harness::judge {

// What linking the same code in another order changes: the range of the orders' medians, as a fraction. For
// each order but the first, its pairs' values log(this order / the first); one without values is not known
// and left out. Noise makes the range larger, never smaller on average, so what is derived from it errs to
// the quiet side. 0 when nothing is known.
double relink_spread(std::span<const std::vector<double>> orders);

}  // namespace harness::judge
