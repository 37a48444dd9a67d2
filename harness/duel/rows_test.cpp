#include "harness/duel/rows.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <elf.h>
#include <gmock/gmock.h>

namespace harness::duel {
namespace {

namespace fs = std::filesystem;
using judge::RowState;
using testing::EndsWith;
using testing::SizeIs;

class Rows : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "rowsXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    run::Job job(const std::string& case_id, const std::string& side) {
        model::Case one;
        one.id = case_id;
        one.metrics = {{"time", "ns", model::Direction::lower}, {"hits", "1", model::Direction::higher}};
        if (case_id == "native") one.tags = {"reference"};
        return {model::make_benchmark("cpu", one), (folder_ / side).string(), "hash"};
    }

    // A program with so much code.
    void program(const std::string& side, std::size_t code) {
        Elf64_Ehdr header{};
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_shoff = sizeof header;
        header.e_shentsize = sizeof(Elf64_Shdr);
        header.e_shnum = 1;
        Elf64_Shdr section{};
        section.sh_type = SHT_PROGBITS;
        section.sh_flags = SHF_EXECINSTR;
        section.sh_size = code;
        std::ofstream file(folder_ / side, std::ios::binary);
        file.write(reinterpret_cast<const char*>(&header), sizeof header);
        file.write(reinterpret_cast<const char*>(&section), sizeof section);
    }

    // Benchmarks that both sides have.
    std::vector<Contest> both(std::initializer_list<const char*> cases) {
        std::vector<run::Job> base;
        std::vector<run::Job> head;
        for (const char* one : cases) {
            base.push_back(job(one, "base"));
            head.push_back(job(one, "head"));
        }
        return match(base, head);
    }

    static judge::Rules rules(const std::string& text) {
        return judge::parse_rules(R"({"rules": [)" + text + "]}", "f").value();
    }

    static judge::Acceptances accepted(const std::string& benchmark, const std::string& metric) {
        return {{{benchmark, metric, "meant", "Ann", "0123", "2026-11-21", "2026-12-31"}}};
    }

    fs::path folder_;
};

TEST_F(Rows, AreOneForTheTimeOfEachContest) {
    const auto rows = rows_of(both({"fib", "sort"}), {}).value();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].row.benchmark, "cpu/fib");
    EXPECT_EQ(rows[0].row.metric, "time");
    EXPECT_EQ(rows[0].row.threshold, 0.05);
    EXPECT_EQ(rows[0].row.minimum_effect, 0.01);
    EXPECT_TRUE(rows[0].row.primary);
}

TEST_F(Rows, HaveWhatTheRulesSay) {
    const auto rows =
        rows_of(both({"fib", "sort"}),
                {rules(R"({"benchmark": "cpu/sort", "threshold": "9%", "min_effect": "4%", "owner": "@s",
                           "reason": "r"})"),
                 {},
                 "2026-11-21",
                 0.02})
            .value();
    EXPECT_EQ(rows[0].row.minimum_effect, 0.02);
    EXPECT_EQ(rows[0].row.owner, "");
    EXPECT_DOUBLE_EQ(rows[1].row.threshold, 0.09);
    EXPECT_DOUBLE_EQ(rows[1].row.minimum_effect, 0.04);
    EXPECT_EQ(rows[1].row.owner, "@s");
}

TEST_F(Rows, HaveWhatWasAccepted) {
    const auto rows =
        rows_of(both({"fib", "sort"}), {{}, accepted("cpu/sort", "time"), "2026-12-31"}).value();
    EXPECT_EQ(rows[0].row.accepted, "");
    EXPECT_EQ(rows[1].row.accepted, "meant");
    EXPECT_EQ(rows[1].row.note, "");
}

TEST_F(Rows, SayThatAnAcceptanceEnded) {
    const auto rows =
        rows_of(match({job("fib", "base")}, {}), {{}, accepted("cpu/fib", "time"), "2027-01-01"});
    EXPECT_EQ(rows.value()[0].row.state, RowState::missing);
    EXPECT_EQ(rows.value()[0].row.accepted, "");
    EXPECT_EQ(rows.value()[0].row.note, "its acceptance ended on 2026-12-31");
}

TEST_F(Rows, OfFurtherMetricsComeLast) {
    const auto rows = rows_of(both({"fib", "native", "sort"}),
                              {rules(R"({"metrics": ["rss", "hits"], "threshold": "20%", "reason": "r"})"),
                               accepted("cpu/fib", "rss"), "2026-11-21"})
                          .value();
    ASSERT_THAT(rows, SizeIs(7)) << "the reference row decides nothing";
    EXPECT_EQ(rows[3].row.benchmark, "cpu/fib");
    EXPECT_EQ(rows[3].row.metric, "rss");
    EXPECT_EQ(rows[3].row.unit, "B");
    EXPECT_EQ(rows[3].row.accepted, "meant");
    EXPECT_FALSE(rows[3].row.primary);
    EXPECT_DOUBLE_EQ(rows[3].row.threshold, 0.2);
    EXPECT_EQ(rows[4].row.metric, "hits");
    EXPECT_EQ(rows[4].row.direction, model::Direction::higher);
    EXPECT_EQ(rows[4].row.accepted, "");
    EXPECT_EQ(rows[0].row.threshold, 0.05);
}

TEST_F(Rows, OfFurtherMetricsAreOfWhatCanBeMeasured) {
    EXPECT_THAT(rows_of(match({job("gone", "base")}, {job("new", "head")}),
                        {rules(R"({"metrics": ["rss"], "reason": "r"})"), {}, ""})
                    .value(),
                SizeIs(2));
}

TEST_F(Rows, AreRefusedWhereARuleIsWrong) {
    EXPECT_EQ(
        rows_of(both({"fib"}), {rules(R"({"metrics": ["misses"], "reason": "r"})"), {}, ""}).error().message,
        "f: rules[0]: 'cpu/fib' does not describe the metric 'misses': give its 'direction'");
}

constexpr const char* kSizeRule =
    R"({"suite": "cpu", "metrics": ["size"], "threshold": "2%", "reason": "r"})";

TEST_F(Rows, OfCodeSizeAreExactAndOneASuite) {
    program("base", 1000);
    program("head", 1100);
    const auto rows = rows_of(both({"fib", "sort"}), {rules(kSizeRule), {}, ""}).value();
    ASSERT_THAT(rows, SizeIs(3));
    const judge::PairedRow& size = rows[2].row;
    EXPECT_EQ(size.benchmark, "cpu");
    EXPECT_EQ(size.metric, "size");
    EXPECT_EQ(size.base, 1000);
    EXPECT_EQ(size.head, 1100);
    EXPECT_DOUBLE_EQ(*size.exact, std::log(1.1));
    EXPECT_DOUBLE_EQ(size.threshold, 0.02);
}

TEST_F(Rows, OfCodeSizeFailWhereItCannotBeTold) {
    program("base", 1000);
    std::ofstream(folder_ / "head") << "#!/bin/sh\n";
    const auto rows = rows_of(both({"fib"}), {rules(kSizeRule), {}, ""}).value();
    EXPECT_EQ(rows[1].row.state, RowState::failed);
    EXPECT_THAT(rows[1].row.note, EndsWith("it is no 64-bit ELF file"));
}

}  // namespace
}  // namespace harness::duel
