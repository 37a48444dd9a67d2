#include "harness/cli/github.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "harness/cli/text.h"
#include "harness/report/github.h"

namespace harness::cli {

namespace {

// Empty: not set.
std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool in_github_actions() { return variable("GITHUB_ACTIONS") == "true"; }

// Other steps, and other commands of this one, append to the same file.
Result<void> append(const char* name, std::string_view what, const std::string& text) {
    const std::string path = variable(name);
    if (path.empty()) return {};
    std::ofstream file(path, std::ios::app | std::ios::binary);
    file << text;
    file.close();
    if (!file) return fail("cannot write the {} '{}': {}", what, path, std::strerror(errno));
    return {};
}

template <class What>
Result<void> announce(const What& what) {
    if (!in_github_actions()) return {};
    fmt::print("{}", report::annotations(what));
    return append("GITHUB_STEP_SUMMARY", "step summary", report::step_summary(what));
}

// The page of the workflow's run, with its log and its artifacts; empty outside GitHub.
std::string log_url() {
    const std::string server = variable("GITHUB_SERVER_URL");
    const std::string repository = variable("GITHUB_REPOSITORY");
    const std::string run = variable("GITHUB_RUN_ID");
    if (server.empty() || repository.empty() || run.empty()) return "";
    return fmt::format("{}/{}/actions/runs/{}", server, repository, run);
}

}  // namespace

Result<void> tell_github(const model::Comparison& comparison) { return announce(comparison); }

Result<void> tell_github(const model::RunRecord& record) {
    return announce(report::RunReport{record, judge::summarise(record)});
}

Result<void> report_to_github(const model::Comparison& comparison, const std::string& report_folder,
                              model::ExitCode code) {
    const report::GateEnd end{code, report_folder, log_url()};
    if (!report_folder.empty()) {
        const auto path = std::filesystem::path(report_folder) / "comment.md";
        auto written = write_output(path.string(), report::comment(comparison, end));
        if (!written) return written;
    }
    if (auto told = tell_github(comparison); !told) return told;
    if (!in_github_actions()) return {};
    return append("GITHUB_OUTPUT", "step's outputs", report::outputs(comparison, end));
}

}  // namespace harness::cli
