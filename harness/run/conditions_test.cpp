#include "harness/run/conditions.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using State = Condition::State;
using testing::HasSubstr;

class Conditions : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "conditionsXXXXXX";
        root_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(root_); }

    void write(const std::string& path, const std::string& text) {
        fs::create_directories((root_ / path).parent_path());
        std::ofstream(root_ / path) << text << "\n";
    }

    Condition about(const std::string& name) {
        for (const Condition& condition : read_conditions(placement_, root_)) {
            if (condition.name == name) return condition;
        }
        return {"none", "", State::unknown, ""};
    }

    fs::path root_;
    Placement placement_{1, 0, Distance::apart};
};

constexpr const char* kCpu = "sys/devices/system/cpu/";

TEST_F(Conditions, AnEmptyMachineIsUnknownRatherThanQuiet) {
    for (const char* name :
         {"turbo", "hyper-threads", "load", "address layout", "clock source", "stolen since the start"}) {
        EXPECT_EQ(about(name).state, State::unknown) << name;
    }
}

TEST_F(Conditions, AGovernorThatFollowsTheLoadIsNoisy) {
    EXPECT_EQ(about("governor").state, State::ok);
    write(std::string(kCpu) + "cpu1/cpufreq/scaling_governor", "powersave");
    EXPECT_EQ(about("governor").state, State::noisy);
    EXPECT_THAT(about("governor").advice, HasSubstr("performance"));
    write(std::string(kCpu) + "cpu1/cpufreq/scaling_governor", "performance");
    EXPECT_EQ(about("governor"), (Condition{"governor", "performance", State::ok, ""}));
}

TEST_F(Conditions, TurboIsReadOfEitherDriver) {
    write(std::string(kCpu) + "cpufreq/boost", "1");
    EXPECT_THAT(about("turbo").advice, HasSubstr("write 0 to cpufreq/boost"));
    write(std::string(kCpu) + "cpufreq/boost", "0");
    EXPECT_EQ(about("turbo").state, State::ok);
    write(std::string(kCpu) + "intel_pstate/no_turbo", "0");
    EXPECT_THAT(about("turbo").advice, HasSubstr("write 1 to intel_pstate/no_turbo"));
    write(std::string(kCpu) + "intel_pstate/no_turbo", "1");
    EXPECT_EQ(about("turbo").value, "off");
}

TEST_F(Conditions, ASiblingOfTheWorkersCpuIsNoisy) {
    write(std::string(kCpu) + "cpu1/topology/thread_siblings_list", "1");
    EXPECT_EQ(about("hyper-threads").state, State::ok);
    write(std::string(kCpu) + "cpu1/topology/thread_siblings_list", "1,3");
    EXPECT_EQ(about("hyper-threads").state, State::noisy);
    EXPECT_EQ(about("hyper-threads").value, "CPU 1 shares its core: 1,3");
}

TEST_F(Conditions, OneCpuForEverythingIsNoisy) {
    EXPECT_EQ(about("placement").state, State::ok);
    placement_.distance = Distance::siblings;
    EXPECT_EQ(about("placement").state, State::noisy);
    placement_ = {0, 0, Distance::same};
    EXPECT_EQ(about("placement").advice, "allow vmbench a second CPU");
}

TEST_F(Conditions, IsolatedCpusAreReadAsAListOfRanges) {
    write(std::string(kCpu) + "isolated", "");
    EXPECT_EQ(about("isolation").state, State::noisy);
    write(std::string(kCpu) + "isolated", "3,5-7");
    EXPECT_EQ(about("isolation").state, State::noisy);
    placement_.workers = 6;
    EXPECT_EQ(about("isolation").state, State::ok);
}

TEST_F(Conditions, LoadBesideIsNoisy) {
    write("proc/loadavg", "0.12 0.50 0.90 1/120 4242");
    EXPECT_EQ(about("load"), (Condition{"load", "0.12 in the last minute", State::ok, ""}));
    write("proc/loadavg", "2.50 0.50 0.90 1/120 4242");
    EXPECT_EQ(about("load").state, State::noisy);
}

TEST_F(Conditions, AFixedLayoutAndASlowClockAreNoisy) {
    write("proc/sys/kernel/randomize_va_space", "0");
    EXPECT_EQ(about("address layout").value, "fixed");
    write("proc/sys/kernel/randomize_va_space", "2");
    EXPECT_EQ(about("address layout").state, State::ok);
    const std::string clock = "sys/devices/system/clocksource/clocksource0/current_clocksource";
    write(clock, "hpet");
    EXPECT_EQ(about("clock source").state, State::noisy);
    write(clock, "tsc");
    EXPECT_EQ(about("clock source").state, State::ok);
}

TEST_F(Conditions, StealIsAShareOfAllTime) {
    write("proc/stat", "cpu  100 0 100 700 0 0 0 100 0 0");
    EXPECT_EQ(about("stolen since the start").value, "10.0 %");
    EXPECT_EQ(about("stolen since the start").state, State::noisy);
    write("proc/stat", "cpu  100 0 100 799 0 0 0 1 0 0");
    EXPECT_EQ(about("stolen since the start").state, State::ok);
}

std::vector<std::string> noisy(const Probe& probe) {
    std::vector<std::string> names;
    for (const Condition& condition : conditions_of(probe)) {
        if (condition.state == State::noisy) names.push_back(condition.name);
    }
    return names;
}

TEST_F(Conditions, AProbeShowsWhatFilesDoNot) {
    using std::chrono::milliseconds;
    using std::chrono::nanoseconds;
    const Probe quiet{std::chrono::seconds(1), nanoseconds(0), nanoseconds(100), 0, false};
    EXPECT_THAT(noisy(quiet), testing::IsEmpty());
    const Probe loud{std::chrono::seconds(1), milliseconds(50), milliseconds(10), 19, true};
    EXPECT_THAT(noisy(loud), testing::ElementsAre("stolen just now", "clock", "niceness", "other runs"));
}

TEST_F(Conditions, AProbeTakesItsTimeAndSeesTheClockGo) {
    const Probe seen = probe(std::chrono::milliseconds(5), root_ / "nothing.lock");
    EXPECT_GE(seen.duration, std::chrono::milliseconds(5));
    EXPECT_GT(seen.clock_step.count(), 0);
    EXPECT_FALSE(seen.others_measure);
}

}  // namespace
}  // namespace harness::run
