#pragma once

#include <filesystem>

#include "harness/model/result.h"

namespace harness::duel {

// A byte copy of a folder, beside it and with a path as long, so that its programs find what lies around them
// and their stacks begin at the same addresses. It goes with its owner; that of an owner that was killed goes
// when its name is needed next.
class Twin {
  public:
    static Result<Twin> create(const std::filesystem::path& folder);

    Twin(Twin&& other) noexcept;
    Twin& operator=(Twin&&) = delete;
    ~Twin();

    const std::filesystem::path& path() const { return path_; }

  private:
    Twin(std::filesystem::path path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::filesystem::path path_;
    int lock_ = -1;  // the folder, open and locked for as long as there is an owner
};

// The folder as an absolute path without a slash at its end.
std::filesystem::path plain_folder(const std::filesystem::path& folder);

}  // namespace harness::duel
