#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "vm/base/elf_file.h"
#include "vm/engine/native_tier.h"

namespace suites::jit {

// Code of functions of the guest programs that other suites run, and of the C library in them.
class RealCode {
  public:
    // Throws std::runtime_error where there are none.
    explicit RealCode(const std::filesystem::path& folder);

    // Traces of exactly so many instructions, which begin in different places all over the code: at most
    // `most`. There are thousands of ten instructions, and a dozen of a hundred: code has jumps.
    std::vector<vm::engine::NativeRequest> traces(vm::engine::Frontend& frontend, std::uint32_t instructions,
                                                  std::size_t most) const;

  private:
    // Where it lies, and its bytes in the file.
    struct Function {
        std::uint64_t address;
        std::span<const std::byte> bytes;
    };

    std::vector<vm::ElfFile> programs_;  // keep the bytes
    std::vector<Function> functions_;
};

}  // namespace suites::jit
