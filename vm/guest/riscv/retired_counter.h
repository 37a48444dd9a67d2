#pragma once

#include <cstdint>

namespace vm::guest::riscv {

// A counter of retired instructions that may be stopped and written (Priv. 3.1.10, 3.1.12). `instret` is the
// number of instructions retired before the one that asks. mcycle is one as well: a cycle is an instruction
// here.
class RetiredCounter {
  public:
    std::uint64_t read(std::uint64_t instret) const { return stopped_ ? stopped_at_ : instret + offset_; }

    // Takes effect after the writing instruction, whose own retirement does not count on top. (Priv. 3.1.10,
    // and Unpriv. 6.1 on side effects of CSR writes)
    void write(std::uint64_t instret, std::uint64_t value) {
        stopped_at_ = value;
        offset_ = value - (instret + 1);
    }

    // The instruction that stops a counter is the last one counted; the one that starts it is not counted.
    void stop(std::uint64_t instret, bool stop) {
        if (stop and not stopped_) {
            stopped_at_ = instret + 1 + offset_;
        } else if (stopped_ and not stop) {
            offset_ = stopped_at_ - (instret + 1);
        }
        stopped_ = stop;
    }

    bool stopped() const { return stopped_; }

  private:
    std::uint64_t offset_ = 0;
    std::uint64_t stopped_at_ = 0;
    bool stopped_ = false;
};

}  // namespace vm::guest::riscv
