#include "vm/jit/x64/host_listing.h"

#include <initializer_list>

#include <gtest/gtest.h>

namespace vm::jit::x64 {
namespace {

constexpr std::uint64_t kAddress = 0x10000;

std::vector<HostInsn> list(std::initializer_list<unsigned> code, const AddressName& name) {
    std::vector<std::byte> bytes;
    for (const unsigned each : code) bytes.push_back(static_cast<std::byte>(each));
    return list_host_code(bytes, kAddress, name);
}
std::string nothing(std::uint64_t) { return {}; }

TEST(HostListing, NamesInstructionsAndSaysWhereTheyLie) {
    const auto insns = list({0x48, 0x8b, 0x43, 0x08, 0xc3}, nothing);  // mov rax, [rbx+8]; ret
    ASSERT_EQ(insns.size(), 2u);
    EXPECT_EQ(insns[0].text, "mov rax, [rbx+0x08]");
    EXPECT_EQ(insns[0].offset, 0u);
    EXPECT_EQ(insns[0].length, 4u);
    EXPECT_EQ(insns[1].text, "ret");
    EXPECT_EQ(insns[1].offset, 4u);
}

TEST(HostListing, CallsTargetsAndDataByTheirNames) {
    const auto name = [](std::uint64_t address) {
        return address == kAddress + 0x10 ? std::string("leave") : std::string();
    };
    EXPECT_EQ(list({0xe9, 0x0b, 0, 0, 0}, name)[0].text, "jmp leave");
    EXPECT_EQ(list({0xe9, 0x0c, 0, 0, 0}, name)[0].text, "jmp 0x0000000000010011");
    // vmovsd xmm0, [rip+8]
    EXPECT_EQ(list({0xc5, 0xfb, 0x10, 0x05, 8, 0, 0, 0}, name)[0].text, "vmovsd xmm0, qword ptr [leave]");
}

TEST(HostListing, PassesWhatIsNoInstructionByteByByte) {
    const auto insns = list({0x06, 0x90, 0xe9}, nothing);
    ASSERT_EQ(insns.size(), 3u);
    EXPECT_EQ(insns[0].text, ".byte 0x06");
    EXPECT_EQ(insns[1].text, "nop");
    EXPECT_EQ(insns[2].text, ".byte 0xe9");
}

}  // namespace
}  // namespace vm::jit::x64
