#include "harness/store/exchange.h"

#include <algorithm>
#include <map>
#include <set>

#include "harness/store/baselines.h"
#include "harness/store/processes.h"
#include "harness/store/records.h"
#include "harness/store/runs.h"

namespace harness::store {

namespace {

// Build ids differ from store to store; in a parcel their place in the list stands for them.
void number_builds(model::RunRecord& record) {
    std::map<std::string, std::string> numbers;
    for (model::Build& build : record.builds) {
        const std::string number = std::to_string(numbers.size());
        numbers.emplace(build.id, number);
        build.id = number;
    }
    for (model::Process& process : record.processes) process.build_id = numbers.at(process.build_id);
}

Result<bool> is_stored(Connection& connection, const std::string& run_id) {
    bool found = false;
    auto done =
        connection.run("SELECT 1 FROM run WHERE id = ?1", {run_id}, [&](const Row&) { found = true; });
    if (!done) return tl::unexpected(done.error());
    return found;
}

// A run is never changed, so one that is here already must be the same one. What describes the benchmarks may
// have been brought up to date since.
Result<void> check_same(Connection& connection, const model::RunRecord& record) {
    const auto stored = load_portable(connection, record.run.id);
    if (!stored) return tl::unexpected(stored.error());
    if (stored->run == record.run && stored->builds == record.builds &&
        stored->processes == record.processes && stored->samples == record.samples) {
        return {};
    }
    return fail("run {} is in the store already, with other content", record.run.id);
}

Result<void> insert_run(Connection& connection, const model::RunRecord& record, const RandomSource& random) {
    if (auto done = record_run(connection, record.run, "", random); !done) return done;
    for (const model::Benchmark& benchmark : record.benchmarks) {
        if (auto done = record_benchmark(connection, benchmark, Known::keep); !done) return done;
    }
    std::map<std::string, std::string> builds;
    for (const model::Build& build : record.builds) {
        auto id = record_build(connection, build, random);
        if (!id) return tl::unexpected(id.error());
        builds.emplace(build.id, *id);
    }
    std::map<std::string, std::vector<model::Sample>> samples;
    for (const model::Sample& sample : record.samples) samples[sample.process_id].push_back(sample);
    const std::string machine_class = model::machine_class(record.run.machine);
    for (model::Process process : record.processes) {
        process.build_id = builds.at(process.build_id);
        auto done = add_process(connection, process, samples[process.id], machine_class, random);
        if (!done) return done;
    }
    return {};
}

}  // namespace

Result<model::RunRecord> load_portable(Connection& connection, const std::string& run_id) {
    auto record = load_run(connection, run_id, Naming::as_measured);
    if (record) number_builds(*record);
    return record;
}

Result<Unpacked> add_runs(Connection& connection, const std::vector<SuiteText>& suites,
                          const std::vector<model::RunRecord>& runs, Duplicates duplicates,
                          const RandomSource& random) {
    Unpacked result;
    for (const SuiteText& suite : suites) {
        if (auto done = record_suite(connection, suite, Known::keep); !done)
            return tl::unexpected(done.error());
    }
    for (const model::RunRecord& record : runs) {
        const auto known = is_stored(connection, record.run.id);
        if (!known) return tl::unexpected(known.error());
        Result<void> done;
        if (!*known) {
            done = insert_run(connection, record, random);
        } else if (duplicates == Duplicates::must_be_equal) {
            done = check_same(connection, record);
        }
        if (!done) return tl::unexpected(done.error());
        ++(*known ? result.known_runs : result.new_runs);
    }
    return result;
}

Result<Parcel> pack(Connection& connection, const std::string& baseline_name) {
    const auto baseline = find_baseline(connection, baseline_name);
    if (!baseline) return tl::unexpected(baseline.error());
    Parcel parcel;
    parcel.name = baseline->name;
    parcel.created_ns = baseline->created_ns;
    std::set<std::string> used;
    for (const std::string& id : baseline->runs) {
        auto record = load_portable(connection, id);
        if (!record) return tl::unexpected(record.error());
        for (const model::Benchmark& benchmark : record->benchmarks) used.insert(benchmark.suite);
        parcel.runs.push_back(std::move(*record));
    }
    auto suites = all_suites(connection);
    if (!suites) return tl::unexpected(suites.error());
    std::ranges::copy_if(*suites, std::back_inserter(parcel.suites),
                         [&](const SuiteText& suite) { return used.contains(suite.name); });
    return parcel;
}

Result<Unpacked> add_parcel(Connection& connection, const Parcel& parcel, const std::string& name,
                            const RandomSource& random) {
    if (auto valid = check_baseline_name(name); !valid) return tl::unexpected(valid.error());
    auto result = add_runs(connection, parcel.suites, parcel.runs, Duplicates::must_be_equal, random);
    if (!result) return result;
    std::vector<std::string> ids;
    for (const model::RunRecord& record : parcel.runs) ids.push_back(record.run.id);
    auto saved = set_baseline(connection, name, ids, random, parcel.created_ns);
    if (!saved) return tl::unexpected(saved.error());
    return result;
}

Result<Unpacked> unpack(Connection& connection, const Parcel& parcel, const std::string& name,
                        const RandomSource& random) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    auto result = add_parcel(connection, parcel, name, random);
    if (!result) return result;
    if (auto done = transaction->commit(); !done) return tl::unexpected(done.error());
    return result;
}

}  // namespace harness::store
