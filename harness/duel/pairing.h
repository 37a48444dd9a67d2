#pragma once

#include <chrono>
#include <map>
#include <span>
#include <string>

#include "harness/duel/contests.h"
#include "harness/model/pair.h"
#include "harness/run/calibrate.h"
#include "harness/run/pair.h"
#include "harness/run/staging.h"
#include "harness/store/pairs.h"

namespace harness::duel {

// How pairs of a set of contests are measured on this machine.
class Pairing {
  public:
    // Chooses CPUs, and asks a worker of each contest's base how many iterations make a slice; `say` hears of
    // each. A base that cannot be asked makes its contest failed; a side without worker mode is measured by
    // whole processes, which is said.
    static Result<Pairing> prepare(std::span<Contest> contests, run::Interrupts& interrupts,
                                   const std::function<void(const std::string&)>& say);

    // How long one pair of it takes, about.
    std::chrono::nanoseconds cost(const Contest& contest) const;

    // Whether its pairs are measured slice by slice; only those can have a slowdown injected.
    bool has_slices(const Contest& contest) const;

    // By fresh copies of the suites' programs (staging.h). Of head against base, or of two processes of the
    // base when the stage is control. A slowdown (1.03) is injected into the head's worker, for self-tests;
    // where there is no worker mode the pair fails.
    model::Pair measure(const Contest& contest, store::Stage stage, std::uint64_t seed,
                        run::Interrupts& interrupts, double slowdown = 1);

  private:
    // The job with a fresh copy of its program.
    Result<run::Job> staged(const run::Job& job, std::string_view name) const;
    model::Pair measure_slices(const Contest& contest, const run::Job& base, const run::Job& head,
                               std::uint64_t seed, run::Interrupts& interrupts, double slowdown) const;
    model::Pair measure_processes(const Contest& contest, const run::Job& base, const run::Job& head,
                                  std::uint64_t seed, run::Interrupts& interrupts, double slowdown) const;

    std::optional<run::Placement> placement_;
    std::optional<run::Staging> staging_;
    std::map<std::string, run::Calibration> calibrations_;  // by benchmark; none: by whole processes
};

}  // namespace harness::duel
