#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace vm::user {

// The exit code of a process whose budget is spent, as timeout(1) has it.
inline constexpr int kBudgetSpentCode = 124;

// How many more instructions the threads of a program may retire together. A thread takes some, and gives
// back what it did not use; so when nothing is left, threads that still hold some may have retired fewer.
class Budget {
  public:
    void set(std::uint64_t instructions) { left_.store(instructions, std::memory_order_relaxed); }

    // At most `wanted`, 0 when nothing is left.
    std::uint64_t take(std::uint64_t wanted) {
        std::uint64_t left = left_.load(std::memory_order_relaxed);
        while (
            not left_.compare_exchange_weak(left, left - std::min(left, wanted), std::memory_order_relaxed)) {
        }
        return std::min(left, wanted);
    }

    std::uint64_t left() const { return left_.load(std::memory_order_relaxed); }

    void give_back(std::uint64_t instructions) { left_.fetch_add(instructions, std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> left_ = 0;
};

}  // namespace vm::user
