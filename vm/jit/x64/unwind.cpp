#include "vm/jit/x64/unwind.h"

#include <cstring>

namespace vm::jit::x64 {
namespace {

using Bytes = std::vector<std::byte>;

// Numbers of registers in DWARF. (System V ABI for AMD64, table 3.36)
constexpr std::uint8_t kDwarfRsp = 7;
constexpr std::uint8_t kDwarfReturnAddress = 16;
constexpr std::uint8_t dwarf_number(std::uint8_t host) {
    constexpr std::array<std::uint8_t, 8> kFirst = {0, 2, 1, 3, kDwarfRsp, 6, 4, 5};
    return host < kFirst.size() ? kFirst[host] : host;
}

// DW_CFA_*, the second with a register in its low bits.
constexpr std::uint8_t kDefineFrame = 0x0c;
constexpr std::uint8_t kOffset = 0x80;

template <class T>
void put(Bytes& bytes, T value) {
    bytes.resize(bytes.size() + sizeof value);
    std::memcpy(bytes.data() + bytes.size() - sizeof value, &value, sizeof value);
}

void put_uleb(Bytes& bytes, std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) put(bytes, static_cast<std::uint8_t>(value | 0x80));
    put(bytes, static_cast<std::uint8_t>(value));
}

// With its length in front, and no-operations up to a multiple of eight bytes.
void put_entry(Bytes& section, Bytes entry) {
    while ((entry.size() + sizeof(std::uint32_t)) % 8 != 0) put<std::uint8_t>(entry, 0);
    put(section, static_cast<std::uint32_t>(entry.size()));
    section.insert(section.end(), entry.begin(), entry.end());
}

// The rules that hold everywhere: where the frame of the caller begins, and what lies below that, in steps of
// eight bytes.
Bytes common_entry() {
    constexpr std::uint32_t kIsCommon = 0xffff'ffff;
    Bytes entry;
    put(entry, kIsCommon);
    put<std::uint8_t>(entry, 1);     // version
    put<std::uint8_t>(entry, 0);     // no augmentation
    put<std::uint8_t>(entry, 1);     // code alignment
    put<std::uint8_t>(entry, 0x78);  // data alignment: -8
    put(entry, kDwarfReturnAddress);
    put(entry, kDefineFrame);
    put(entry, kDwarfRsp);
    put_uleb(entry, kStackBytes + 8 * (kCalleeSaved.size() + 1));
    std::uint8_t step = 1;
    put(entry, static_cast<std::uint8_t>(kOffset | kDwarfReturnAddress));
    put(entry, step++);
    for (const std::uint8_t host : kCalleeSaved) {
        put(entry, static_cast<std::uint8_t>(kOffset | dwarf_number(host)));
        put(entry, step++);
    }
    return entry;
}

}  // namespace

std::vector<std::byte> unwind_section(std::uint64_t address, std::uint64_t size) {
    Bytes section;
    put_entry(section, common_entry());
    Bytes entry;
    put<std::uint32_t>(entry, 0);  // where the common one is
    put(entry, address);
    put(entry, size);
    put_entry(section, std::move(entry));
    return section;
}

}  // namespace vm::jit::x64
