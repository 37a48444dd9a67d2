#include "harness/run/staging.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace harness::run {

namespace fs = std::filesystem;

namespace {

// Where a program lies in its copy: so that a file may lie beside its folder.
constexpr const char* kBelow = "programs";

constexpr std::string_view kPrefix = "vmbench-";

// Locked as long as its folder is in use.
constexpr const char* kInUse = "in-use";

// A folder is not locked yet for a moment after it was made.
constexpr auto kYoung = std::chrono::minutes(1);

constexpr auto kHow = fs::copy_options::recursive | fs::copy_options::overwrite_existing;

Result<void> copy_all(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (!error) fs::copy(from, to, kHow, error);
    if (error) return fail("cannot copy '{}' to '{}': {}", from.string(), to.string(), error.message());
    return {};
}

bool is_left_behind(const fs::path& folder) {
    std::error_code error;
    if (!folder.filename().string().starts_with(kPrefix) || !fs::exists(folder / kInUse, error)) return false;
    const auto changed = fs::last_write_time(folder, error);
    return !error && fs::file_time_type::clock::now() - changed > kYoung && !Turn::is_taken(folder / kInUse);
}

// What cannot be read or removed is another user's, or gone already.
void remove_left_behind(const fs::path& place) {
    std::error_code ignored;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(place, ignored), end; entry != end; entry.increment(ignored)) {
        if (is_left_behind(entry->path())) found.push_back(entry->path());
    }
    for (const fs::path& folder : found) fs::remove_all(folder, ignored);
}

}  // namespace

Result<Staging> Staging::create() {
    std::error_code error;
    const fs::path place = fs::temp_directory_path(error);
    if (error) return fail("no place for temporary files: {}", error.message());
    remove_left_behind(place);
    std::string name = (place / fmt::format("{}XXXXXX", kPrefix)).string();
    if (mkdtemp(name.data()) == nullptr) return fail("cannot make '{}': {}", name, std::strerror(errno));
    auto use = Turn::try_take(fs::path(name) / kInUse);
    if (use && use->has_value()) return Staging(name, std::move(**use));
    fs::remove(fs::path(name) / kInUse, error);  // unlike remove_all, without opening anything
    fs::remove(name, error);
    if (!use) return tl::unexpected(use.error());
    return fail("'{}' is in use by another program", name);
}

Staging::Staging(Staging&& other) noexcept
    : folder_(std::exchange(other.folder_, fs::path())), use_(std::move(other.use_)) {}

Staging::~Staging() {
    std::error_code ignored;
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

Result<std::string> Staging::copy(std::string_view name, const StagedProgram& what) const {
    const fs::path root = folder_ / name;
    std::error_code error;
    fs::remove_all(root, error);
    if (error) return fail("cannot remove '{}': {}", root.string(), error.message());
    const fs::path program = root / kBelow / what.program.filename();
    if (auto done = copy_all(what.program, program); !done) return tl::unexpected(done.error());
    for (const std::string& file : what.files) {
        const fs::path from = what.program.parent_path() / file;
        const fs::path to = (root / kBelow / file).lexically_normal();
        const fs::path inside = to.lexically_relative(root);
        if (inside.empty() || *inside.begin() == "..") {
            return fail("'{}' is further up than the folder above '{}'", file, what.program.string());
        }
        if (!fs::exists(from)) continue;
        if (auto done = copy_all(from, to); !done) return tl::unexpected(done.error());
    }
    return program.string();
}

}  // namespace harness::run
