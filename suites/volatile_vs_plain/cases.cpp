#include "suites/volatile_vs_plain/cases.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/sizes.h"
#include "suites/volatile_vs_plain/passes.h"

namespace suites::volatile_vs_plain {
namespace {

using common::Case;
using common::kKiB;
using common::kMiB;

template <class T>
std::vector<T> numbered(std::uint64_t bytes) {
    std::vector<T> elements(bytes / sizeof(T));
    for (std::size_t i = 0; i < elements.size(); ++i) {
        elements[i] = static_cast<T>(i * 2654435761U + 7);
    }
    return elements;
}

// The array is known to code the compiler cannot see, so that no pass over it can be dropped or merged with
// another.
template <class T>
void publish(const std::vector<T>& elements) {
    const T* data = elements.data();
    benchmark::DoNotOptimize(data);
}

void report_bytes(benchmark::State& state, std::uint64_t bytes) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

template <class Way, class T>
void read(benchmark::State& state, std::uint64_t bytes) {
    const std::vector<T> elements = numbered<T>(bytes);
    publish(elements);
    T total = 0;
    for (auto _ : state) {
        total = static_cast<T>(total + sum<Way, T>(elements));
        benchmark::ClobberMemory();
    }
    T known = 0;
    for (const T element : elements) {
        known = static_cast<T>(known + element);
    }
    known = static_cast<T>(known * static_cast<T>(state.iterations()));
    common::expect_equal(state, "sum of all passes", +total, +known);
    report_bytes(state, bytes);
}

template <class Way, class T>
void write(benchmark::State& state, std::uint64_t bytes) {
    std::vector<T> elements = numbered<T>(bytes);
    publish(elements);
    T value = 1;
    for (auto _ : state) {
        fill<Way, T>(elements, value);
        benchmark::ClobberMemory();
        value = static_cast<T>(value + 3);
    }
    const auto last = static_cast<T>(value - 3);
    const auto right = std::count(elements.begin(), elements.end(), last);
    common::expect_equal(state, "number of elements written", right, std::ssize(elements));
    report_bytes(state, bytes);
}

template <class Way, class T>
void update(benchmark::State& state, std::uint64_t bytes) {
    std::vector<T> elements = numbered<T>(bytes);
    publish(elements);
    for (auto _ : state) {
        add<Way, T>(elements, T{5});
        benchmark::ClobberMemory();
    }
    std::vector<T> known = numbered<T>(bytes);
    const auto added = static_cast<T>(static_cast<T>(state.iterations()) * T{5});
    for (T& element : known) {
        element = static_cast<T>(element + added);
    }
    if (elements != known) {
        state.SkipWithError("an element is not what it was plus 5 for each pass");
    }
    report_bytes(state, 2 * bytes);
}

struct Operation {
    std::string_view name;
    void (*body)(benchmark::State&, std::uint64_t bytes);
};

template <class Way, class T>
constexpr std::array<Operation, 3> kOperations = {
    Operation{"read", read<Way, T>}, Operation{"write", write<Way, T>}, Operation{"update", update<Way, T>}};

template <class Way, class T>
Case make(const Operation& operation, std::string_view way, std::uint64_t bytes) {
    return {.id = fmt::format("{}/{}/u{}/{}", operation.name, way, 8 * sizeof(T), common::size_text(bytes)),
            .body = [=](auto& state) { operation.body(state, bytes); },
            .metrics = {common::time_metric(), common::bandwidth_metric()},
            .tags = {"quick", "memory", "compiler"}};
}

// Plain and volatile side by side; the target makes the ratio visible in every report: plain is never the
// slower one.
template <class T>
void add_size(std::vector<Case>& cases, std::uint64_t bytes) {
    for (std::size_t i = 0; i < kOperations<Plain, T>.size(); ++i) {
        Case plain = make<Plain, T>(kOperations<Plain, T>[i], "plain", bytes);
        Case forbidden = make<Volatile, T>(kOperations<Volatile, T>[i], "volatile", bytes);
        plain.targets = {{"time", forbidden.id, 1.0}};
        cases.push_back(std::move(plain));
        cases.push_back(std::move(forbidden));
    }
}

}  // namespace

common::Suite suite() {
    common::Suite made{
        "volatile_vs_plain", "What does volatile cost, beside plain and relaxed atomic accesses?", {}};
    add_size<std::uint8_t>(made.cases, 1 * kKiB);
    add_size<std::uint32_t>(made.cases, 1 * kKiB);
    add_size<std::uint64_t>(made.cases, 1 * kKiB);
    add_size<std::uint32_t>(made.cases, 64 * kKiB);
    add_size<std::uint32_t>(made.cases, 1 * kMiB);
    for (const Operation& operation : kOperations<Atomic, std::uint32_t>) {
        made.cases.push_back(make<Atomic, std::uint32_t>(operation, "atomic", 1 * kKiB));
    }
    return made;
}

}  // namespace suites::volatile_vs_plain
