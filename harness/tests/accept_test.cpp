#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Two build folders, "base" and "head", each with the fake suite, and a repository that keeps what was
// reviewed.
class Accept : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        add_sides();
        fs::create_directories(repository());
        const std::string command = fmt::format(
            "cd '{}' && git init --quiet && git config user.name Ann && git config user.email "
            "ann@example.org && git commit --quiet --allow-empty -m first",
            repository().string());
        ASSERT_EQ(std::system(command.c_str()), 0);
    }

    fs::path repository() const { return folder_ / "repository"; }
    std::string accepted() const { return (repository() / "accepted.json").string(); }

    static std::string content(const fs::path& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }

    // What head says of itself beside its program: how many times slower it is, say.
    void set_head(const char* what, const char* value) {
        std::ofstream(folder_ / "head/suites" / (std::string("fake.") + what)) << value;
    }

    Printed accept(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "accept");
        arguments.insert(arguments.end(), {"--file", accepted()});
        return vmbench(arguments, {"FAKE_CASES=steady"});
    }

    Printed ab(std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"ab", (folder_ / "base").string(), (folder_ / "head").string(), "--seed",
                                   "1", kNoteConditions});
        return vmbench(more, {"FAKE_CASES=steady"});
    }

    std::string rules(const std::string& text) {
        const auto path = folder_ / "rules.json";
        std::ofstream(path) << R"({"rules": [)" << text << "]}";
        return path.string();
    }

    std::string kind(const std::string& metric) {
        return query("SELECT kind FROM verdict WHERE metric = '" + metric + "'");
    }
};

TEST_F(Accept, LetsAChangePassThatWasAccepted) {
    set_head("factor", "1.1");
    EXPECT_EQ(ab().code, 1);
    const Printed printed = accept({"fake/steady", "--reason", "it checks its input now"});
    ASSERT_EQ(printed.code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("fake/steady (time) is accepted; gates count it once"));
    const Printed again = ab({"--accepted", accepted()});
    EXPECT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_THAT(again.out, AllOf(HasSubstr("regressed"), HasSubstr("accepted: it checks its input now")));
}

TEST_F(Accept, RecordsTheDecisionWithTheNewestRun) {
    measure("steady");
    ASSERT_EQ(accept({"fake/steady", "--reason", "meant"}).code, 0);
    EXPECT_EQ(query("SELECT benchmark || metric || kind || author || reason FROM decision"),
              "fake/steadytimeacceptAnn <ann@example.org>meant");
    EXPECT_EQ(query("SELECT run_id = (SELECT id FROM run) FROM decision"), "1");
}

TEST_F(Accept, KeepsTheFileSortedWithOneEntryEach) {
    ASSERT_EQ(accept({"fake/steady", "--reason", "first"}).code, 0);
    ASSERT_EQ(accept({"fake/steady", "--reason", "for its cache", "--metric", "rss"}).code, 0);
    ASSERT_EQ(accept({"fake/steady", "--reason", "second", "--until", "2999-12-31"}).code, 0);
    const std::string text = content(accepted());
    EXPECT_THAT(text, AllOf(Not(HasSubstr("first")), HasSubstr("second"), HasSubstr("2999-12-31")));
    EXPECT_LT(text.find("for its cache"), text.find("second"));
    EXPECT_TRUE(text.ends_with("]\n}\n"));
}

TEST_F(Accept, NoLongerCountsAfterItsLastDay) {
    ASSERT_EQ(accept({"fake/steady", "--reason", "for now", "--until", "2999-12-31"}).code, 0);
    std::string text = content(accepted());
    text.replace(text.find("2999-12-31"), 10, "2020-12-31");
    std::ofstream(accepted()) << text;
    set_head("factor", "1.1");
    const Printed printed = ab({"--accepted", accepted()});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("its acceptance ended on 2020-12-31"));
}

TEST_F(Accept, LetsABenchmarkVanish) {
    const auto program = folder_ / "head/suites/fake";
    fs::remove(program);
    std::ofstream(program) << "#!/bin/bash\nFAKE_CASES=other exec -a \"$0\" " << FAKE_SUITE << " \"$@\"\n";
    fs::permissions(program, fs::perms::owner_all);
    EXPECT_EQ(ab().code, 1);
    EXPECT_EQ(query("SELECT kind FROM verdict WHERE benchmark = 'fake/steady'"), "missing");
    ASSERT_EQ(accept({"fake/steady", "--reason", "nobody needs it"}).code, 0);
    EXPECT_EQ(ab({"--accepted", accepted()}).code, 0);
}

TEST_F(Accept, RefusesWhatSaysTooLittle) {
    EXPECT_THAT(accept({"fake/steady", "--reason", " "}).err, HasSubstr("--reason: say why"));
    EXPECT_THAT(accept({"fake/steady"}).err, HasSubstr("--reason is required"));
    EXPECT_THAT(accept({"fake/steady", "--reason", "r", "--until", "2020-01-01"}).err,
                HasSubstr("--until: 2020-01-01 is past"));
    EXPECT_THAT(accept({"fake/steady", "--reason", "r", "--until", "tomorrow"}).err,
                HasSubstr("'tomorrow' is not a day"));
    EXPECT_FALSE(fs::exists(accepted()));
}

TEST_F(Accept, RefusesBenchmarksThatNobodyHas) {
    const Printed printed = accept({"fake/stedy", "--reason", "r"});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("'fake/stedy' is in no stored run and in no suite of"));
    EXPECT_THAT(accept({"fake", "--reason", "r"}).err, HasSubstr("'fake' is in no stored run"));
    EXPECT_EQ(accept({"fake", "--reason", "r", "--metric", "size"}).code, 0);
}

TEST_F(Accept, NeedsARepositoryThatReviewsIt) {
    const Printed printed =
        vmbench({"accept", "fake/steady", "--reason", "r", "--file", (folder_ / "accepted.json").string()},
                {"FAKE_CASES=steady", "GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=user.name",
                 "GIT_CONFIG_VALUE_0=Ann", "GIT_CONFIG_KEY_1=user.email",
                 "GIT_CONFIG_VALUE_1=ann@example.org", "GIT_CEILING_DIRECTORIES=" + folder_.string()});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("is in none"));
}

TEST_F(Accept, MemoryDecidesWhereARuleSaysSo) {
    set_head("ballast", "64");
    EXPECT_EQ(ab().code, 0) << "no rule asks for it";
    const std::string file =
        rules(R"({"suite": "fake", "metrics": ["rss"], "threshold": "10%", "owner": "@mem", "reason": "r"})");
    const Printed printed = ab({"--rules", file});
    EXPECT_EQ(printed.code, 1) << printed.out << printed.err;
    EXPECT_EQ(kind("rss"), "regressed");
    EXPECT_EQ(kind("time"), "unchanged");
    EXPECT_THAT(printed.out, HasSubstr("owner: @mem"));
    ASSERT_EQ(accept({"fake/steady", "--reason", "a cache", "--metric", "rss"}).code, 0);
    EXPECT_EQ(ab({"--rules", file, "--accepted", accepted()}).code, 0);
}

TEST_F(Accept, CodeSizeDecidesWhereARuleSaysSo) {
    const std::string file = rules(R"({"suite": "fake", "metrics": ["size"], "reason": "r"})");
    const Printed printed = ab({"--rules", file});
    EXPECT_EQ(printed.code, 0) << printed.out << printed.err;
    EXPECT_EQ(kind("size"), "unchanged");
    EXPECT_EQ(query("SELECT benchmark FROM verdict WHERE metric = 'size'"), "fake");
}

TEST_F(Accept, JudgingAgainKeepsOtherMetricsOwnersAndAcceptances) {
    set_head("ballast", "64");
    const std::string file = rules(R"({"metrics": ["rss"], "owner": "@mem", "reason": "r"},
                                      {"suite": "fake", "metrics": ["size"], "reason": "r"})");
    ASSERT_EQ(accept({"fake/steady", "--reason", "meant"}).code, 0);
    const Printed measured = ab({"--rules", file, "--accepted", accepted(), "--format", "json"});
    EXPECT_EQ(measured.code, 1) << measured.err;
    const std::string run = query("SELECT id FROM run");
    const Printed judged = vmbench({"judge", "--run", run, "--format", "json"});
    EXPECT_EQ(judged.code, 1) << judged.err;
    EXPECT_EQ(judged.out, measured.out);
}

TEST_F(Accept, ABrokenRuleStopsBeforeAnythingIsMeasured) {
    const Printed printed =
        ab({"--rules", rules(R"({"suite": "fake", "metrics": ["misses"], "reason": "r"})")});
    EXPECT_EQ(printed.code, 2);
    EXPECT_THAT(printed.err, HasSubstr("rules[0]: 'fake/steady' does not describe the metric 'misses'"));
    EXPECT_EQ(query("SELECT count(*) FROM pair"), "0");
}

}  // namespace
}  // namespace harness::tests
