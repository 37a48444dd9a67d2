#include "harness/run/callgrind.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "harness/run/callgrind_out.h"
#include "harness/run/child.h"
#include "harness/run/worker.h"

namespace harness::run {

namespace fs = std::filesystem;

namespace {

// What a program needs to be found, to be loaded and to keep files; all else may differ from one shell to the
// next, and with it the stack's place.
constexpr const char* kKeptVariables[] = {"PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH"};

constexpr std::string_view kCounts = "counts.";
constexpr std::string_view kLog = "log.";

// What valgrind logs of an instruction it does not know. Of one that is meant to trap (ud2) it says less.
constexpr std::string_view kUnknownInstruction = "unhandled instruction bytes";

// What processes of one program differ by, times of other lengths being printed, is some hundred
// instructions: of fewer than these nothing can be said.
constexpr std::uint64_t kFewest = 20'000;

// A folder that goes with all it holds.
class Folder {
  public:
    static Result<Folder> create() {
        std::error_code error;
        const fs::path parent = fs::temp_directory_path(error);
        if (error) return fail("no folder for temporary files: {}", error.message());
        std::string path = (parent / "vmbench-callgrind-XXXXXX").string();
        if (mkdtemp(path.data()) == nullptr) return fail("cannot make '{}': {}", path, std::strerror(errno));
        return Folder(path);
    }
    Folder(Folder&& other) noexcept : path_(std::exchange(other.path_, fs::path())) {}
    Folder& operator=(Folder&&) = delete;
    ~Folder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    // Of files whose names start like this, what they hold.
    std::vector<std::string> texts(std::string_view prefix) const {
        std::vector<std::string> all;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(path_, error)) {
            if (!entry.path().filename().string().starts_with(prefix)) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            all.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        }
        return all;
    }
    // For valgrind, which puts the process's number for %p.
    std::string pattern(std::string_view prefix) const { return path_ / (std::string(prefix) + "%p"); }

  private:
    explicit Folder(fs::path path) : path_(std::move(path)) {}

    fs::path path_;
};

// Sandboxes may forbid it.
bool may_fix_addresses(Interrupts& interrupts) {
    Command probe;
    probe.arguments = {"/usr/bin/env", "setarch", "-R", "true"};
    const auto report = run_child(probe, interrupts);
    return report && report->ending == Ending::exited && report->status == 0;
}

std::vector<std::string> wrapper(const CallgrindStart& what, const Folder& folder, bool fixed_addresses) {
    std::vector<std::string> words = {"/usr/bin/env", "-i"};
    for (const char* name : kKeptVariables) {
        const char* value = std::getenv(name);
        if (value != nullptr) words.push_back(fmt::format("{}={}", name, value));
    }
    if (fixed_addresses) words.insert(words.end(), {"setarch", "-R"});
    const std::vector<std::string> valgrind = {what.valgrind,
                                               "--tool=callgrind",
                                               "--trace-children=yes",
                                               "--sigill-diagnostics=yes",
                                               "--vgdb=no",
                                               "--callgrind-out-file=" + folder.pattern(kCounts),
                                               "--log-file=" + folder.pattern(kLog)};
    words.insert(words.end(), valgrind.begin(), valgrind.end());
    return words;
}

bool knows_all_instructions(const Folder& folder) {
    return std::ranges::none_of(folder.texts(kLog), [](const std::string& log) {
        return log.find(kUnknownInstruction) != std::string::npos;
    });
}

// The last of valgrind's own complaints (debugging information that it cannot read, say), which do not start
// with the process's number as what it always logs does; empty if there is none.
std::string complaint(const Folder& folder) {
    std::string last;
    for (const std::string& log : folder.texts(kLog)) {
        std::istringstream lines(log);
        for (std::string line; std::getline(lines, line);) {
            if (!line.empty() && !line.starts_with("==")) last = line;
        }
    }
    return last;
}

// What one process and those it started executed.
struct Counted {
    std::int64_t iterations = 0;  // of its last slice
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> functions;
};

Result<void> add_up(const CallgrindStart& what, const Folder& folder, Counted& counted) {
    const std::string own =
        fmt::format("{} {}", what.program, std::string(model::kWorkerFlag) + what.case_id);
    std::size_t copies = 0;
    for (const std::string& text : folder.texts(kCounts)) {
        const auto costs = parse_callgrind(text, "callgrind's file");
        if (!costs) return tl::unexpected(costs.error());
        copies += costs->command == own ? 1 : 0;
        counted.total += costs->total;
        for (const auto& [name, own_costs] : costs->functions) counted.functions[name] += own_costs;
    }
    if (copies == 0) return fail("the process ended without leaving its counts");
    // A copy starts with the counts of what it is a copy of.
    if (copies > 1) return fail("it starts copies of itself (fork without exec), which cannot be counted");
    return {};
}

// One iteration, then a slice of so many.
Result<Counted> run_slices(const CallgrindStart& what, const Folder& folder, bool fixed_addresses,
                           std::int64_t iterations, Interrupts& interrupts) {
    WorkerStart start;
    start.program = what.program;
    start.case_id = what.case_id;
    start.time_limit = what.time_limit;
    start.wrapper = wrapper(what, folder, fixed_addresses);
    auto worker = Worker::start(start, interrupts);
    if (!worker) return tl::unexpected(worker.error());
    Counted counted;
    for (const std::int64_t slice : {std::int64_t{1}, iterations}) {
        const auto answer = worker->slice(slice, interrupts);
        if (!answer) return tl::unexpected(answer.error());
        counted.iterations = answer->iterations;
    }
    worker->finish(what.time_limit);
    if (auto added = add_up(what, folder, counted); !added) return tl::unexpected(added.error());
    return counted;
}

Result<Counted> count(const CallgrindStart& what, bool fixed_addresses, std::int64_t iterations,
                      Interrupts& interrupts) {
    const auto folder = Folder::create();
    if (!folder) return tl::unexpected(folder.error());
    auto counted = run_slices(what, *folder, fixed_addresses, iterations, interrupts);
    if (counted || interrupts.pending()) return counted;
    if (!knows_all_instructions(*folder)) {
        return fail(
            "'{}' has instructions that valgrind does not know (AVX-512, say): count a portable build "
            "(cmake --preset portable)",
            what.program);
    }
    const std::string last = complaint(*folder);
    return fail("counting instructions under callgrind: {}{}", counted.error().message,
                last.empty() ? "" : fmt::format("; valgrind says '{}'", last));
}

double per_iteration(std::uint64_t more, std::uint64_t less, std::int64_t iterations) {
    return (static_cast<double>(more) - static_cast<double>(less)) / static_cast<double>(iterations);
}

}  // namespace

Result<std::string> find_valgrind() {
    const char* path = std::getenv("PATH");
    for (std::string_view left = path == nullptr ? "" : path; !left.empty();) {
        const std::size_t end = std::min(left.find(':'), left.size());
        const fs::path candidate = fs::path(left.substr(0, end)) / "valgrind";
        if (access(candidate.c_str(), X_OK) == 0) return candidate.string();
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    return fail("instructions are counted by valgrind, which is not installed (run scripts/bootstrap)");
}

Result<model::Instructions> count_instructions(const CallgrindStart& what, Interrupts& interrupts) {
    const bool fixed_addresses = may_fix_addresses(interrupts);
    const auto once = count(what, fixed_addresses, what.iterations, interrupts);
    if (!once) return tl::unexpected(once.error());
    const auto twice = count(what, fixed_addresses, 2 * what.iterations, interrupts);
    if (!twice) return tl::unexpected(twice.error());
    const std::int64_t iterations = twice->iterations - once->iterations;
    if (iterations <= 0) {
        return fail("'{}' runs {} iterations when asked for twice as many as for {}", what.program,
                    twice->iterations, once->iterations);
    }
    if (twice->total < once->total + kFewest) {
        return fail(
            "{} iterations of '{}' have too few instructions to be counted (it waits, or does nothing)",
            iterations, what.program);
    }
    model::Instructions result;
    result.per_iteration = per_iteration(twice->total, once->total, iterations);
    for (const auto& [name, more] : twice->functions) {
        const auto before = once->functions.find(name);
        const std::uint64_t less = before == once->functions.end() ? 0 : before->second;
        if (more != less) result.functions[name] = per_iteration(more, less, iterations);
    }
    for (const auto& [name, less] : once->functions) {
        if (!twice->functions.contains(name)) result.functions[name] = per_iteration(0, less, iterations);
    }
    return result;
}

}  // namespace harness::run
