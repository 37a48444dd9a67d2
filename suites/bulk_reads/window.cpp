#include "suites/bulk_reads/window.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <stdexcept>
#include <utility>

#include "suites/common/touch.h"
#include "vm/base/bits.h"

namespace suites::bulk_reads {
namespace {

constexpr int kPoison = 0xee;

vm::mem::GuestRam make_ram(std::uint64_t bytes) {
    auto made = vm::mem::GuestRam::create(Window::kBase, vm::align_up(bytes, vm::mem::kPageSize));
    if (not made) {
        throw std::runtime_error(made.error().message);
    }
    return std::move(*made);
}

std::uint64_t ram_word(std::uint64_t index) { return (index + 1) * 0x9e3779b97f4a7c15; }
std::uint64_t buffer_word(std::uint64_t index) { return ~((index + 1) * 0xbf58476d1ce4e5b9); }

template <std::uint64_t (*kWord)(std::uint64_t)>
void fill(std::span<std::byte> bytes) {
    for (std::uint64_t i = 0; i < bytes.size() / 8; ++i) {
        const std::uint64_t word = kWord(i);
        std::memcpy(bytes.data() + 8 * i, &word, 8);
    }
}

template <std::uint64_t (*kWord)(std::uint64_t)>
std::uint64_t first_difference(std::span<const std::byte> bytes, std::uint64_t first_index) {
    std::uint64_t i = 0;
    for (; i < bytes.size() / 8; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + 8 * i, 8);
        if (word != kWord(first_index + i)) {
            break;
        }
    }
    return i;
}

}  // namespace

Window::Window(std::uint64_t size)
    : span_(std::clamp(std::bit_ceil(size), kSmallestSpan, kLargestSpan)),
      ram_(make_ram(span_ + size)),
      buffer_(size) {}

void Window::prepare(Way way) {
    const std::span<std::byte> guest(ram_.host(kBase), ram_.size());
    if (way == Way::from_guest) {
        if (not std::exchange(ram_filled_, true)) {
            fill<ram_word>(guest);
        }
        std::memset(buffer_.data(), kPoison, buffer_.size());
        buffer_filled_ = false;
    } else {
        if (not std::exchange(buffer_filled_, true)) {
            fill<buffer_word>(buffer_);
        }
        std::memset(guest.data(), kPoison, guest.size());
        ram_filled_ = false;
    }
}

void Window::touch() const {
    common::touch_lines({ram_.host(kBase), ram_.size()});
    common::touch_lines(buffer_);
}

std::uint64_t Window::first_wrong_word(Way way, std::uint64_t offset) const {
    if (way == Way::from_guest) {
        return first_difference<ram_word>(buffer_, offset / 8);
    }
    return first_difference<buffer_word>({ram_.host(kBase + offset), buffer_.size()}, 0);
}

}  // namespace suites::bulk_reads
