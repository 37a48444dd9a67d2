#include "harness/cli/record.h"

#include <fmt/ranges.h>

#include "harness/cli/text.h"
#include "harness/run/machine.h"
#include "harness/run/owner.h"
#include "harness/store/catalog.h"
#include "harness/store/processes.h"
#include "harness/store/runs.h"

namespace harness::cli {

namespace {

Result<void> keep(store::Connection& connection, const model::Run& run, const run::Finished& finished,
                  const store::RandomSource& random) {
    model::Process process = finished.process;
    process.id = store::make_uuid(random);
    process.run_id = run.id;
    const auto build = store::record_build(connection, finished.build, random);
    if (!build) return tl::unexpected(build.error());
    process.build_id = *build;
    std::vector<model::Sample> samples = finished.samples;
    for (model::Sample& sample : samples) sample.process_id = process.id;
    return store::record_process(connection, process, samples, model::machine_class(run.machine), random);
}

std::string note_for(const Selected& selected) {
    return selected.broken.empty() ? "" : fmt::format("not measured: {}", fmt::join(selected.broken, "; "));
}

}  // namespace

Result<void> record_descriptions(store::Connection& connection, const Selected& selected,
                                 const std::vector<run::Job>& jobs) {
    for (const SelectedSuite& suite : selected.suites) {
        const model::Suite& about = suite.found.suite;
        auto done = store::record_suite(
            connection,
            {about.manifest.name, about.manifest.title, about.question, about.manifest.description},
            store::Known::update);
        if (!done) return done;
    }
    for (const run::Job& job : jobs) {
        if (auto done = store::record_benchmark(connection, job.benchmark, store::Known::update); !done)
            return done;
    }
    return {};
}

Result<std::vector<run::Job>> jobs_for(const Selected& selected) {
    std::vector<run::Job> jobs;
    for (const SelectedSuite& suite : selected.suites) {
        const auto hash = run::hash_file(suite.found.program);
        if (!hash) return tl::unexpected(hash.error());
        for (const model::Case& one : suite.cases) {
            run::Job job{model::make_benchmark(suite.found.suite.manifest.name, one),
                         suite.found.program.string(), *hash};
            job.files = suite.found.suite.manifest.files;
            job.is_suite = suite.found.is_suite;
            jobs.push_back(std::move(job));
        }
    }
    return jobs;
}

model::Run new_run(const Order& order, std::uint64_t seed, const store::RandomSource& random) {
    model::Run run;
    run.id = store::make_uuid(random);
    run.started_ns = now_ns();
    run.profile = order.profile;
    run.seed = seed;
    run.machine = run::fingerprint();
    run.command_line = order.command_line;
    run.harness_version = VMBENCH_VERSION;
    return run;
}

Result<void> begin_run(store::Connection& connection, const model::Run& run, const Selected& selected,
                       const std::vector<run::Job>& jobs, const store::RandomSource& random) {
    auto transaction = store::Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    if (auto done = record_descriptions(connection, selected, jobs); !done) return done;
    if (auto done = store::record_run(connection, run, run::own_identity(), random); !done) return done;
    return transaction->commit();
}

Result<Recorded> record(store::Connection& connection, const Selected& selected, const Order& order,
                        const run::Settings& settings, run::Interrupts& interrupts, run::Progress& progress) {
    const store::RandomSource random = store::system_random();
    const auto jobs = jobs_for(selected);
    if (!jobs) return tl::unexpected(jobs.error());
    model::Run run = new_run(order, settings.seed, random);
    run.planned_processes = static_cast<std::int64_t>(jobs->size()) * settings.rounds;
    if (auto begun = begin_run(connection, run, selected, *jobs, random); !begun)
        return tl::unexpected(begun.error());
    progress.say(fmt::format("run {}: {} of {}, seed {}", short_id(run.id),
                             counted(jobs->size(), "benchmark"), counted(selected.suites.size(), "suite"),
                             settings.seed));
    auto summary = run::measure(
        *jobs, settings, interrupts, progress,
        [&](std::size_t processes) { return store::set_planned_processes(connection, run.id, processes); },
        [&](const run::Finished& finished) { return keep(connection, run, finished, random); });
    if (!summary) {
        progress.clear();
        // The store may be what failed; then the run stays "running" and is marked when it is opened next.
        (void)store::finish_run(connection, run.id, model::RunStatus::failed, settings.clock(),
                                summary.error().message);
        return tl::unexpected(summary.error());
    }
    const auto status = summary->interrupted ? model::RunStatus::interrupted : model::RunStatus::complete;
    auto finished = store::finish_run(connection, run.id, status, settings.clock(), note_for(selected));
    if (!finished) return tl::unexpected(finished.error());
    return Recorded{run.id, std::move(*summary)};
}

}  // namespace harness::cli
