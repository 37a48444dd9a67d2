#pragma once

#include <cstdint>
#include <filesystem>

#include "suites/common/case.h"
#include "suites/jit/guest.h"

namespace suites::jit {

// A function of the guest program, and of this one, which says what is right.
struct Kernel {
    // warm: the code ran before. fresh: no instruction has been decoded; making the interpreter and the
    // compiler, and giving up those of before, counts.
    enum class Start : std::uint8_t { warm, fresh };

    const char* name;
    std::uint64_t (*native)(std::uint64_t argument);
    std::uint64_t argument;
    Start start = Start::warm;
    double target = 0;             // of the compiler's time to the interpreter's; 0: none
    const char* wanted = nullptr;  // the same in words
};

// One call of the kernel is one iteration. Fails unless the guest computes what the host does.
common::Case kernel_case(std::string id, const std::filesystem::path& folder, const Kernel& kernel,
                         const Engine& engine);

}  // namespace suites::jit
