#include "suites/memory_sizes/cases.h"

#include <array>
#include <memory>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/sizes.h"
#include "suites/memory_sizes/accesses.h"
#include "suites/memory_sizes/footprint.h"
#include "suites/memory_sizes/walk.h"

namespace suites::memory_sizes {
namespace {

using common::Case;
using common::kKiB;
using common::kMiB;
using common::scalar_barrier;

constexpr std::array kFootprints = {4 * kKiB, 1 * kMiB, 64 * kMiB};

// Accesses between two looks at the clock's counter, so that the loop around them costs nothing.
constexpr std::uint64_t kBatch = 4096;

enum class Alignment { aligned, unaligned };
enum class Operation { read, write };

struct Shape {
    Operation operation;
    std::uint64_t width;
    Alignment alignment;
    std::uint64_t footprint;

    Walk walk() const { return {width, footprint}; }
    std::uint64_t offset() const { return alignment == Alignment::aligned ? 0 : 1; }

    std::string name() const {
        return fmt::format("{}/{}/{}/{}", operation == Operation::read ? "read" : "write", width,
                           alignment == Alignment::aligned ? "aligned" : "unaligned",
                           common::size_text(footprint));
    }
};

void fail_access(benchmark::State& state) { state.SkipWithError("an access inside the memory was refused"); }

void report_bytes(benchmark::State& state, const Shape& shape) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(shape.width));
}

// How far a loop has come: the position of its next access, and the sum of what was read or the next value to
// write. The loops are functions of their own and carry this by value, because among the benchmark's other
// state the compiler keeps it in memory, which then is what is measured.
struct Progress {
    std::uint64_t position = 0;
    std::uint64_t value = 0;
    bool refused = false;
};

template <class Access, class T>
[[gnu::noinline]] Progress read_batch(Access access, Walk walk, Progress at) {
    for (std::uint64_t n = kBatch; n != 0; --n) {
        T value;
        if (not access.read(at.position, value)) [[unlikely]] {
            return {.refused = true};
        }
        scalar_barrier(value);
        at.value += value;
        at.position = walk.next(at.position);
    }
    return at;
}

template <class Access, class T>
[[gnu::noinline]] Progress write_batch(Access access, Walk walk, Progress at) {
    for (std::uint64_t n = kBatch; n != 0; --n) {
        auto value = static_cast<T>(at.value++);
        scalar_barrier(value);
        if (not access.write(at.position, value)) [[unlikely]] {
            return {.refused = true};
        }
        at.position = walk.next(at.position);
    }
    return at;
}

template <class Access, class T>
void read_scalars(benchmark::State& state, Footprint& footprint, const Shape& shape) {
    const Access access(footprint.with_pattern(shape.footprint), Footprint::kBase + shape.offset());
    const Walk walk = shape.walk();
    Progress at;
    while (state.KeepRunningBatch(kBatch)) {
        at = read_batch<Access, T>(access, walk, at);
        if (at.refused) {
            return fail_access(state);
        }
    }
    const auto accesses = static_cast<std::uint64_t>(state.iterations());
    common::expect_equal(state, "sum of what was read", at.value,
                         pattern_sum<T>(walk, shape.offset(), accesses));
    report_bytes(state, shape);
}

// Every scalar holds what its last write left: the low bytes of that write's number.
template <class T>
void check_written(benchmark::State& state, const RawAccess& memory, const Walk& walk, std::uint64_t first,
                   std::uint64_t accesses) {
    std::uint64_t number = accesses - std::min(accesses, walk.elements());
    for (std::uint64_t position = walk.at(number); number != accesses;
         ++number, position = walk.next(position)) {
        T value;
        memory.read(position, value);
        if (value != static_cast<T>(first + number)) {
            common::expect_equal(state, fmt::format("scalar at {}", position), +value,
                                 +static_cast<T>(first + number));
            return;
        }
    }
}

template <class Access, class T>
void write_scalars(benchmark::State& state, Footprint& footprint, const Shape& shape) {
    vm::mem::GuestRam& ram = footprint.to_overwrite(shape.footprint);
    const vm::mem::PhysAddr start = Footprint::kBase + shape.offset();
    const Access access(ram, start);
    const Walk walk = shape.walk();
    // Another first value in each call, so that the last call's bytes cannot pass for this one's.
    const std::uint64_t first = 0x35 * static_cast<std::uint64_t>(state.max_iterations);
    Progress at{.value = first};
    while (state.KeepRunningBatch(kBatch)) {
        at = write_batch<Access, T>(access, walk, at);
        if (at.refused) {
            return fail_access(state);
        }
    }
    check_written<T>(state, RawAccess(ram, start), walk, first,
                     static_cast<std::uint64_t>(state.iterations()));
    report_bytes(state, shape);
}

template <class Access, class T>
void run(benchmark::State& state, Footprint& footprint, const Shape& shape) {
    if (shape.operation == Operation::read) {
        read_scalars<Access, T>(state, footprint, shape);
    } else {
        write_scalars<Access, T>(state, footprint, shape);
    }
}

template <class Access>
void run(benchmark::State& state, Footprint& footprint, const Shape& shape) {
    switch (shape.width) {
        case 1:
            return run<Access, std::uint8_t>(state, footprint, shape);
        case 2:
            return run<Access, std::uint16_t>(state, footprint, shape);
        case 4:
            return run<Access, std::uint32_t>(state, footprint, shape);
        default:
            return run<Access, std::uint64_t>(state, footprint, shape);
    }
}

// What the issue of this suite promises: at most half more than the raw pointer; 8 aligned bytes cost what 4
// do.
std::vector<common::Target> targets(const Shape& shape) {
    std::vector<common::Target> wanted = {{"time", "raw_" + shape.name(), 1.5}};
    if (shape.width == 8 and shape.alignment == Alignment::aligned) {
        Shape half = shape;
        half.width = 4;
        wanted.push_back({"time", half.name(), 1.05});
    }
    return wanted;
}

void add_pair(std::vector<Case>& cases, const std::shared_ptr<Footprint>& footprint, const Shape& shape) {
    const std::vector<common::Metric> metrics = {common::time_metric(), common::bandwidth_metric()};
    const auto touch = [=] { footprint->touch(shape.footprint); };
    cases.push_back({.id = shape.name(),
                     .body = [=](auto& state) { run<GuestAccess>(state, *footprint, shape); },
                     .metrics = metrics,
                     .tags = {"quick", "memory"},
                     .targets = targets(shape),
                     .touch = touch});
    cases.push_back({.id = "raw_" + shape.name(),
                     .body = [=](auto& state) { run<RawAccess>(state, *footprint, shape); },
                     .metrics = metrics,
                     .tags = {"quick", "memory", "reference"},
                     .touch = touch});
}

}  // namespace

common::Suite suite() {
    common::Suite made{
        "memory_sizes", "What does one guest load or store cost beside a raw host pointer?", {}};
    const auto memory = std::make_shared<Footprint>(kFootprints.back());
    for (const Operation operation : {Operation::read, Operation::write}) {
        for (const std::uint64_t width : {1U, 2U, 4U, 8U}) {
            for (const Alignment alignment : {Alignment::aligned, Alignment::unaligned}) {
                if (width == 1 and alignment == Alignment::unaligned) {
                    continue;  // a byte is always aligned
                }
                for (const std::uint64_t footprint : kFootprints) {
                    add_pair(made.cases, memory, {operation, width, alignment, footprint});
                }
            }
        }
    }
    return made;
}

}  // namespace suites::memory_sizes
