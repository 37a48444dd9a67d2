#include "suites/tlb/cases.h"

#include <array>
#include <iterator>

#include "suites/tlb/groups.h"

namespace suites::tlb {
namespace {

using Group = std::vector<common::Case> (*)();

constexpr std::array<Group, 6> kGroups = {hit_cases,     refill_cases, walk_cases,
                                          pattern_cases, flush_cases,  shared_cases};

}  // namespace

common::Suite suite() {
    common::Suite made{
        "tlb", "What does a guest address cost to translate: found, refilled, walked, flushed, shared?", {}};
    for (const Group group : kGroups) {
        auto cases = group();
        made.cases.insert(made.cases.end(), std::make_move_iterator(cases.begin()),
                          std::make_move_iterator(cases.end()));
    }
    return made;
}

}  // namespace suites::tlb
