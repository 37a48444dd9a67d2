#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vm/base/result.h"
#include "vm/native/native.h"

namespace vm::cli {

// What `vm run --kernel` and `--bios` ask for; empty texts are not given.
struct SystemRun {
    std::string kernel;
    std::string bios;
    std::string initrd;
    std::string append;
    std::string dtb;
    std::string dump_dtb;
    std::string serial = "stdio";
    unsigned harts = 1;
    std::uint64_t memory = 0;  // bytes
    std::uint64_t max_instructions = 0;
    std::optional<std::uint16_t> gdb;  // port on 127.0.0.1, 0 for any that is free
    bool stats = false;
    std::optional<native::Options> native{};     // hot code is compiled
    native::Observation* observation = nullptr;  // of that
};

// Runs the machine until it powers off, however often it reboots; returns vm's exit code. Errors are files
// that cannot be used.
Result<int> run_system(const SystemRun& options);

}  // namespace vm::cli
