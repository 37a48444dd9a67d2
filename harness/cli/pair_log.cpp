#include "harness/cli/pair_log.h"

#include "harness/store/catalog.h"

namespace harness::cli {

PairLog::PairLog(store::Connection& connection, std::string run_id, store::RandomSource random)
    : connection_(connection), run_id_(std::move(run_id)), random_(std::move(random)) {}

Result<void> PairLog::keep(const model::Benchmark& benchmark, store::Stage stage, const MeasuredSide& base,
                           const MeasuredSide& head, const model::Pair& pair) {
    const auto base_build = build_of(base);
    if (!base_build) return tl::unexpected(base_build.error());
    const auto head_build = build_of(head);
    if (!head_build) return tl::unexpected(head_build.error());
    store::StoredPair stored;
    stored.id = store::make_uuid(random_);
    stored.run_id = run_id_;
    stored.benchmark = benchmark.id;
    stored.definition_version = benchmark.definition_version;
    stored.stage = stage;
    stored.position = position_++;
    stored.base_build_id = *base_build;
    stored.head_build_id = *head_build;
    stored.pair = pair;
    return store::record_pair(connection_, stored);
}

Result<std::string> PairLog::build_of(const MeasuredSide& side) {
    const std::pair key(side.job.program_hash, side.revision.commit);
    if (const auto known = builds_.find(key); known != builds_.end()) return known->second;
    auto id = store::record_build(connection_, run::describe_build(side.job.program_hash, side.revision, {}),
                                  random_);
    if (id) builds_[key] = *id;
    return id;
}

}  // namespace harness::cli
