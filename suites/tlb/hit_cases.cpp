#include <array>
#include <memory>
#include <span>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/lazy.h"
#include "suites/tlb/groups.h"
#include "suites/tlb/ring.h"
#include "suites/tlb/trace.h"
#include "vm/mem/host_access.h"

namespace suites::tlb {
namespace {

using common::Case;
using common::scalar_barrier;
using vm::mem::host_load;
using vm::mmu::Tlb;

// No multiple of a ring's length, so that where a chase ends tells how far it came.
constexpr std::uint64_t kChase = kBatch - 1;

// Loops are functions of their own and carry their state by value, because among the benchmark's other state
// the compiler keeps it in memory, which then is what is measured.
[[gnu::noinline]] std::uint64_t chase_guest(const Tlb& tlb, std::uint64_t address) {
    for (std::uint64_t n = kChase; n != 0; --n) {
        const std::byte* const host = tlb.find(address, 8);
        if (host == nullptr) [[unlikely]] {
            return 0;
        }
        address = host_load<std::uint64_t>(host);
    }
    return address;
}

[[gnu::noinline]] const std::byte* chase_host(const std::byte* host) {
    for (std::uint64_t n = kChase; n != 0; --n) {
        host = reinterpret_cast<const std::byte*>(host_load<std::uint64_t>(host + 8));
    }
    return host;
}

[[gnu::noinline]] std::uint64_t sum_guest(const Tlb& tlb, const std::uint64_t* addresses, std::uint64_t sum) {
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        const std::byte* const host = tlb.find(addresses[n], 8);
        if (host == nullptr) [[unlikely]] {
            return 0;
        }
        sum += host_load<std::uint64_t>(host);
        scalar_barrier(sum);
    }
    return sum;
}

[[gnu::noinline]] std::uint64_t sum_host(const std::uint64_t* addresses, std::uint64_t sum) {
    for (std::uint64_t n = 0; n != kBatch; ++n) {
        sum += host_load<std::uint64_t>(reinterpret_cast<const std::byte*>(addresses[n]));
        scalar_barrier(sum);
    }
    return sum;
}

std::uint64_t iterations_of(const benchmark::State& state) {
    return static_cast<std::uint64_t>(state.iterations());
}

void dependent_hits(benchmark::State& state, const Ring& ring) {
    std::uint64_t address = ring.guest_after(0);
    while (state.KeepRunningBatch(kChase)) {
        address = chase_guest(ring.tlb(), address);
    }
    common::expect_equal(state, "address reached", address, ring.guest_after(iterations_of(state)));
}

void dependent_raw(benchmark::State& state, const Ring& ring) {
    const std::byte* host = ring.host_after(0);
    while (state.KeepRunningBatch(kChase)) {
        host = chase_host(host);
    }
    common::expect_equal(state, "address reached", reinterpret_cast<std::uintptr_t>(host),
                         reinterpret_cast<std::uintptr_t>(ring.host_after(iterations_of(state))));
}

void independent_hits(benchmark::State& state, const Ring& ring) {
    const Trace trace = ring.guest_trace();
    std::uint64_t sum = 0;
    while (state.KeepRunningBatch(kBatch)) {
        sum = sum_guest(ring.tlb(), trace.batch(0), sum);
    }
    common::expect_equal(state, "sum of what was read", sum, trace.sum_of(iterations_of(state)));
}

void independent_raw(benchmark::State& state, const Ring& ring) {
    const Trace trace = ring.host_trace();
    std::uint64_t sum = 0;
    while (state.KeepRunningBatch(kBatch)) {
        sum = sum_host(trace.batch(0), sum);
    }
    common::expect_equal(state, "sum of what was read", sum, trace.sum_of(iterations_of(state)));
}

constexpr std::uint64_t kTogether = 64;

using Addresses = std::span<const std::uint64_t, kTogether>;
using Hosts = std::span<std::byte*, kTogether>;

[[gnu::noinline]] std::uint64_t find_together(const Tlb& tlb, Addresses addresses, Hosts hosts) {
    return tlb.find_all(addresses, 8, hosts);
}

// As code does that has other things to do in between: nothing is known of one look-up in the next.
[[gnu::noinline]] std::uint64_t find_one_by_one(const Tlb& tlb, Addresses addresses, Hosts hosts) {
    std::uint64_t misses = 0;
    for (std::uint64_t n = 0; n != kTogether; ++n) {
        benchmark::ClobberMemory();
        hosts[n] = tlb.find(addresses[n], 8);
        if (hosts[n] == nullptr) [[unlikely]] {
            ++misses;
        }
    }
    return misses;
}

template <std::uint64_t (*kFind)(const Tlb&, Addresses, Hosts)>
void batches(benchmark::State& state, const Ring& ring) {
    const Trace trace = ring.guest_trace();
    std::array<std::byte*, kTogether> hosts{};
    std::uint64_t misses = 0;
    std::uint64_t done = 0;
    while (state.KeepRunningBatch(kTogether)) {
        misses += kFind(ring.tlb(), Addresses(trace.batch(done), kTogether), hosts);
        done += kTogether;
    }
    common::expect_equal(state, "number of misses", misses, std::uint64_t{0});
    for (std::uint64_t n = 0; n != kTogether; ++n) {
        const bool right = hosts[n] == ring.host_after(done - kTogether + n);
        common::expect_equal(state, "whether a host address is right", right, true);
    }
}

using Body = void (*)(benchmark::State&, const Ring&);

Case ring_case(std::string id, const std::shared_ptr<common::Lazy<Ring>>& ring, Body body) {
    return {.id = std::move(id),
            .body = [=](auto& state) { body(state, (*ring)()); },
            .metrics = {common::time_metric()},
            .tags = {"quick", "tlb"},
            .touch = [=] { (*ring)().touch(); }};
}

Case control_case(std::string id, const std::shared_ptr<common::Lazy<Ring>>& ring, Body body) {
    Case control = ring_case(std::move(id), ring, body);
    control.tags.push_back("reference");
    return control;
}

void add_hits(std::vector<Case>& cases, std::uint64_t pages) {
    const auto ring = common::lazy<Ring>(pages);
    const std::string text = fmt::format("{}_pages", pages);
    Case dependent = ring_case("hit/dependent/" + text, ring, dependent_hits);
    // The floor of 6 ns, where this class of machine takes 1.7 ns for a raw pointer.
    dependent.targets = {{"time", "raw/dependent/" + text, 3.5}};
    cases.push_back(std::move(dependent));
    cases.push_back(ring_case("hit/independent/" + text, ring, independent_hits));
    cases.push_back(control_case("raw/dependent/" + text, ring, dependent_raw));
    cases.push_back(control_case("raw/independent/" + text, ring, independent_raw));
}

}  // namespace

std::vector<Case> hit_cases() {
    std::vector<Case> cases;
    add_hits(cases, 32);
    add_hits(cases, 512);
    const auto ring = common::lazy<Ring>(std::uint64_t{256});
    cases.push_back(ring_case("batch/64_together", ring, batches<find_together>));
    cases.push_back(ring_case("batch/64_one_by_one", ring, batches<find_one_by_one>));
    return cases;
}

}  // namespace suites::tlb
