#pragma once

// For tests: a small riscv64 executable written to a temporary file.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

namespace vm::user {

struct TestSegment {
    std::uint32_t type = 1;
    std::uint32_t flags = 5;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
};

// Machine code at file offset 0x1000 of a file of 0x3000 bytes (the bytes behind it are 0xaa), with the given
// program headers at offset 64.
class TestElf {
  public:
    TestElf(std::uint16_t type, std::uint64_t entry, const std::vector<TestSegment>& segments,
            const std::vector<std::uint32_t>& code = {})
        : path_("/tmp/vm_test_elf.XXXXXX"), bytes_(0x3000, 0xaa) {
        std::memset(bytes_.data(), 0, 0x1000);
        std::memcpy(bytes_.data(), "\177ELF\2\1\1", 7);
        set(16, type).set(18, std::uint16_t{243}).set(24, entry).set(32, std::uint64_t{64});
        set(54, std::uint16_t{56}).set(56, static_cast<std::uint16_t>(segments.size()));
        std::size_t at = 64;
        for (const TestSegment& s : segments) {
            set(at, s.type)
                .set(at + 4, s.flags)
                .set(at + 8, s.offset)
                .set(at + 16, s.address)
                .set(at + 24, s.address);
            set(at + 32, s.file_size).set(at + 40, s.memory_size).set(at + 48, std::uint64_t{1});
            at += 56;
        }
        // An empty vector has no data to copy from.
        if (not code.empty()) {
            std::memcpy(bytes_.data() + 0x1000, code.data(), code.size() * 4);
        }
        std::FILE* out = ::fdopen(::mkstemp(path_.data()), "wb");
        std::fwrite(bytes_.data(), 1, bytes_.size(), out);
        std::fclose(out);
    }
    ~TestElf() { std::remove(path_.c_str()); }
    TestElf(const TestElf&) = delete;
    TestElf& operator=(const TestElf&) = delete;

    const std::string& path() const { return path_; }

  private:
    template <class T>
    TestElf& set(std::size_t offset, T value) {
        std::memcpy(bytes_.data() + offset, &value, sizeof value);
        return *this;
    }

    std::string path_;
    std::vector<unsigned char> bytes_;
};

}  // namespace vm::user
