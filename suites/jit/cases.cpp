#include "suites/jit/cases.h"

#include <array>
#include <iterator>

#include "suites/common/runners.h"
#include "suites/jit/groups.h"

namespace suites::jit {
namespace {

using Group = std::vector<common::Case> (*)(const std::filesystem::path& folder);

constexpr std::array<Group, 4> kGroups = {compile_cases, cache_cases, kernel_cases, chase_cases};

}  // namespace

common::Suite suite(const std::filesystem::path& folder) {
    common::Suite made{
        "jit", "What does compiling guest code cost, what does keeping it, and what does it give?", {}};
    for (const Group group : kGroups) {
        auto cases = group(folder);
        made.cases.insert(made.cases.end(), std::make_move_iterator(cases.begin()),
                          std::make_move_iterator(cases.end()));
    }
    return made;
}

common::Suite suite() { return suite(common::find_runners().guest); }

}  // namespace suites::jit
