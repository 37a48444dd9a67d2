#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "vm/guest/riscv/op.h"

namespace vm::guest::riscv {

// Decoded blocks of one code context (privilege and floating-point enable), found by pc: through a
// direct-mapped table of recent targets that handlers probe inline, behind it a map of all.
template <class Memory>
class CodeSpace {
  public:
    Op<Memory>* recent(std::uint64_t pc) const {
        const Entry& entry = recent_[slot(pc)];
        return entry.pc == pc ? entry.op : nullptr;
    }

    Op<Memory>* find(std::uint64_t pc) {
        const auto found = blocks_.find(pc);
        if (found == blocks_.end()) {
            return nullptr;
        }
        remember(pc, found->second);
        return found->second;
    }

    void add(std::uint64_t pc, Op<Memory>* op) {
        blocks_.emplace(pc, op);
        remember(pc, op);
    }

    void clear() {
        recent_.fill(Entry{});
        blocks_.clear();
    }

  private:
    static constexpr std::size_t kRecent = 4096;
    struct Entry {
        std::uint64_t pc = 1;  // odd: never a target
        Op<Memory>* op = nullptr;
    };

    static std::size_t slot(std::uint64_t pc) { return (pc >> 1) % kRecent; }
    void remember(std::uint64_t pc, Op<Memory>* op) { recent_[slot(pc)] = {pc, op}; }

    std::array<Entry, kRecent> recent_{};
    std::unordered_map<std::uint64_t, Op<Memory>*> blocks_;
};

// Room for ops, handed out in runs that stay put until clear().
template <class Memory>
class OpArena {
  public:
    // Space for `count` adjacent ops, of which the caller keeps the first `n` by keep(n).
    Op<Memory>* reserve(std::size_t count) {
        if (chunks_.empty() or used_ + count > kChunk) {
            chunks_.push_back(std::make_unique<Op<Memory>[]>(kChunk));
            used_ = 0;
        }
        return chunks_.back().get() + used_;
    }
    void keep(std::size_t count) { used_ += count; }

    // 64 MiB of ops: far beyond the hot code of any program; a full arena is emptied rather than searched.
    bool full() const { return chunks_.size() >= kChunks; }

    void clear() {
        chunks_.resize(chunks_.empty() ? 0 : 1);
        used_ = 0;
    }

  private:
    static constexpr std::size_t kChunk = 1024;
    static constexpr std::size_t kChunks = (std::size_t{64} << 20) / (kChunk * sizeof(Op<Memory>));

    std::vector<std::unique_ptr<Op<Memory>[]>> chunks_;
    std::size_t used_ = 0;
};

}  // namespace vm::guest::riscv
