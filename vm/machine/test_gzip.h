#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include <zlib.h>

namespace vm::machine::testing {

// A gzip file of the bytes.
inline std::vector<std::byte> gzip(std::span<const std::byte> bytes) {
    constexpr int kGzip = 16, kMemoryLevel = 8;
    z_stream stream{};
    deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip + MAX_WBITS, kMemoryLevel, Z_DEFAULT_STRATEGY);
    std::vector<std::byte> packed(deflateBound(&stream, bytes.size()));
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

}  // namespace vm::machine::testing
