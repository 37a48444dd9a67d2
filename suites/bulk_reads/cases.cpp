#include "suites/bulk_reads/cases.h"

#include <array>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "suites/bulk_reads/window.h"
#include "suites/common/guards.h"
#include "suites/common/sizes.h"
#include "vm/base/bits.h"

namespace suites::bulk_reads {
namespace {

using common::Case;
using common::kKiB;
using common::kMiB;
using vm::mem::PhysAddr;

constexpr std::array<std::uint64_t, 6> kSizes = {16, 256, 4 * kKiB, 64 * kKiB, 1 * kMiB, 64 * kMiB};

// A way to move `size` bytes between the guest's memory at `offset` and the buffer. Answers whether it did.
using Copy = bool (*)(Window& window, std::uint64_t offset, std::uint64_t size);

bool read_bytes(Window& window, std::uint64_t offset, std::uint64_t size) {
    return window.ram().read_bytes(Window::kBase + offset, {window.buffer().data(), size}).has_value();
}

bool write_bytes(Window& window, std::uint64_t offset, std::uint64_t size) {
    return window.ram().write_bytes(Window::kBase + offset, {window.buffer().data(), size}).has_value();
}

bool memcpy_read(Window& window, std::uint64_t offset, std::uint64_t size) {
    std::memcpy(window.buffer().data(), window.ram().host(Window::kBase + offset), size);
    return true;
}

bool memcpy_write(Window& window, std::uint64_t offset, std::uint64_t size) {
    std::memcpy(window.ram().host(Window::kBase + offset), window.buffer().data(), size);
    return true;
}

bool byte_loop(Window& window, std::uint64_t offset, std::uint64_t size) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(window.ram().host(Window::kBase + offset));
    auto* to = reinterpret_cast<std::uint8_t*>(window.buffer().data());
    for (std::uint64_t i = 0; i < size; ++i) {
        std::uint8_t byte = from[i];
        common::scalar_barrier(byte);  // else the compiler makes a call of memcpy of it
        to[i] = byte;
    }
    return true;
}

template <Copy kCopy>
void copy(benchmark::State& state, Window& window, Way way) {
    window.prepare(way);
    std::uint64_t size = window.buffer().size();
    std::uint64_t offset = 0;
    std::uint64_t last = 0;
    bool copied = true;
    for (auto _ : state) {
        common::scalar_barrier(size);  // a size known to the compiler would be copied by inlined moves
        copied = kCopy(window, offset, size) and copied;
        benchmark::ClobberMemory();
        last = offset;
        offset = window.next(offset);
    }
    if (not copied) {
        state.SkipWithError("a copy inside the memory was refused");
        return;
    }
    common::expect_equal(state, "number of words copied rightly", window.first_wrong_word(way, last),
                         size / 8);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(size));
}

// A request that must be refused (or is empty), at addresses from `first` on.
struct Request {
    const char* name;
    PhysAddr first;
    std::uint64_t size;
    bool succeeds;
};

constexpr std::uint64_t kErrorRam = Window::kSmallestSpan + 64;  // rounded up to pages by the window
constexpr std::array kRequests = {
    Request{"error/out_of_range", Window::kBase + vm::align_up(kErrorRam, vm::mem::kPageSize), 64, false},
    Request{"error/wrap", PhysAddr{~std::uint64_t{0} - 15}, 64, false},
    Request{"error/empty", Window::kBase, 0, true},
};

void refuse(benchmark::State& state, Window& window, const Request& request) {
    window.prepare(Way::to_guest);
    const std::vector<std::byte> before = window.buffer();
    std::uint64_t size = request.size;
    std::uint64_t offset = 0;
    bool expected = true;
    for (auto _ : state) {
        common::scalar_barrier(size);
        const auto result = window.ram().read_bytes(request.first + offset, {window.buffer().data(), size});
        expected = expected and result.has_value() == request.succeeds;
        offset = (offset + 1) & 7;
    }
    if (not expected) {
        state.SkipWithError(request.succeeds ? "an empty request was refused"
                                             : "a wrong request was granted");
        return;
    }
    if (window.buffer() != before) {
        state.SkipWithError("a request without bytes changed the buffer");
    }
}

// Makes the window when the first of its cases runs, and keeps it for the others of the same size.
class LazyWindow {
  public:
    explicit LazyWindow(std::uint64_t size) : size_(size) {}

    Window& operator()() {
        if (window_ == nullptr) {
            window_ = std::make_unique<Window>(size_);
        }
        return *window_;
    }

  private:
    std::uint64_t size_;
    std::unique_ptr<Window> window_;
};

template <Copy kCopy>
Case copy_case(const char* name, const std::shared_ptr<LazyWindow>& window, Way way, std::uint64_t size) {
    return {.id = fmt::format("{}/{}", name, common::size_text(size)),
            .body = [=](auto& state) { copy<kCopy>(state, (*window)(), way); },
            .metrics = {common::time_metric(), common::bandwidth_metric()},
            .tags = {"quick", "memory"},
            .touch = [=] { (*window)().touch(); }};
}

void add_size(std::vector<Case>& cases, std::uint64_t size) {
    const auto window = std::make_shared<LazyWindow>(size);
    const std::string text = common::size_text(size);
    Case read = copy_case<read_bytes>("read", window, Way::from_guest, size);
    Case write = copy_case<write_bytes>("write", window, Way::to_guest, size);
    // Below 4 KiB the bounds check and the call show beside the few cycles that the copy takes.
    if (size >= vm::mem::kPageSize) {
        read.targets = {{"time", "memcpy_read/" + text, 1.15}};
        write.targets = {{"time", "memcpy_write/" + text, 1.15}};
    }
    cases.push_back(std::move(read));
    cases.push_back(std::move(write));
    for (Case control : {copy_case<memcpy_read>("memcpy_read", window, Way::from_guest, size),
                         copy_case<memcpy_write>("memcpy_write", window, Way::to_guest, size),
                         copy_case<byte_loop>("byte_loop", window, Way::from_guest, size)}) {
        control.tags.push_back("reference");
        cases.push_back(std::move(control));
    }
}

}  // namespace

common::Suite suite() {
    common::Suite made{"bulk_reads", "How close do copies into and out of guest memory come to memcpy?", {}};
    for (const std::uint64_t size : kSizes) {
        add_size(made.cases, size);
    }
    const auto window = std::make_shared<LazyWindow>(64);
    for (const Request& request : kRequests) {
        made.cases.push_back({.id = request.name,
                              .body = [=](auto& state) { refuse(state, (*window)(), request); },
                              .metrics = {common::time_metric()},
                              .tags = {"quick", "memory"}});
    }
    return made;
}

}  // namespace suites::bulk_reads
