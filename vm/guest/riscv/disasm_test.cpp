#include "vm/guest/riscv/disasm.h"

#include <array>
#include <span>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

TEST(Disassemble, WritesEachKindOfOperand) {
    EXPECT_EQ(disassemble(0x00c58533, 0), "add a0,a1,a2");
    EXPECT_EQ(disassemble(0xfff58513, 0), "addi a0,a1,-1");
    EXPECT_EQ(disassemble(0xfea5bc23, 0), "sd a0,-8(a1)");
    EXPECT_EQ(disassemble(0x03f59513, 0), "slli a0,a1,0x3f");
    EXPECT_EQ(disassemble(0xfffff537, 0), "lui a0,0xfffff");
    EXPECT_EQ(disassemble(0x30059573, 0), "csrrw a0,mstatus,a1");
    EXPECT_EQ(disassemble(0x8005a573, 0), "csrrs a0,0x800,a1");
    EXPECT_EQ(disassemble(0x001fd573, 0), "csrrwi a0,fflags,31");
    EXPECT_EQ(disassemble(0x12b50073, 0), "sfence.vma a0,a1");
    EXPECT_EQ(disassemble(0x00000073, 0), "ecall");
}

TEST(Disassemble, TargetsAreRelativeToThePc) {
    EXPECT_EQ(disassemble(0xfeb50ee3, 0x1040), "beq a0,a1,0x103c");
    EXPECT_EQ(disassemble(0x008000ef, 0xfffffffffffffffc), "jal ra,0x4");
    EXPECT_EQ(disassemble(0xbffd, 0x1000), "c.j 0xffe");
}

TEST(Disassemble, NamesTheOrderOfAtomics) {
    EXPECT_EQ(disassemble(0x1005a52f, 0), "lr.w a0,(a1)");
    EXPECT_EQ(disassemble(0x1405a52f, 0), "lr.w.aq a0,(a1)");
    EXPECT_EQ(disassemble(0x1ac5b52f, 0), "sc.d.rl a0,a2,(a1)");
    EXPECT_EQ(disassemble(0x06c5a52f, 0), "amoadd.w.aqrl a0,a2,(a1)");
}

TEST(Disassemble, LeavesOutTheUsualRoundingMode) {
    EXPECT_EQ(disassemble(0x00c5f553, 0), "fadd.s fa0,fa1,fa2");
    EXPECT_EQ(disassemble(0x00c58553, 0), "fadd.s fa0,fa1,fa2,rne");
    EXPECT_EQ(disassemble(0x6ac59543, 0), "fmadd.d fa0,fa1,fa2,fa3,rtz");
    EXPECT_EQ(disassemble(0x42058553, 0), "fcvt.d.s fa0,fa1");
    EXPECT_EQ(disassemble(0x4205f553, 0), "fcvt.d.s fa0,fa1,dyn");
}

TEST(Disassemble, WritesFences) {
    EXPECT_EQ(disassemble(0x0310000f, 0), "fence rw,w");
    EXPECT_EQ(disassemble(0x0ff0000f, 0), "fence iorw,iorw");
    EXPECT_EQ(disassemble(0x8330000f, 0), "fence.tso");
    EXPECT_EQ(disassemble(0x0100000f, 0), "pause");
    EXPECT_EQ(disassemble(0x0000100f, 0), "fence.i");
}

TEST(Disassemble, WritesCompressedInstructionsAsThemselves) {
    EXPECT_EQ(disassemble(0x0505, 0), "c.addi a0,1");
    EXPECT_EQ(disassemble(0x0800, 0), "c.addi4spn s0,sp,16");
    EXPECT_EQ(disassemble(0x757d, 0), "c.lui a0,0xfffff");
    EXPECT_EQ(disassemble(0x8082, 0), "c.jr ra");
}

TEST(ListFront, ShowsAddressBitsAndTextAndSaysHowLongTheInstructionIs) {
    constexpr std::array kCode = {std::byte{0x05}, std::byte{0x05}, std::byte{0x13},
                                  std::byte{0x05}, std::byte{0x25}, std::byte{0x00}};
    const auto first = list_front(kCode, 0x1000);
    EXPECT_EQ(first.text, "1000: 0505      c.addi a0,1");
    EXPECT_EQ(first.length, 2u);
    const auto second = list_front(std::span(kCode).subspan(2), 0x1002);
    EXPECT_EQ(second.text, "1002: 00250513  addi a0,a0,2");
    EXPECT_EQ(second.length, 4u);
    EXPECT_EQ(list_front(std::span(kCode).subspan(2, 2), 0x1002).text, "1002: 0513      .2byte 0x0513");
    EXPECT_EQ(list_front(std::span(kCode).subspan(2, 1), 0x1002).text, "1002: 13        .byte 0x13");
}

TEST(Disassemble, WritesWhatIsNoInstructionAsData) {
    EXPECT_EQ(disassemble(0x0000, 0), "c.unimp");
    EXPECT_EQ(disassemble(0x8000, 0), ".2byte 0x8000");
    EXPECT_EQ(disassemble(0x0000705b, 0), ".4byte 0x705b");
}

}  // namespace
}  // namespace vm::guest::riscv
