#include "harness/judge/profile.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

namespace harness::judge {

ProfileChange compare_profiles(const model::Instructions& base, const model::Instructions& head) {
    std::map<std::string, std::pair<double, double>> sides;
    for (const auto& [function, own] : base.functions) sides[function].first = own;
    for (const auto& [function, own] : head.functions) sides[function].second = own;
    ProfileChange change;
    change.base = base.per_iteration;
    change.head = head.per_iteration;
    const double all = std::max(change.base, change.head);
    for (const auto& [function, own] : sides) {
        const double moved = own.second - own.first;
        if (std::abs(moved) <= kMovedShare * all) {
            change.rest += moved;
            continue;
        }
        const double share = change.base > 0 ? moved / change.base : 0;
        change.functions.push_back({function, own.first, own.second, share});
    }
    // By name already: the order of the map.
    std::ranges::stable_sort(change.functions, std::greater(), [](const FunctionChange& function) {
        return std::abs(function.head - function.base);
    });
    return change;
}

}  // namespace harness::judge
