#pragma once

#include <filesystem>

namespace suites::jit {

// For tests: where the guest programs are. Test programs lie one folder above suite programs.
inline std::filesystem::path test_folder() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "suites" / "guest";
}

}  // namespace suites::jit
