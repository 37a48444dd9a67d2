#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/result.h"
#include "harness/run/turn.h"

namespace harness::run {

// A program and what else it needs, as paths from its own folder.
struct StagedProgram {
    std::filesystem::path program;
    std::vector<std::string> files;  // or folders; what is not there is left out
};

// A place for fresh copies of programs. Which pages of memory a program's file happens to lie in changes its
// speed by up to a tenth (caches and TLBs are indexed by them) for as long as the file stays cached: two
// identical files differ lastingly. So each pair runs copies of its own, which makes noise of that luck.
class Staging {
  public:
    // A new folder in the place for temporary files; removed when this goes. So are folders there that killed
    // runs of this user left.
    static Result<Staging> create();

    Staging(Staging&& other) noexcept;
    Staging& operator=(Staging&&) = delete;
    ~Staging();

    // Copies the program and its files to a folder called `name`, instead of what an earlier call left there.
    // They lie to one another as the originals do, which must not be further up than one folder. Returns the
    // copy's path.
    Result<std::string> copy(std::string_view name, const StagedProgram& what) const;

    const std::filesystem::path& folder() const { return folder_; }

  private:
    Staging(std::filesystem::path folder, Turn use) : folder_(std::move(folder)), use_(std::move(use)) {}

    std::filesystem::path folder_;  // empty after a move
    Turn use_;                      // tells others that the folder is not left behind
};

}  // namespace harness::run
