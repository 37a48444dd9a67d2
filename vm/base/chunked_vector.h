#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace vm {

// A sequence that grows at its end and whose elements stay where they are, `kChunk` to a piece of memory.
// (std::deque has pieces of 512 bytes: one or two large elements.)
template <class T, std::size_t kChunk>
class ChunkedVector {
  public:
    std::size_t size() const { return size_; }
    T& operator[](std::size_t index) { return (*chunks_[index / kChunk])[index % kChunk]; }
    const T& operator[](std::size_t index) const { return (*chunks_[index / kChunk])[index % kChunk]; }

    T& emplace_back() {
        if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<std::array<T, kChunk>>());
        return (*this)[size_++];
    }

  private:
    std::vector<std::unique_ptr<std::array<T, kChunk>>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace vm
