#include "vm/ir/passes/optimise.h"

#include <algorithm>
#include <array>
#include <string>

#include "vm/ir/passes/common.h"
#include "vm/ir/passes/dead.h"
#include "vm/ir/passes/fold.h"
#include "vm/ir/passes/forward.h"
#include "vm/ir/passes/fuse.h"
#include "vm/ir/passes/narrow.h"
#include "vm/ir/passes/reassociate.h"
#include "vm/ir/passes/sink.h"

namespace vm::ir::passes {
namespace {

// A pass, and from which level on it runs.
struct Step {
    Pass pass;
    unsigned level;
};

// In the order in which they run. Forwarding finds more once equal addresses are one value; narrowing knows
// all values then, and is behind what looks for shifts and sums of whole registers; fusing counts uses that
// narrowing changes; what sinks into exits leaves nodes for dead to remove.
constexpr std::array kSteps = {
    Step{{"common", common}, 2}, Step{{"forward", forward}, 2},
    Step{{"fold", fold}, 2},     Step{{"reassociate", reassociate}, 1},
    Step{{"narrow", narrow}, 1}, Step{{"fuse", fuse}, 1},
    Step{{"sink", sink}, 1},     Step{{"dead", dead}, 1},
};

constexpr auto kPasses = [] {
    std::array<Pass, kSteps.size()> result{};
    for (std::size_t i = 0; i < kSteps.size(); ++i) result[i] = kSteps[i].pass;
    return result;
}();

std::string all_names() {
    std::string names;
    for (const Pass& pass : kPasses) {
        if (not names.empty()) names += ", ";
        names += pass.name;
    }
    return names;
}

}  // namespace

std::span<const Pass> passes() { return kPasses; }

Result<PassSet> PassSet::parse(std::string_view names) {
    PassSet set;
    while (not names.empty()) {
        const std::string_view name = names.substr(0, names.find(','));
        const auto found =
            std::find_if(kPasses.begin(), kPasses.end(), [&](const Pass& pass) { return pass.name == name; });
        if (found == kPasses.end()) return fail("there is no pass '{}': choose from {}", name, all_names());
        set.insert(static_cast<std::size_t>(found - kPasses.begin()));
        names.remove_prefix(std::min(name.size() + 1, names.size()));
    }
    return set;
}

void optimise(Block& block, unsigned level, PassSet off) {
    for (std::size_t i = 0; i < kSteps.size(); ++i) {
        if (kSteps[i].level <= level and not off.contains(i)) kSteps[i].pass.run(block);
    }
}

}  // namespace vm::ir::passes
