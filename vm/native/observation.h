#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "vm/base/symbol_table.h"
#include "vm/jit/code_observer.h"
#include "vm/jit/counts.h"
#include "vm/native/dump.h"
#include "vm/native/hot_blocks.h"

namespace vm::native {

using jit::Counts;

struct ObservationOptions {
    DumpOptions dump{};
    Dump::Sink sink{};  // of dumps
    bool perf_map = false;
    bool gdb_jit = false;
    bool count_blocks = false;  // compiled code counts what it runs
};

// What people want to see of the compilers of all harts or threads of a guest.
class Observation final : public jit::CodeObserver {
  public:
    explicit Observation(const ObservationOptions& options);

    // Of the guest's code; added to before it runs.
    SymbolTable& symbols() { return symbols_; }

    jit::BlockCounter* counter(std::uint64_t pc) override;
    void stubs_made(const jit::Stubs& stubs, std::uint64_t end) override;
    void stubs_dropped(const jit::Stubs& stubs) override;
    void compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                  const jit::Stubs& stubs) override;
    void failed(const jit::Compilation& from, std::string_view why) override;
    void dropped(const jit::NativeBlock& block) override;
    std::unique_lock<std::mutex> hold() override { return std::unique_lock(mutex_); }

    // See compiler_statistics; while nothing runs.
    std::vector<std::string> statistics(const jit::Counts& counts, std::uint64_t instructions) const;

  private:
    std::mutex mutex_;  // one observer after the other
    SymbolTable symbols_;
    HotBlocks* hot_blocks_ = nullptr;
    std::vector<std::unique_ptr<jit::CodeObserver>> observers_;
};

}  // namespace vm::native
