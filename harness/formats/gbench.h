#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/formats/formats.h"

namespace harness::formats {

// One row of Google Benchmark's JSON.
struct GbenchRow {
    std::string name;       // with the aggregate's ending, where it is one
    std::string run_name;   // without; iterations:, repeats:, process_time and the like are part of it
    std::string aggregate;  // "median", "mean", "BigO", ...; empty for a measurement
    std::string error;      // set when the benchmark skipped itself with an error
    bool skipped = false;   // ... and without one
    std::int64_t iterations = 0;
    double real_ns = 0;  // per iteration
    double cpu_ns = 0;
    std::map<std::string, double> counters;
    std::int64_t repetition = 0;  // 0 where the row does not say
    std::string instance;         // tells families of one name apart, where the row says
};

struct GbenchOutput {
    std::map<std::string, std::string> context;  // its texts only: "compiler", "flags", "revision", ...
    std::vector<GbenchRow> rows;
};

// Reads what `--benchmark_format=json` prints, of every version: without run_type (before 1.4.1) aggregates
// are told by their names and the rows they belong to.
Result<GbenchOutput> parse_gbench(const Document& document);

// As a run: repetitions are samples of one process, unless the file is vmbench's own export, which says that
// each was a process. A benchmark of which only aggregates are left has one value, the median (else the
// mean). `time` is the CPU's, or the wall's for names that ask for real_time or manual_time.
bool is_gbench(const Document& document);
Result<Imported> read_gbench(const Document& document, const Options& options);

}  // namespace harness::formats
