#pragma once

#include <filesystem>

#include "harness/model/result.h"

namespace harness::duel {

// A byte copy of a folder, beside it and with a path as long, so that its programs find what lies around them
// and their stacks begin at the same addresses. It goes with its owner.
class Twin {
  public:
    static Result<Twin> create(const std::filesystem::path& folder);

    Twin(Twin&& other) noexcept;
    Twin& operator=(Twin&&) = delete;
    ~Twin();

    const std::filesystem::path& path() const { return path_; }

  private:
    explicit Twin(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

// The folder as an absolute path without a slash at its end.
std::filesystem::path plain_folder(const std::filesystem::path& folder);

}  // namespace harness::duel
