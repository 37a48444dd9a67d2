#include "harness/duel/rejudge.h"

#include "harness/duel/terms.h"
#include "harness/store/duels.h"
#include "harness/store/pairs.h"
#include "harness/store/runs.h"

namespace harness::duel {

Result<std::optional<model::Comparison>> judge_again(store::Connection& connection,
                                                     const std::string& run_id) {
    const auto run = store::find_run(connection, run_id);
    if (!run) return tl::unexpected(run.error());
    const auto text = store::terms_of_run(connection, run_id);
    if (!text) return tl::unexpected(text.error());
    if (!*text) return std::nullopt;
    auto terms = parse_terms(**text);
    if (!terms) return fail("run {}: {}", run_id, terms.error().message);
    if (run->run.status != model::RunStatus::complete) {
        terms->notes.insert(terms->notes.begin(), "the run did not come to its end");
    }
    const auto pairs = store::pairs_of_run(connection, run_id);
    if (!pairs) return tl::unexpected(pairs.error());
    const auto ledger = replay(*terms, *pairs);
    if (!ledger) return tl::unexpected(ledger.error());
    return judge_duel(*terms, run_id, ledger->rows(), ledger->health());
}

}  // namespace harness::duel
