#include "harness/report/junit.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "harness/judge/exit_code.h"
#include "harness/report/text.h"

namespace harness::report {

namespace {

using model::Role;
using model::VerdictKind;

enum class Outcome { passed, failure, error, skipped };

struct TestCase {
    std::string benchmark;
    Outcome outcome = Outcome::passed;
    std::string message;
};

std::string_view element(Outcome outcome) {
    switch (outcome) {
        case Outcome::failure:
            return "failure";
        case Outcome::error:
            return "error";
        default:
            return "skipped";
    }
}

std::string write_case(std::string_view suite, const TestCase& test) {
    const std::string name = xml_escape(std::string_view(test.benchmark).substr(suite.size() + 1));
    std::string text = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", xml_escape(suite), name);
    if (test.outcome == Outcome::passed) return text + "/>\n";
    return text + fmt::format(">\n      <{} message=\"{}\"/>\n    </testcase>\n", element(test.outcome),
                              xml_escape(test.message));
}

std::size_t number(const std::vector<TestCase>& tests, Outcome outcome) {
    std::size_t n = 0;
    for (const TestCase& test : tests) n += test.outcome == outcome ? 1 : 0;
    return n;
}

std::string document(const std::vector<TestCase>& tests) {
    std::map<std::string, std::vector<TestCase>> suites;
    for (const TestCase& test : tests)
        suites[test.benchmark.substr(0, test.benchmark.find('/'))].push_back(test);
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vmbench\">\n";
    for (const auto& [suite, cases] : suites) {
        text += fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
            xml_escape(suite), cases.size(), number(cases, Outcome::failure), number(cases, Outcome::error),
            number(cases, Outcome::skipped));
        for (const TestCase& test : cases) text += write_case(suite, test);
        text += "  </testsuite>\n";
    }
    return text + "</testsuites>\n";
}

TestCase test_case(const model::Verdict& verdict, model::Method method) {
    TestCase test{verdict.benchmark, Outcome::passed, verdict.note};
    if (!verdict.accepted.empty() && verdict.kind != VerdictKind::failed) return test;
    switch (verdict.kind) {
        case VerdictKind::regressed:
            test.outcome = Outcome::failure;
            if (verdict.effect) {
                test.message = fmt::format("{}: {} ({}), threshold {:.1f} %", verdict.metric,
                                           change(verdict.effect->ratio), interval(*verdict.effect),
                                           100 * verdict.threshold);
            }
            break;
        case VerdictKind::failed:
            test.outcome = Outcome::error;
            break;
        case VerdictKind::missing:
        case VerdictKind::not_comparable:
        case VerdictKind::inconclusive:
            test.outcome = judge::exit_code(verdict, method) == model::ExitCode::regression
                               ? Outcome::failure
                               : Outcome::skipped;
            test.message = fmt::format("{}{}{}", to_string(verdict.kind), verdict.note.empty() ? "" : ": ",
                                       verdict.note);
            break;
        default:
            break;
    }
    return test;
}

}  // namespace

std::string xml_escape(std::string_view text) {
    std::string out;
    for (const char c : one_line(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&apos;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string junit(const model::Comparison& comparison) {
    std::vector<TestCase> tests;
    for (const std::string& reason : {comparison.refusal, comparison.void_reason}) {
        if (!reason.empty()) tests.push_back({"vmbench/comparison", Outcome::error, reason});
    }
    if (!comparison.systemic.empty()) {
        tests.push_back({"vmbench/systemic", Outcome::failure, comparison.systemic});
    }
    for (const model::Verdict& verdict : comparison.verdicts) {
        const bool failed_reference = verdict.role == Role::reference && verdict.kind == VerdictKind::failed;
        if (verdict.role == Role::deciding || failed_reference)
            tests.push_back(test_case(verdict, comparison.method));
    }
    return document(tests);
}

std::string junit(const RunReport& report) {
    std::vector<TestCase> tests;
    for (const judge::SummaryRow& row : report.summary.rows) {
        if (row.role == Role::shown) continue;
        TestCase test{row.benchmark, Outcome::passed, row.error};
        if (!row.error.empty()) {
            test.outcome = Outcome::error;
        } else if (!row.median) {
            test = {row.benchmark, Outcome::skipped, "the run did not get to it"};
        }
        tests.push_back(std::move(test));
    }
    return document(tests);
}

}  // namespace harness::report
