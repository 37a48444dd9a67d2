#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// What JMH's `-rf json` writes. Each fork is a process, its iterations are samples of it. Modes thrpt (more
// is better) and avgt, ss, sample (times); of mode sample each iteration's mean is kept. Without raw data
// (JMH's property jmh.json.rawData=false) it is an aggregate: one value, the score.
bool is_jmh(const Document& document);
Result<Imported> read_jmh(const Document& document, const Options& options);

}  // namespace harness::formats
