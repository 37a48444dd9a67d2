#include "harness/cli/paths.h"

#include <cstdlib>
#include <filesystem>

namespace harness::cli {

namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
    std::error_code error;
    return fs::read_symlink("/proc/self/exe", error).parent_path();
}

}  // namespace

std::string default_database() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    fs::path folder = data != nullptr ? data : "";
    // The specification has relative paths ignored. (XDG Base Directory Specification, "Basics")
    if (!folder.is_absolute()) folder = fs::path(home != nullptr ? home : "/") / ".local/share";
    return (folder / "vmbench/vmbench.db").string();
}

std::string default_suite_folder() { return (program_folder() / "suites").string(); }

std::string reports_folder() {
    for (const fs::path& folder :
         {fs::path(VMBENCH_REPORTS_DIR), program_folder() / "../share/vmbench/reports"}) {
        std::error_code error;
        if (fs::exists(folder / "__main__.py", error)) return folder.lexically_normal().string();
    }
    return {};
}

}  // namespace harness::cli
