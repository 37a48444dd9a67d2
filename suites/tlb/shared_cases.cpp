#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/lazy.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/patterns.h"
#include "suites/tlb/team.h"
#include "suites/tlb/trace.h"
#include "vm/mem/host_access.h"
#include "vm/mmu/shared_tlb.h"

namespace suites::tlb {
namespace {

using common::Case;
using vm::mem::kPageSize;

constexpr std::uint64_t kPages = 512;
constexpr std::uint64_t kFirst = 0x10'0000'0000;
constexpr std::uint16_t kAsid = 1;
constexpr std::array kTeams = {1U, 2U, 4U, 8U};

// What every thread reads: pages of the guest whose host pages lie in another order, visited at random. Each
// word tells the guest address it belongs to.
class Memory {
  public:
    Memory()
        : words_(kPages * kPageSize / 8), trace_(addresses(), [](std::uint64_t address) { return address; }) {
        for (std::uint64_t offset = 0; offset < kPages * kPageSize; offset += 8) {
            vm::mem::host_store(host(kFirst + offset), kFirst + offset);
        }
    }

    // The host page of a guest page: what a walk would say.
    std::byte* host(std::uint64_t address) {
        const std::uint64_t page = (address - kFirst) / kPageSize * 77 % kPages;
        return reinterpret_cast<std::byte*>(words_.data()) + page * kPageSize + address % kPageSize;
    }

    const Trace& trace() const { return trace_; }

  private:
    static Pattern addresses() {
        Pattern pattern = random(kPages);
        pattern.resize(32 * kBatch);
        for (std::uint64_t& address : pattern) {
            address += kFirst;
        }
        return pattern;
    }

    std::vector<std::uint64_t> words_;
    Trace trace_;
};

// The designs, each with a look-up that fills on a miss.
class LockFree {
  public:
    std::byte* reach(Memory& memory, std::uint64_t address) {
        if (std::byte* const host = tlb_.find(address, 8, kAsid); host != nullptr) [[likely]] {
            return host;
        }
        const auto ticket = tlb_.begin_fill(address);
        std::byte* const host = memory.host(address);
        tlb_.insert(ticket, address, kAsid, host - address % kPageSize);
        return host;
    }

  private:
    vm::mmu::SharedTlb tlb_;
};

class Private {
  public:
    std::byte* reach(Memory& memory, std::uint64_t address) {
        if (std::byte* const host = tlb_.find(address, 8); host != nullptr) [[likely]] {
            return host;
        }
        std::byte* const host = memory.host(address);
        tlb_.insert(address, host - address % kPageSize);
        return host;
    }

  private:
    vm::mmu::Tlb tlb_;
};

class Locked {
  public:
    std::byte* reach(Memory& memory, std::uint64_t address) {
        const std::uint64_t page = vm::mmu::page_of(address);
        const std::lock_guard lock(mutex_);
        auto found = pages_.find(page);
        if (found == pages_.end()) {
            found = pages_.emplace(page, memory.host(page)).first;
        }
        return found->second + address % kPageSize;
    }

  private:
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::byte*> pages_;
};

template <class Design>
[[gnu::noinline]] std::uint64_t read_some(Design& design, Memory& memory, const std::uint64_t* addresses,
                                          std::uint64_t count, std::uint64_t sum) {
    for (std::uint64_t n = 0; n != count; ++n) {
        sum += vm::mem::host_load<std::uint64_t>(design.reach(memory, addresses[n]));
    }
    return sum;
}

// The first `count` accesses of the trace.
template <class Design>
std::uint64_t read(Design& design, Memory& memory, std::uint64_t count) {
    std::uint64_t sum = 0;
    for (std::uint64_t done = 0; done < count; done += kBatch) {
        sum = read_some(design, memory, memory.trace().batch(done), std::min(kBatch, count - done), sum);
    }
    return sum;
}

// `design_of` gives each member of the team the design it uses.
template <class DesignOf>
void run(benchmark::State& state, Memory& memory, unsigned threads, DesignOf design_of) {
    std::vector<std::uint64_t> sums(threads);
    time_team(state, threads, [&](unsigned member, std::uint64_t share) {
        sums[member] = read(design_of(member), memory, share);
    });
    const auto total = static_cast<std::uint64_t>(state.iterations());
    for (unsigned member = 0; member < threads; ++member) {
        common::expect_equal(state, fmt::format("sum of thread {}", member), sums[member],
                             memory.trace().sum_of(share_of(total, threads, member)));
    }
}

template <class Design>
void run_shared(benchmark::State& state, Memory& memory, unsigned threads) {
    const auto design = std::make_unique<Design>();
    run(state, memory, threads, [&](unsigned) -> Design& { return *design; });
}

void run_private(benchmark::State& state, Memory& memory, unsigned threads) {
    std::vector<std::unique_ptr<Private>> designs(threads);
    std::generate(designs.begin(), designs.end(), [] { return std::make_unique<Private>(); });
    run(state, memory, threads, [&](unsigned member) -> Private& { return *designs[member]; });
}

void add_team(std::vector<Case>& cases, const std::shared_ptr<common::Lazy<Memory>>& memory,
              unsigned threads) {
    const std::string text = team_text(threads);
    const auto make = [&](const char* design, auto body) {
        return Case{.id = fmt::format("shared/{}/{}", design, text),
                    .body = [=](auto& state) { body(state, (*memory)(), threads); },
                    .metrics = {common::time_metric()},
                    .tags = {"quick", "tlb"},
                    .time_source = common::TimeSource::real};
    };
    Case lock_free = make("lock_free", run_shared<LockFree>);
    lock_free.targets = {{"time", "shared/private/" + text, 1.5}};
    cases.push_back(std::move(lock_free));
    cases.push_back(make("private", run_private));
    Case mutex = make("mutex", run_shared<Locked>);
    mutex.tags.push_back("reference");
    cases.push_back(std::move(mutex));
}

}  // namespace

std::vector<Case> shared_cases() {
    std::vector<Case> cases;
    const auto memory = common::lazy<Memory>();
    for (const unsigned threads : kTeams) {
        add_team(cases, memory, threads);
    }
    return cases;
}

}  // namespace suites::tlb
