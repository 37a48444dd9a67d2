#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace harness::run {

// For tests: a folder for shell scripts that speak the worker protocol and behave as their case is called.
// Each slice is appended to the file "log": the script's name, a space, the iterations.
class FakeWorkers : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "workerXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    // A worker whose iterations take so many nanoseconds, as it says. Returns its path.
    std::string add_worker(const std::string& name, int ns_per_iteration, int definition_version = 1) {
        const auto path = folder_ / name;
        std::ofstream(path) << "#!/bin/sh\nns=" << ns_per_iteration << "\nversion=" << definition_version
                            << kScript;
        chmod(path.c_str(), 0755);
        return path.string();
    }

    // What the workers did, one line a slice.
    std::string log() const {
        std::ifstream file(folder_ / "log");
        return {std::istreambuf_iterator<char>(file), {}};
    }

    static constexpr const char* kScript = R"sh(
case_id=${1#--worker=}
slowdown=${2#--worker-slowdown=}
name=${0##*/}
work=7
[ $case_id.$name = harder.head ] && work=8
hello() {
    echo '{"worker_protocol": 1, "suite": "fake", "case": "'$1'", "version": '$version', "time_source": "cpu",
        "metrics": [{"name": "time", "unit": "ns", "direction": "lower"}], "clock_resolution_ns": 1,
        "slowdown": '${slowdown:-1}'}' | tr -d '\n'
    echo
}
answer() {
    echo '{"slice": '$1', "iterations": '$2', "cpu_ns": '$3', "wall_ns": '$4', "voluntary_switches": 1,
        "involuntary_switches": 0, "counters": [{"name": "work", "value": '$work'}]}' | tr -d '\n'
    echo
}
case $case_id in
    silent) exec sleep 100 ;;
    usage) echo "unknown flag" >&2; exit 2 ;;
    garbage) echo "Run on 2 CPUs" ;;
    endless) yes | tr -d '\n' ;;
    other) hello another ;;
    *) hello $case_id ;;
esac
number=0
while read -r request; do
    number=$((number + 1))
    iterations=${request#*iterations\":}
    iterations=${iterations%%[,\}]*}
    echo "$name $iterations" >> "${0%/*}/log"
    case $case_id in
        crashes) echo "last words" >&2; kill -SEGV $$ ;;
        ends) exit 3 ;;
        hangs) exec sleep 100 ;;
        half) printf '{"slice": 1, "iter'; exec sleep 100 ;;
        half_and_ends) printf '{"slice": 1, "iter'; exit 0 ;;
        wrong) echo '{"slice": '$number', "error": "sum is 3, not 4"}' ;;
        wrong_order) answer $((number + 1)) $iterations 100 100 ;;
        fewer) answer $number $((iterations / 2)) 100 100 ;;
        claims) answer $number $iterations 90000000000 100 ;;
        twice) answer $number $iterations 100 100; answer $number $iterations 100 100 ;;
        interrupts) kill -INT $PPID; exec sleep 100 ;;
        third) if [ $number = 3 ]; then exit 4; fi; answer $number $iterations 100 100 ;;
        stays) trap '' TERM; answer $number $iterations 100 100; exec sleep 100 ;;
        *) answer $number $iterations $((iterations * ns)) $((iterations * ns)) ;;
    esac
done
)sh";

    std::filesystem::path folder_;
};

}  // namespace harness::run
