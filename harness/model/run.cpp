#include "harness/model/run.h"

#include <algorithm>

#include "harness/model/names.h"

namespace harness::model {

namespace {

constexpr Name<Profile> kProfiles[] = {{Profile::quick, "quick"}, {Profile::full, "full"}};

constexpr Name<RunStatus> kStatuses[] = {{RunStatus::running, "running"},
                                         {RunStatus::complete, "complete"},
                                         {RunStatus::interrupted, "interrupted"},
                                         {RunStatus::failed, "failed"}};

}  // namespace

std::string_view to_string(Profile profile) { return name_of<Profile>(kProfiles, profile); }

std::string_view to_string(RunStatus status) { return name_of<RunStatus>(kStatuses, status); }

Result<Profile> parse_profile(std::string_view text) { return value_of<Profile>(kProfiles, "profile", text); }

Result<RunStatus> parse_run_status(std::string_view text) {
    return value_of<RunStatus>(kStatuses, "run status", text);
}

bool Benchmark::is_reference() const { return std::ranges::find(tags, kReferenceTag) != tags.end(); }

Benchmark make_benchmark(std::string_view suite, const Case& from) {
    return {benchmark_id(suite, from.id),
            std::string(suite),
            from.id,
            from.version,
            from.time_source,
            from.metrics,
            from.tags,
            from.targets,
            from.source,
            from.versus};
}

}  // namespace harness::model
