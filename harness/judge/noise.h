#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "harness/judge/values.h"
#include "harness/model/run.h"
#include "harness/stats/session.h"

namespace harness::judge {

// Fewer processes than this on a side decide nothing.
inline constexpr std::size_t kFewestProcesses = 6;

// With fewer stored runs than this the spread between sessions is assumed, not known.
inline constexpr std::size_t kFewestSessions = 5;
inline constexpr double kAssumedSessionSpread = 0.15;

// Controls that moved by more than this, in the middle, make the pair of runs void.
inline constexpr double kVoidShift = 0.30;
inline constexpr std::size_t kFewestControls = 5;

// By how much an interval on the logarithm of a ratio grows on each side, and why.
struct Widening {
    enum class Source { assumed, sessions, controls };
    double log_width = 0;
    Source source = Source::assumed;
    std::size_t sessions = 0;  // known for this series
};

// What earlier runs and the controls of these two tell about differences that are not the program's. A rank
// interval sees only how processes of one session differ; two sessions differ by more.
class Noise {
  public:
    // history: earlier runs on the machine class of head, the baseline's among them; head itself is left out,
    // or an outlying head would excuse itself.
    Noise(std::span<const model::RunRecord> history, const std::vector<Measured>& base,
          const std::vector<Measured>& head, std::size_t base_runs, const std::string& head_run);

    Widening widening(const model::Benchmark& benchmark, const model::Metric& metric) const;

    // How far nine in ten of the suite's controls stayed from 1 between base and head, as a logarithm; all
    // controls count where the suite has too few, and none where there are too few of all.
    double control_shift(const std::string& suite) const;

    // The middle of how far controls moved, as a logarithm; 0 where there are too few.
    double middle_control_shift() const;

  private:
    struct Key {
        std::string benchmark;
        int version;
        std::string metric;
        std::string unit;
        auto operator<=>(const Key&) const = default;
    };

    void learn_sessions(std::span<const model::RunRecord> history, const std::string& head_run);
    void learn_typical();
    void learn_controls(const std::vector<Measured>& base, const std::vector<Measured>& head);

    double base_runs_;
    std::map<Key, stats::SessionSpread> sessions_;
    std::map<Key, std::string> suites_;
    std::map<std::pair<std::string, std::string>, double> typical_;  // by suite and metric
    std::map<std::string, std::vector<double>> control_shifts_;      // by suite
    std::vector<double> all_control_shifts_;
};

// Whether every value has a logarithm.
bool all_positive(std::span<const double> values);

std::vector<double> logarithms(std::span<const double> values);

}  // namespace harness::judge
