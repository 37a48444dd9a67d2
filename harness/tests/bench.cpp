#include "harness/tests/bench.h"

#include <cstdlib>
#include <fstream>

#include "harness/store/connection.h"

namespace harness::tests {

namespace fs = std::filesystem;

void Bench::SetUp() {
    std::string name = testing::TempDir() + "benchXXXXXX";
    folder_ = mkdtemp(name.data());
    database_ = folder_ / "vmbench.db";
    fs::create_directories(folder_ / "suites");
    add_suite("fake");
}

void Bench::TearDown() { fs::remove_all(folder_); }

void Bench::add_suite(const std::string& name) {
    fs::create_symlink(FAKE_SUITE, folder_ / "suites" / name);
    std::ofstream(folder_ / "suites" / (name + ".json")) << fmt::format(
        R"({{"name": "{0}", "program": "{0}", "title": "Fake", "description": "For tests",
            "files": ["{0}.factor", "{0}.ballast"]}})",
        name);
}

void Bench::add_sides() {
    for (const char* side : {"base", "head"}) {
        fs::create_directories(folder_ / side / "suites");
        fs::copy_symlink(folder_ / "suites/fake", folder_ / side / "suites/fake");
        fs::copy(folder_ / "suites/fake.json", folder_ / side / "suites/fake.json");
    }
}

Printed Bench::vmbench(const std::vector<std::string>& arguments,
                       const std::vector<std::string>& environment) {
    auto interrupts = std::move(run::Interrupts::create().value());
    run::Command command;
    command.arguments = {VMBENCH};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {"VMBENCH_DB=" + database_.string(),
                           "VMBENCH_SUITE_DIR=" + (folder_ / "suites").string(),
                           // Tests run side by side and measure nothing real: they need not take turns.
                           "XDG_RUNTIME_DIR=" + folder_.string(), "GITHUB_ACTIONS="};
    command.environment.insert(command.environment.begin(), environment.begin(), environment.end());
    command.time_limit = std::chrono::minutes(10);  // only a hang takes that long, on any machine
    const auto report = run::run_child(command, interrupts).value();
    EXPECT_EQ(report.ending, run::Ending::exited) << report.messages;
    return {report.status, report.output, report.messages};
}

Printed Bench::measure(const std::string& cases, const std::vector<std::string>& more,
                       const std::vector<std::string>& environment) {
    std::vector<std::string> arguments = {"run", "--benchmark_min_time=0.01", "--time-limit", "1s"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    std::vector<std::string> all = environment;
    all.push_back("FAKE_CASES=" + cases);
    return vmbench(arguments, all);
}

std::string Bench::query(const std::string& sql) {
    auto connection = store::Connection::open(database_.string()).value();
    std::string result;
    auto done = connection.run(sql, {}, [&](const store::Row& row) { result = row.text(0); });
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return result;
}

}  // namespace harness::tests
