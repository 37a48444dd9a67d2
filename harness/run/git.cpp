#include "harness/run/git.h"

#include "harness/run/child.h"

namespace harness::run {

namespace {

std::string without_end(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

std::string last_line(const std::string& text) {
    const std::string trimmed = without_end(text);
    return trimmed.substr(trimmed.rfind('\n') + 1);
}

}  // namespace

Result<std::string> git(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
                        Interrupts& interrupts) {
    Command command;
    command.arguments = {"/usr/bin/env", "git", "-C", folder.string()};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    command.environment = {"GIT_OPTIONAL_LOCKS=0", "LC_ALL=C"};
    // Checking out a large tree takes its time.
    command.time_limit = std::chrono::minutes(5);
    const auto report = run_child(command, interrupts);
    if (!report) return tl::unexpected(report.error());
    if (report->ending == Ending::interrupted) return fail("interrupted");
    if (report->ending != Ending::exited || report->status != 0) {
        const std::string why = last_line(report->messages);
        return fail("git {}: {}", arguments.front(), why.empty() ? "failed" : why);
    }
    return without_end(report->output);
}

}  // namespace harness::run
