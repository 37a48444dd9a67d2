// What a suite program prints, and a manifest beside it, may be anything: reading them ends in a value or in
// an error of one line, and what was accepted keeps its promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "harness/model/contrast.h"
#include "harness/model/suite.h"

namespace {

using harness::model::Case;
using harness::model::Manifest;
using harness::model::Suite;
using harness::model::Target;

void require(bool holds) {
    if (!holds) std::abort();
}

void check_error(const harness::Error& error) {
    require(!error.message.empty());
    require(error.message.find('\n') == std::string::npos);
}

void check_suite(const Suite& suite) {
    require(!suite.cases.empty());
    for (const Case& one : suite.cases) {
        require(!one.id.empty() && one.version >= 1 && !one.metrics.empty());
        for (const Target& target : one.targets) require(target.ratio > 0);
        for (const std::string& other : one.versus)
            require(harness::model::contrast(one.id, other).has_value());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const Manifest manifest{"s", "s", "s", ""};
    if (const auto suite = harness::model::parse_description(text, manifest, "input")) {
        check_suite(*suite);
    } else {
        check_error(suite.error());
    }
    if (const auto read = harness::model::parse_manifest(text, "input")) {
        require(read->program.find('/') == std::string::npos);
    } else {
        check_error(read.error());
    }
    return 0;
}
