#include "harness/cli/select.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>

namespace harness::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Select : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "selectXXXXXX";
        folder_ = mkdtemp(name.data());
        globals_.suite_folder = folder_.string();
        suite("good",
              R"(echo '{"suite": "good", "question": "Q?", "cases": [{"id": "x", "version": 1, "tags": ["t"],
            "metrics": [{"name": "time", "unit": "ns", "direction": "lower"}]}]}')");
        suite("bad", "exit 9");
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    void suite(const std::string& name, const std::string& script) {
        std::ofstream(folder_ / (name + ".json"))
            << fmt::format(R"({{"name": "{0}", "program": "{0}", "title": "T", "description": "D"}})", name);
        std::ofstream(folder_ / name) << "#!/bin/sh\n" << script << "\n";
        chmod((folder_ / name).c_str(), 0755);
    }
    Result<Selected> selected(const SelectOptions& options) {
        auto interrupts = std::move(run::Interrupts::create().value());
        return select(globals_, options, std::nullopt, interrupts);
    }

    std::filesystem::path folder_;
    Globals globals_;
};

TEST_F(Select, KeepsTheGoodSuitesAndNamesTheBroken) {
    const Selected all = selected({}).value();
    ASSERT_EQ(all.suites.size(), 1U);
    EXPECT_EQ(all.suites[0].cases[0].id, "x");
    EXPECT_THAT(all.broken, ElementsAre(HasSubstr("suite 'bad'")));
}

TEST_F(Select, SuitesLeftOutAreNotEvenAsked) {
    SelectOptions options;
    options.left_out = {"bad", "unknown"};
    const Selected some = selected(options).value();
    EXPECT_EQ(some.suites.size(), 1U);
    EXPECT_THAT(some.broken, testing::IsEmpty());
}

TEST_F(Select, ThatMatchesNothingIsAnError) {
    EXPECT_THAT(selected({{"good"}, "", {"other"}}).error().message, HasSubstr("no benchmark matches"));
    EXPECT_THAT(selected({{"good"}, "[", {}}).error().message, HasSubstr("not a regular expression"));
}

TEST_F(Select, OptionsAreSuitesFilterAndTags) {
    CLI::App app;
    SelectOptions options;
    declare_selection(app, options);
    app.parse("--tag a one --tag b two --filter x.*");
    EXPECT_THAT(options.suites, ElementsAre("one", "two"));
    EXPECT_THAT(options.tags, ElementsAre("a", "b"));
    EXPECT_EQ(options.filter, "x.*");
}

}  // namespace
}  // namespace harness::cli
