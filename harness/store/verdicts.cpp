#include "harness/store/verdicts.h"

namespace harness::store {

namespace {

template <class Member>
std::optional<double> part(const std::optional<model::Effect>& effect, Member member) {
    return effect ? std::optional<double>((*effect).*member) : std::nullopt;
}

Result<void> insert(Statement& statement, const model::Comparison& comparison, const model::Verdict& verdict,
                    std::int64_t now_ns) {
    return statement.run({comparison.run,
                          comparison.baseline,
                          verdict.benchmark,
                          verdict.metric,
                          verdict.unit,
                          model::to_string(verdict.direction),
                          model::to_string(verdict.role),
                          model::to_string(verdict.kind),
                          part(verdict.effect, &model::Effect::ratio),
                          part(verdict.effect, &model::Effect::low),
                          part(verdict.effect, &model::Effect::high),
                          verdict.base,
                          verdict.head,
                          verdict.threshold,
                          verdict.n_base,
                          verdict.n_head,
                          verdict.note,
                          comparison.judge_version,
                          comparison.rules_hash,
                          now_ns});
}

}  // namespace

Result<void> record_verdicts(Connection& connection, const model::Comparison& comparison,
                             std::int64_t now_ns) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    auto cleared = connection.run("DELETE FROM verdict WHERE run_id = ?1 AND baseline = ?2",
                                  {comparison.run, comparison.baseline});
    if (!cleared) return cleared;
    auto statement = connection.prepare(
        "INSERT INTO verdict (run_id, baseline, benchmark, metric, unit, direction, role, kind, ratio, low, "
        "high, "
        "base, head, threshold, n_base, n_head, note, judge_version, rules_hash, created_ns) VALUES (?1, ?2, "
        "?3, "
        "?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)");
    if (!statement) return tl::unexpected(statement.error());
    for (const model::Verdict& verdict : comparison.verdicts) {
        if (auto done = insert(*statement, comparison, verdict, now_ns); !done) return done;
    }
    return transaction->commit();
}

}  // namespace harness::store
