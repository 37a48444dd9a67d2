#include "suites/common/guards.h"
#include "suites/common/suite_main.h"

// A suite whose second case computes a wrong result on purpose.
namespace {

using suites::common::Case;

void add_up_to(benchmark::State& state, int last, int known) {
    int sum = 0;
    for (auto _ : state) {
        sum = 0;
        for (int i = 1; i <= last; ++i) {
            suites::common::scalar_barrier(sum);
            sum += i;
        }
    }
    suites::common::expect_equal(state, "sum", sum, known);
}

void manual(benchmark::State& state) {
    for (auto _ : state) {
        state.SetIterationTime(0.001);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<suites::common::Metric> metrics = {suites::common::time_metric()};
    return suites::common::run_suite({"planted",
                                      "Does a wrong result fail by name?",
                                      {Case{.id = "right/first",
                                            .body = [](auto& state) { add_up_to(state, 10, 55); },
                                            .metrics = metrics,
                                            .tags = {}},
                                       Case{.id = "wrong",
                                            .body = [](auto& state) { add_up_to(state, 10, 56); },
                                            .metrics = metrics,
                                            .tags = {}},
                                       Case{.id = "right/last",
                                            .body = [](auto& state) { add_up_to(state, 4, 10); },
                                            .metrics = metrics,
                                            .tags = {}},
                                       Case{.id = "own_time",
                                            .body = manual,
                                            .metrics = metrics,
                                            .tags = {},
                                            .time_source = suites::common::TimeSource::manual}}},
                                     argc, argv);
}
