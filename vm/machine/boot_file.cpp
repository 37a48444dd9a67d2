#include "vm/machine/boot_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

namespace vm::machine {
namespace {

struct Descriptor {
    int number;
    ~Descriptor() { ::close(number); }
};

// Reads until the buffer is full or the file ends; how much that was, or -1.
ssize_t read_all(int file, std::span<std::byte> to) {
    std::size_t done = 0;
    while (done < to.size()) {
        const ssize_t got = ::read(file, to.data() + done, to.size() - done);
        if (got < 0 and errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return static_cast<ssize_t>(done);
}

// A zlib stream that ends with its scope.
class Inflater {
  public:
    Inflater() {
        constexpr int kGzipOnly = 16;
        ready_ = inflateInit2(&stream_, kGzipOnly + MAX_WBITS) == Z_OK;
    }
    ~Inflater() {
        if (ready_) {
            inflateEnd(&stream_);
        }
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    bool ready() const { return ready_; }

    // Takes input and fills output as far as both go; both are what is left then.
    int step(std::span<const std::byte>& input, std::span<std::byte>& output) {
        constexpr std::size_t kMost = std::size_t{1} << 30;  // its counts are of 32 bits
        stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(input.data()));
        stream_.avail_in = static_cast<uInt>(std::min(input.size(), kMost));
        stream_.next_out = reinterpret_cast<Bytef*>(output.data());
        stream_.avail_out = static_cast<uInt>(std::min(output.size(), kMost));
        const auto* const in = stream_.next_in;
        const auto* const out = stream_.next_out;
        const int status = inflate(&stream_, Z_NO_FLUSH);
        input = input.subspan(static_cast<std::size_t>(stream_.next_in - in));
        output = output.subspan(static_cast<std::size_t>(stream_.next_out - out));
        return status;
    }

  private:
    z_stream stream_{};
    bool ready_ = false;
};

}  // namespace

Result<std::vector<std::byte>> read_boot_file(std::string_view what, const std::string& path,
                                              std::size_t max) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        return fail("cannot open {} '{}': {}", what, path, std::strerror(errno));
    }
    struct stat status {};
    if (::fstat(file.number, &status) != 0) {
        return fail("cannot read {} '{}': {}", what, path, std::strerror(errno));
    }
    if (not S_ISREG(status.st_mode)) {
        return fail("cannot read {} '{}': not a regular file", what, path);
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        return fail("{} '{}' is empty", what, path);
    }
    if (size > max) {
        return fail("{} '{}' has {} bytes, at most {} are supported", what, path, size, max);
    }
    std::vector<std::byte> bytes(size);
    const ssize_t got = read_all(file.number, bytes);
    if (got < 0) {
        return fail("cannot read {} '{}': {}", what, path, std::strerror(errno));
    }
    if (static_cast<std::size_t>(got) != size) {
        return fail("cannot read {} '{}': it became shorter while it was read", what, path);
    }
    return bytes;
}

bool is_gzip(std::span<const std::byte> bytes) {
    constexpr std::uint16_t kMagic = 0x8b1f;
    return field_at<std::uint16_t>(bytes, 0) == kMagic;
}

Result<std::vector<std::byte>> unpack_gzip(std::span<const std::byte> bytes, std::string_view name,
                                           std::size_t max) {
    constexpr std::size_t kFirstSize = std::size_t{1} << 20;
    Inflater inflater;
    if (not inflater.ready()) {
        return fail("cannot unpack '{}': out of memory", name);
    }
    std::vector<std::byte> unpacked(std::min(max, kFirstSize));
    std::size_t done = 0;
    while (true) {
        auto room = std::span(unpacked).subspan(done);
        const int status = inflater.step(bytes, room);
        done = unpacked.size() - room.size();
        if (status == Z_STREAM_END) {
            break;
        }
        if (status == Z_OK and room.empty() and unpacked.size() < max) {
            unpacked.resize(std::min(max, 2 * unpacked.size()));
        } else if (room.empty()) {
            return fail("'{}' unpacks to more than {} bytes", name, max);
        } else if (status != Z_OK or bytes.empty()) {
            return fail("cannot unpack '{}': its gzip data is {}", name,
                        bytes.empty() ? "cut short" : "damaged");
        }
    }
    unpacked.resize(done);
    return unpacked;
}

}  // namespace vm::machine
