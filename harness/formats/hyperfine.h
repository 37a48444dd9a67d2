#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// What `hyperfine --export-json` writes: schema 1 (hyperfine 1.x: `times` in seconds, `exit_codes`,
// `memory_usage_byte`) and schema 2 (2.x: `measurements` with units). Each timed run of a command is a
// process, hence a replicate. A result with neither is an aggregate: one value, its median (else its mean).
bool is_hyperfine(const Document& document);
Result<Imported> read_hyperfine(const Document& document, const Options& options);

}  // namespace harness::formats
