#pragma once

#include "harness/formats/formats.h"

namespace harness::formats {

// The Go benchmark format: what `go test -bench` prints, and benchfmt's unit lines. (golang.org/design/14313
// and golang.org/issue/43744) Each block that starts with its own goos, goarch or pkg line is a process;
// lines of one name within it are samples of it, as -count makes them. The -N of GOMAXPROCS stays part of the
// name.
bool is_gobench(const Document& document);
Result<Imported> read_gobench(const Document& document, const Options& options);

}  // namespace harness::formats
