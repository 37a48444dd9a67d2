#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/cli/command.h"
#include "harness/cli/select.h"
#include "harness/duel/bank.h"
#include "harness/judge/resample.h"
#include "harness/report/selftest.h"
#include "harness/store/connection.h"

namespace harness::cli {

// What a self-test measures and draws.
struct SelfTestPlan {
    SelectOptions select;
    duel::BankSettings bank;
    judge::ResampleSettings resample;
    std::vector<std::string> bank_runs;  // prefixes of runs whose pairs may be used; none: all that fit
    bool use_bank = true;
    std::string relinked;  // a build folder to measure against; empty: a copy
    std::size_t live_gates = 0;
    std::chrono::nanoseconds live_budget{};  // of one gate
};

struct SelfTested {
    report::SelfTestReport report;
    bool failed = false;  // some benchmark could not be measured
};

// Measures what the bank lacks, storing every pair at once, then draws the gates.
tl::expected<SelfTested, Failure> run_self_test(const SelfTestPlan& plan, const Globals& globals,
                                                store::Connection& connection, run::Interrupts& interrupts);

}  // namespace harness::cli
