#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "vm/tests/differential/batch.h"
#include "vm/tests/differential/engine_runs.h"

namespace vm::tests {

// The first thing in a program's data that differs ("f3: vm ..., qemu ..."); none when all is equal. Both
// spans hold program_data::kSize bytes.
std::optional<std::string> first_difference(std::span<const std::byte> vm, std::span<const std::byte> qemu);

// The programs of a batch that ended differently or not at all, by their numbers. Runs them one by one when a
// process failed.
Result<std::vector<std::uint64_t>> differing_programs(const Engines& engines, const BatchRequest& request);

// Cuts the program down to the first item after which the engines disagree, and describes it: seed, number,
// what differs, the item's instructions and the registers they name as they were before it.
Result<std::string> describe_difference(const Engines& engines, std::uint64_t seed, std::uint64_t number);

}  // namespace vm::tests
