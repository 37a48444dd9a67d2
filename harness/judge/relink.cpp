#include "harness/judge/relink.h"

#include <algorithm>
#include <cmath>

#include "harness/stats/estimators.h"

namespace harness::judge {

double relink_spread(std::span<const std::vector<double>> orders) {
    double low = 0;  // the first order's own
    double high = 0;
    for (const std::vector<double>& values : orders) {
        if (values.empty()) continue;
        const double middle = stats::median(values);
        low = std::min(low, middle);
        high = std::max(high, middle);
    }
    return std::expm1(high - low);
}

}  // namespace harness::judge
