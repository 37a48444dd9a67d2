#include "harness/cli/report_program.h"

#include <cerrno>
#include <cstring>
#include <sys/wait.h>

#include <spawn.h>
#include <unistd.h>

#include "harness/cli/paths.h"

namespace harness::cli {

namespace {

// The distribution's interpreter: it is the one that has matplotlib.
constexpr const char* kPython = "/usr/bin/python3";

Result<int> run_to_end(const std::vector<std::string>& arguments) {
    std::vector<char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);
    pid_t child = 0;
    const int failed = posix_spawn(&child, pointers[0], nullptr, nullptr, pointers.data(), environ);
    if (failed != 0) return fail("cannot run '{}': {}", arguments[0], std::strerror(failed));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<void> run_report_program(const Globals& globals, const std::string& output,
                                const std::vector<std::string>& arguments) {
    const std::string package = reports_folder();
    if (package.empty()) return fail("the report package is not there: it is reports/ of the source tree");
    std::vector<std::string> all = {kPython, package, "--db", globals.database, "--output", output};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto code = run_to_end(all);
    if (!code) return tl::unexpected(code.error());
    if (*code != 0) return fail("the report was not written (its program exited with {})", *code);
    return {};
}

}  // namespace harness::cli
