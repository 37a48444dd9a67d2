#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/run/child.h"

namespace harness::tests {

// What a command printed and how it ended.
struct Printed {
    int code = -1;
    std::string out;
    std::string err;
};

// For measurements that are not about the machine's state: one that steals the tests' time voids none of
// them.
inline constexpr const char* kNoteConditions = "--bad-conditions=note";

// A folder with a store and one suite, "fake"; commands are the built vmbench's.
class Bench : public testing::Test {
  protected:
    void SetUp() override;
    void TearDown() override;

    // vmbench with these arguments, with `environment` (NAME=VALUE) added.
    Printed vmbench(const std::vector<std::string>& arguments,
                    const std::vector<std::string>& environment = {});

    // `vmbench run` of these cases, quick, with short slices.
    Printed measure(const std::string& cases, const std::vector<std::string>& more = {},
                    const std::vector<std::string>& environment = {});

    void add_suite(const std::string& name);

    // Two build folders, "base" and "head", each with the suite "fake".
    void add_sides();

    // The only value a query of the store gives.
    std::string query(const std::string& sql);

    std::filesystem::path folder_;
    std::filesystem::path database_;
};

}  // namespace harness::tests
