#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "vm/base/result.h"

namespace vm::jit {

// Memory for compiled code, mapped twice: where it runs it cannot be written, and where it is written it
// cannot run.
class CodeMemory {
  public:
    // Whole pages. Contents are zero.
    static Result<CodeMemory> create(std::size_t size);

    CodeMemory(CodeMemory&& other) noexcept { swap(other); }
    CodeMemory& operator=(CodeMemory&& other) noexcept {
        swap(other);
        return *this;
    }
    CodeMemory(const CodeMemory&) = delete;
    CodeMemory& operator=(const CodeMemory&) = delete;
    ~CodeMemory();

    std::size_t size() const { return size_; }
    std::byte* writable() { return writable_; }
    const std::byte* executable() const { return executable_; }
    // Where what is written at `offset` runs.
    std::uint64_t address(std::size_t offset) const {
        return reinterpret_cast<std::uint64_t>(executable_ + offset);
    }

  private:
    CodeMemory() = default;
    void swap(CodeMemory& other) noexcept {
        std::swap(size_, other.size_);
        std::swap(writable_, other.writable_);
        std::swap(executable_, other.executable_);
    }

    std::size_t size_ = 0;
    std::byte* writable_ = nullptr;
    const std::byte* executable_ = nullptr;
};

}  // namespace vm::jit
