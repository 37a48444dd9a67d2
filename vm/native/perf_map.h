#pragma once

#include <set>
#include <string>
#include <sys/types.h>

#include "vm/base/symbol_table.h"
#include "vm/jit/code_observer.h"

namespace vm::native {

// Tells perf what compiled code is called: FOLDER/perf-PID.map, where perf looks in /tmp, with a line
// "START SIZE NAME" for each block (tools/perf/Documentation/jit-interface.txt of Linux). The child of a fork
// has a file of its own. perf reads them when the run is over, so they stay; one that another process of that
// number left goes first.
class PerfMap final : public jit::CodeObserver {
  public:
    // The symbols outlive it.
    explicit PerfMap(const SymbolTable& symbols, std::string folder = "/tmp")
        : symbols_(symbols), folder_(std::move(folder)) {}

    void stubs_made(const jit::Stubs& stubs, std::uint64_t end) override;
    void compiled(const jit::Compilation& from, const jit::NativeBlock& block,
                  const jit::Stubs& stubs) override;

  private:
    void add(std::uint64_t address, std::uint64_t size, const std::string& name);

    const SymbolTable& symbols_;
    std::string folder_;
    std::set<pid_t> begun_;  // a child that borrows the memory of its parent shares this
};

}  // namespace vm::native
