#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "harness/run/git.h"
#include "harness/tests/bench.h"

namespace harness::tests {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

// A repository whose suite `fake` measures `src`, and is as slow as `src/factor` says; GitHub Actions runs
// us.
class OnGithub : public Bench {
  protected:
    void SetUp() override {
        Bench::SetUp();
        do_git({"init", "--quiet", "--initial-branch=main"});
        write("suites/fake/suite.json",
              R"({"name": "fake", "program": "fake", "title": "Fake", "files": ["fake.factor"],
                  "paths": ["src/**"]})");
        write("src/factor", "1\n");
        commit();
        do_git({"checkout", "--quiet", "-b", "topic"});
    }

    void do_git(const std::vector<std::string>& arguments) {
        std::vector<std::string> all = {"-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"};
        all.insert(all.end(), arguments.begin(), arguments.end());
        auto interrupts = std::move(run::Interrupts::create().value());
        fs::create_directories(repository());
        const auto done = run::git(repository(), all, interrupts);
        ASSERT_TRUE(done.has_value()) << done.error().message;
    }
    void write(const std::string& path, const std::string& text) {
        fs::create_directories((repository() / path).parent_path());
        std::ofstream(repository() / path) << text;
    }
    void commit() {
        do_git({"add", "--all"});
        do_git({"commit", "--quiet", "--message", "change"});
    }

    Printed gate() {
        const std::string build = fmt::format(
            "mkdir out && cp '{}' out/fake && cp src/factor out/fake.factor && cp suites/fake/suite.json "
            "out/fake.json",
            FAKE_SUITE);
        return vmbench({"gate", "--repository", repository().string(), "--target", "main", "--changed-paths",
                        "--build-command", build, "--suites", "out", "--seed", "1", kNoteConditions,
                        "--report", report().string()},
                       {"GITHUB_ACTIONS=true", "GITHUB_OUTPUT=" + (folder_ / "output").string(),
                        "GITHUB_STEP_SUMMARY=" + (folder_ / "summary").string(), "FAKE_CASES=steady",
                        "XDG_CACHE_HOME=" + (folder_ / "cache").string()});
    }
    std::string content(const fs::path& name) const {
        std::stringstream text;
        text << std::ifstream(folder_ / name).rdbuf();
        return text.str();
    }

    fs::path repository() const { return folder_ / "project"; }
    fs::path report() const { return folder_ / "report"; }
};

TEST_F(OnGithub, AChangeThatConcernsNoSuiteIsGatedWithoutBuildingIt) {
    write("README.md", "one\n");
    commit();
    const Printed printed = gate();
    EXPECT_EQ(printed.code, 0) << printed.err;
    EXPECT_FALSE(fs::exists(folder_ / "cache"));
    EXPECT_THAT(content("output"), StartsWith("verdict=ok\nexit-code=0\nregressed-count=0\n"));
    EXPECT_THAT(content("summary"),
                HasSubstr("nothing was measured: none of 1 file changed concerns a suite"));
    EXPECT_THAT(content("report/comment.md"), StartsWith("<!-- vmbench gate -->\n"));
}

TEST_F(OnGithub, ASlowerChangeIsAnnotatedOnceAndTellsItsOutputs) {
    write("src/factor", "1.2\n");
    commit();
    const Printed printed = gate();
    EXPECT_EQ(printed.code, 1) << printed.err;
    const std::string annotation =
        "::error file=suites/fake/cases.cpp,line=12,title=regressed%3A fake/steady::time";
    EXPECT_THAT(printed.out, HasSubstr(annotation));
    EXPECT_EQ(printed.out.find(annotation), printed.out.rfind(annotation));
    EXPECT_THAT(content("output"), AllOf(StartsWith("verdict=regressed\nexit-code=1\nregressed-count=1\n"),
                                         HasSubstr("worst-benchmark=fake/steady\nworst-change=+")));
    for (const char* name : {"gate.md", "gate.json", "gate.xml", "gate.csv", "comment.md"}) {
        EXPECT_TRUE(fs::exists(report() / name)) << name;
    }
}

}  // namespace
}  // namespace harness::tests
