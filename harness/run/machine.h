#pragma once

#include <filesystem>

#include "harness/model/machine.h"

namespace harness::run {

// What the kernel says about this machine. `root` is where /proc and /sys are found. What it does not say is
// empty or zero (the governor is "none" where there is no frequency control).
model::Machine fingerprint(const std::filesystem::path& root = "/");

}  // namespace harness::run
