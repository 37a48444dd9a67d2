#pragma once

#include <optional>
#include <string>

#include "harness/model/verdict.h"
#include "harness/store/connection.h"

namespace harness::duel {

// The verdicts on a stored run once more, from its terms and its pairs; nothing for a run that did not
// measure side by side. The id is a whole one.
Result<std::optional<model::Comparison>> judge_again(store::Connection& connection,
                                                     const std::string& run_id);

}  // namespace harness::duel
