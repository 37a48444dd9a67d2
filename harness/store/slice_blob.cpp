#include "harness/store/slice_blob.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace harness::store {

namespace {

constexpr char kVersion = 1;
constexpr int kMostFate = static_cast<int>(model::Fate::partner);

using Numbers = std::array<std::int64_t model::Slice::*, 6>;
constexpr Numbers kNumbers = {&model::Slice::iterations,
                              &model::Slice::cpu_ns,
                              &model::Slice::wall_ns,
                              &model::Slice::canary_ns,
                              &model::Slice::voluntary_switches,
                              &model::Slice::involuntary_switches};

void put_number(std::string& bytes, std::int64_t number) {
    auto left = static_cast<std::uint64_t>(std::max<std::int64_t>(number, 0));
    for (; left >= 0x80; left >>= 7) bytes += static_cast<char>(0x80 | (left & 0x7f));
    bytes += static_cast<char>(left);
}

// Takes bytes from the front; nothing when they end too early or say no number of 63 bits.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    std::optional<int> byte() {
        if (left_.empty()) return std::nullopt;
        const auto value = static_cast<unsigned char>(left_.front());
        left_.remove_prefix(1);
        return value;
    }

    std::optional<std::int64_t> number() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            const auto next = byte();
            if (!next) return std::nullopt;
            value |= static_cast<std::uint64_t>(*next & 0x7f) << shift;
            if ((*next & 0x80) == 0) return static_cast<std::int64_t>(value);
        }
        return std::nullopt;
    }

    bool empty() const { return left_.empty(); }

  private:
    std::string_view left_;
};

std::optional<model::Slice> read_slice(Reader& reader) {
    const auto kind = reader.byte();
    if (!kind || *kind / 2 > kMostFate) return std::nullopt;
    model::Slice slice;
    slice.side = *kind % 2 == 0 ? model::Side::base : model::Side::head;
    slice.fate = static_cast<model::Fate>(*kind / 2);
    for (const auto number : kNumbers) {
        const auto value = reader.number();
        if (!value) return std::nullopt;
        slice.*number = *value;
    }
    return slice;
}

}  // namespace

std::string pack_slices(const std::vector<model::Slice>& slices) {
    std::string bytes(1, kVersion);
    put_number(bytes, static_cast<std::int64_t>(slices.size()));
    for (const model::Slice& slice : slices) {
        bytes +=
            static_cast<char>(static_cast<int>(slice.fate) * 2 + (slice.side == model::Side::head ? 1 : 0));
        for (const auto number : kNumbers) put_number(bytes, slice.*number);
    }
    return bytes;
}

Result<std::vector<model::Slice>> unpack_slices(std::string_view bytes) {
    Reader reader(bytes);
    const auto version = reader.byte();
    if (version != kVersion) return fail("slices of an unknown version");
    const auto count = reader.number();
    // A slice has at least 7 bytes, so a count beyond that is damage and no reason to reserve memory.
    if (!count || *count > static_cast<std::int64_t>(bytes.size() / 7)) return fail("damaged slices");
    std::vector<model::Slice> slices;
    for (std::int64_t i = 0; i < *count; ++i) {
        const auto slice = read_slice(reader);
        if (!slice) return fail("damaged slices");
        slices.push_back(*slice);
    }
    if (!reader.empty()) return fail("damaged slices");
    return slices;
}

}  // namespace harness::store
