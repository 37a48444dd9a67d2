#include "harness/cli/benchmark_flags.h"

#include <string_view>

#include "harness/cli/text.h"

namespace harness::cli {

namespace {

struct OwnFlag {
    std::string_view name;
    std::string_view instead;
};
constexpr OwnFlag kOwnFlags[] = {
    {"--benchmark_out", "vmbench stores the results: see `vmbench show RUN --format gbench --output FILE`"},
    {"--benchmark_format", "vmbench reads the results: see `vmbench show RUN --format gbench`"},
    {"--benchmark_list_tests", "see `vmbench list --benchmarks`"},
    {"--benchmark_filter", "use --filter, which looks at SUITE/CASE"},
};

Result<std::chrono::nanoseconds> read_min_time(std::string_view value) {
    // Newer Google Benchmark writes seconds with their unit.
    const std::string text(value.ends_with('s') ? value.substr(0, value.size() - 1) : value);
    return parse_duration(text + "s");
}

}  // namespace

Result<BenchmarkFlags> read_benchmark_flags(const std::vector<std::string>& given) {
    BenchmarkFlags flags;
    for (const std::string& flag : given) {
        const std::string_view name = std::string_view(flag).substr(0, flag.find('='));
        for (const OwnFlag& own : kOwnFlags) {
            const bool same =
                name == own.name || (own.name == "--benchmark_out" && name == "--benchmark_out_format");
            if (same) return fail("'{}' cannot be passed on: {}", name, own.instead);
        }
        if (name.size() == flag.size()) return fail("'{}' needs its value with =, as in {}=1", flag, flag);
        if (name == "--benchmark_min_time") {
            const auto slice = read_min_time(std::string_view(flag).substr(name.size() + 1));
            if (!slice) return tl::unexpected(slice.error());
            flags.slice = *slice;
        } else {
            flags.passed.push_back(flag);
        }
    }
    return flags;
}

}  // namespace harness::cli
