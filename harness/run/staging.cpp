#include "harness/run/staging.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

namespace harness::run {

namespace fs = std::filesystem;

namespace {

// Where a program lies in its copy: so that a file may lie beside its folder.
constexpr const char* kBelow = "programs";

constexpr auto kHow = fs::copy_options::recursive | fs::copy_options::overwrite_existing;

Result<void> copy_all(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::create_directories(to.parent_path(), error);
    if (!error) fs::copy(from, to, kHow, error);
    if (error) return fail("cannot copy '{}' to '{}': {}", from.string(), to.string(), error.message());
    return {};
}

}  // namespace

Result<Staging> Staging::create() {
    std::error_code error;
    const fs::path place = fs::temp_directory_path(error);
    if (error) return fail("no place for temporary files: {}", error.message());
    std::string name = (place / "vmbench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return fail("cannot make '{}': {}", name, std::strerror(errno));
    return Staging(name);
}

Staging::Staging(Staging&& other) noexcept : folder_(std::exchange(other.folder_, fs::path())) {}

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
