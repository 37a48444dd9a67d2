#include "harness/run/callgrind_out.h"

#include <gmock/gmock.h>

namespace harness::run {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string error_of(std::string_view text) {
    const auto costs = parse_callgrind(text, "f");
    return costs ? "no error" : costs.error().message;
}

constexpr std::string_view kPlain = R"(# callgrind format
version: 1
creator: callgrind-3.19.0
pid: 7
cmd:  ./suite --worker=sum
part: 1

desc: I1 cache:
desc: Trigger: Program termination

positions: line
events: Ir
summary: 1820

fl=main.c
fn=main
16 20
cfn=work
calls=1 51
16 1400
19 300
fl=work.c
fn=work
51 100
cfn=leaf
calls=2 60
51 1300
fn=leaf
60 1400

totals: 1820
)";

TEST(CallgrindOut, AFunctionsOwnCostsAreWithoutThoseOfItsCalls) {
    const auto costs = parse_callgrind(kPlain, "f").value();
    EXPECT_EQ(costs.total, 1820U);
    EXPECT_EQ(costs.command, "./suite --worker=sum");
    EXPECT_THAT(costs.functions, ElementsAre(Pair("leaf", 1400), Pair("main", 320), Pair("work", 100)));
}

TEST(CallgrindOut, NamesThatWereGivenNumbersAreKnownByThem) {
    const auto costs = parse_callgrind(R"(version: 1
positions: line
events: Ir
ob=(1) /usr/lib/libone.so
fl=(1) one.c
fn=(1) first(int, char const*)
10 5
cob=(2) /usr/lib/libtwo.so
cfi=(2) two.c
cfn=(2) second
calls=3 20
+1 30
ob=(2)
fl=(2)
fn=(2)
20 30
fn=(1)
* 7
totals: 42
)",
                                       "f")
                           .value();
    EXPECT_THAT(costs.functions, ElementsAre(Pair("first(int, char const*)", 12), Pair("second", 30)));
}

TEST(CallgrindOut, ANumberOfAFileIsNoNumberOfAFunction) {
    EXPECT_EQ(error_of("version: 1\nevents: Ir\nfl=(1) one.c\nfn=(1)\n"),
              "f:4: the name with number 1 is not known");
}

TEST(CallgrindOut, PositionsMayBeRelativeOrAddresses) {
    const auto costs = parse_callgrind(R"(positions: instr line
events: Ir
fn=f
0x401000 10 1
+3 +1 2
-0x2 -1 4
* * 8
totals: 15
)",
                                       "f")
                           .value();
    EXPECT_THAT(costs.functions, ElementsAre(Pair("f", 15)));
}

TEST(CallgrindOut, OfSeveralEventsOneIsTakenAndAMissingOneIsZero) {
    const auto costs = parse_callgrind(R"(events: Dr Ir Dw
fn=f
1 100 7 50
2 100
3 5 2
totals: 205 9 50
)",
                                       "f")
                           .value();
    EXPECT_EQ(costs.total, 9U);
    EXPECT_THAT(costs.functions, ElementsAre(Pair("f", 9)));
}

TEST(CallgrindOut, PartsAddUp) {
    const auto costs = parse_callgrind(R"(events: Ir
part: 1
fn=(1) f
1 3
totals: 3
part: 2
events: Ir
fn=(1)
1 4
totals: 4
)",
                                       "f")
                           .value();
    EXPECT_EQ(costs.total, 7U);
    EXPECT_THAT(costs.functions, ElementsAre(Pair("f", 7)));
}

TEST(CallgrindOut, FunctionsWithoutNamesAreOneForEachObject) {
    const auto costs = parse_callgrind(R"(events: Ir
ob=(1) /usr/lib/libm.so.6
fn=(1) 0x00000000000012a0
0 3
fn=(2) 0x00000000000013b0
0 4
totals: 7
)",
                                       "f")
                           .value();
    EXPECT_THAT(costs.functions, ElementsAre(Pair("??? in libm.so.6", 7)));
}

TEST(CallgrindOut, ANameInParenthesesIsNoNumber) {
    const auto costs =
        parse_callgrind("events: Ir\nfn=(9) (below main)\n0 2\nfn=(below main)\n0 1\ntotals: 3\n", "f")
            .value();
    EXPECT_THAT(costs.functions, ElementsAre(Pair("(below main)", 3)));
}

TEST(CallgrindOut, JumpsCostNothing) {
    const auto costs = parse_callgrind(R"(events: Ir
fn=f
1 3
jcnd=4/9 +2
1
jump=2 5
*
4 4
totals: 7
)",
                                       "f")
                           .value();
    EXPECT_THAT(costs.functions, ElementsAre(Pair("f", 7)));
}

TEST(CallgrindOut, AFileThatWasCutOffIsAnErrorWhereverItWasCut) {
    for (std::size_t length = 0; length + 2 < kPlain.size(); ++length) {
        EXPECT_FALSE(parse_callgrind(kPlain.substr(0, length), "f").has_value()) << length;
    }
    EXPECT_EQ(error_of(kPlain.substr(0, kPlain.find("totals"))), "f: cut off: no totals at its end");
    EXPECT_EQ(error_of(""), "f: cut off: no totals at its end");
}

TEST(CallgrindOut, FunctionsThatDoNotAddUpAreAnError) {
    EXPECT_EQ(error_of("events: Ir\nfn=f\n1 3\ntotals: 4\n"),
              "f: its functions have 3 instructions together, its totals say 4");
}

TEST(CallgrindOut, UnknownLinesAreNamed) {
    EXPECT_EQ(error_of("version: 1\nhello\n"), "f:2: unknown line 'hello'");
    EXPECT_EQ(error_of("colour: red\n"), "f:1: unknown line 'colour: red'");
    EXPECT_EQ(error_of("events: Ir\nxfn=a\n"), "f:2: unknown line 'xfn=a'");
    EXPECT_EQ(error_of("version: 2\n"), "f:1: version '2' of the format is not known");
    EXPECT_EQ(error_of("events: Dr Dw\n"), "f:1: the event Ir was not counted");
    EXPECT_EQ(error_of("fn=f\n1 3\n"), "f:2: costs before the names of the events");
    EXPECT_EQ(error_of("events: Ir\n1 3\n"), "f:2: costs of no function");
    EXPECT_EQ(error_of("events: Ir\nfn=f\n1 many\n"), "f:3: '1 many' has a cost that is no number");
    EXPECT_EQ(error_of("events: Ir\nfn=f\n1x 3\n"), "f:3: '1x' is no position");
    EXPECT_EQ(error_of("events: Ir\nfn=f\n1 99999999999999999999\n"),
              "f:3: '1 99999999999999999999' has a cost that is no number");
    EXPECT_EQ(error_of("events: Ir\nfn=f\ncalls=1 2\nfn=g\n"), "f:4: a call or jump without its position");
    EXPECT_EQ(error_of("events: Ir\nfn=f\n1 18446744073709551615\n1 1\n"), "f:4: costs beyond 2^64");
    EXPECT_EQ(error_of("totals: 3\n"), "f:1: totals before the names of the events");
}

}  // namespace
}  // namespace harness::run
