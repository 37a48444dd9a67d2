#include "vm/guest/riscv/debug_registers.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr unsigned number(Csr csr) { return debug_register::kFirstCsr + static_cast<unsigned>(csr); }

class DebugRegisters : public ::testing::Test {
  protected:
    std::uint64_t read(unsigned register_number) {
        return read_debug_register(hart_, register_number).value();
    }
    void write(unsigned register_number, std::uint64_t value) {
        const auto written = write_debug_register(hart_, register_number, value);
        EXPECT_TRUE(written.has_value()) << written.error().message;
    }
    std::string refusal(unsigned register_number, std::uint64_t value) {
        const auto written = write_debug_register(hart_, register_number, value);
        return written ? "written" : written.error().message;
    }

    Hart hart_{CsrFile(HartKind::machine, 7, [] { return std::uint64_t{1234}; })};
};

TEST_F(DebugRegisters, HaveTheNumbersThatGdbKnowsThemBy) {
    hart_.x[31] = 1;
    hart_.pc = 0x80000000;
    hart_.f[0] = 3;
    hart_.f[31] = 4;
    EXPECT_EQ(read(31), 1U);
    EXPECT_EQ(read(32), 0x80000000U);
    EXPECT_EQ(read(33), 3U);
    EXPECT_EQ(read(64), 4U);
    EXPECT_EQ(read(65 + 0xf14), 7U);  // mhartid
    EXPECT_EQ(read(4161), 3U);        // M
    EXPECT_EQ(debug_register_count(HartKind::machine), 4162U);
}

TEST_F(DebugRegisters, IntegersFloatsAndPcAreWritten) {
    write(5, 50);
    write(32, 0x80001002);
    write(33 + 9, 90);
    EXPECT_EQ(hart_.x[5], 50U);
    EXPECT_EQ(hart_.pc, 0x80001002U);
    EXPECT_EQ(hart_.f[9], 90U);
}

TEST_F(DebugRegisters, X0StaysZero) {
    write(0, 5);
    EXPECT_EQ(hart_.x[0], 0U);
}

TEST_F(DebugRegisters, OddPcIsRefused) {
    EXPECT_EQ(refusal(32, 0x1001), "instructions lie at even addresses, not at 0x1001");
    EXPECT_EQ(hart_.pc, 0U);
}

TEST_F(DebugRegisters, MachineRegistersAreReachedFromUserModeToo) {
    hart_.csrs.change_privilege(Privilege::user);
    write(number(Csr::mepc), 0x8000);
    EXPECT_EQ(read(number(Csr::mepc)), 0x8000U);
    EXPECT_EQ(read(number(Csr::time)), 1234U);
    write(number(Csr::frm), 1);  // with mstatus.FS off
    EXPECT_EQ(hart_.csrs.frm, 1U);
    EXPECT_EQ(read(debug_register::kPrivilege), 0U);
}

TEST_F(DebugRegisters, FieldsKeepWhatTheyMustNotHold) {
    write(number(Csr::mepc), 0x8001);
    EXPECT_EQ(read(number(Csr::mepc)), 0x8000U);
    write(number(Csr::satp), std::uint64_t{5} << 60);
    EXPECT_EQ(read(number(Csr::satp)), 0U);
}

TEST_F(DebugRegisters, CounterReadsBackWhatWasWritten) {
    hart_.csrs.instret = 100;
    write(number(Csr::minstret), 7);
    write(number(Csr::mcycle), 9);
    EXPECT_EQ(read(number(Csr::minstret)), 7U);
    EXPECT_EQ(read(number(Csr::mcycle)), 9U);
    EXPECT_EQ(hart_.csrs.instret, 100U);
}

TEST_F(DebugRegisters, ReadOnlyAndAbsentRegistersAreRefused) {
    EXPECT_EQ(refusal(number(Csr::mhartid), 1), "mhartid is read-only");
    EXPECT_EQ(refusal(number(Csr::vstart), 1), "a hart has no register of number 73");
    EXPECT_FALSE(read_debug_register(hart_, number(Csr::vstart)));
    EXPECT_FALSE(read_debug_register(hart_, 4162));
    EXPECT_EQ(refusal(4162, 1), "a hart has no register of number 4162");
}

TEST_F(DebugRegisters, BytesOfAValueComeLowestFirst) {
    write(5, 0x1122334455667788);
    const auto bytes = read_debug_register_bytes(hart_, 5).value();
    ASSERT_EQ(bytes.size(), debug_register::kSize);
    EXPECT_EQ(bytes.front(), std::byte{0x88});
    EXPECT_TRUE(write_debug_register_bytes(hart_, 6, bytes));
    EXPECT_EQ(read(6), 0x1122334455667788U);
}

TEST_F(DebugRegisters, BytesOfAnotherLengthOrRegisterAreRefused) {
    const std::vector<std::byte> bytes(debug_register::kSize);
    EXPECT_EQ(write_debug_register_bytes(hart_, 5, std::span(bytes).first(4)).error().message,
              "registers have 8 bytes, not 4");
    EXPECT_FALSE(write_debug_register_bytes(hart_, 4162, bytes));
    EXPECT_FALSE(read_debug_register_bytes(hart_, 4162));
}

TEST_F(DebugRegisters, PrivilegeIsOneOfThree) {
    write(debug_register::kPrivilege, 1);
    EXPECT_EQ(hart_.csrs.privilege(), Privilege::supervisor);
    EXPECT_EQ(refusal(debug_register::kPrivilege, 2), "a hart's privilege is 0, 1 or 3, not 2");
    EXPECT_EQ(refusal(debug_register::kPrivilege, 4), "a hart's privilege is 0, 1 or 3, not 4");
    EXPECT_EQ(hart_.csrs.privilege(), Privilege::supervisor);
}

TEST_F(DebugRegisters, EveryRegisterThatExistsCanBeRead) {
    for (unsigned each = 0; each < debug_register_count(HartKind::machine); ++each) {
        EXPECT_EQ(debug_register_exists(HartKind::machine, each),
                  read_debug_register(hart_, each).has_value())
            << each;
    }
}

TEST(DebugRegistersOfPrograms, AreFloatAndCountersAlone) {
    const unsigned count = debug_register_count(HartKind::user_program);
    EXPECT_EQ(count, number(Csr::instret) + 1);
    EXPECT_TRUE(debug_register_exists(HartKind::user_program, number(Csr::fcsr)));
    EXPECT_TRUE(debug_register_exists(HartKind::user_program, number(Csr::cycle)));
    EXPECT_FALSE(debug_register_exists(HartKind::user_program, number(Csr::mstatus)));
    EXPECT_FALSE(debug_register_exists(HartKind::user_program, debug_register::kPrivilege));
}

TEST(DebugTargetDescription, NamesFeaturesAndNumbers) {
    const std::string text = debug_target_description(HartKind::machine);
    EXPECT_THAT(text, HasSubstr("<architecture>riscv:rv64</architecture>"));
    EXPECT_THAT(text, HasSubstr("<feature name=\"org.gnu.gdb.riscv.cpu\">\n<reg name=\"zero\""));
    EXPECT_THAT(text, HasSubstr("<reg name=\"pc\" bitsize=\"64\" type=\"code_ptr\" regnum=\"32\"/>"));
    EXPECT_THAT(text, HasSubstr("<reg name=\"ft0\" bitsize=\"64\" type=\"riscv_double\" regnum=\"33\"/>"));
    EXPECT_THAT(text, HasSubstr("<reg name=\"fcsr\" bitsize=\"64\" type=\"int\" regnum=\"68\"/>"));
    EXPECT_THAT(text, HasSubstr("<reg name=\"mstatus\" bitsize=\"64\" type=\"int\" regnum=\"833\"/>"));
    EXPECT_THAT(text, HasSubstr("<reg name=\"priv\" bitsize=\"64\" type=\"int\" regnum=\"4161\"/>"));
}

TEST(DebugTargetDescription, LeavesOutWhatTheHartDoesNotHave) {
    EXPECT_THAT(debug_target_description(HartKind::machine), Not(HasSubstr("\"vstart\"")));
    const std::string program = debug_target_description(HartKind::user_program);
    EXPECT_THAT(program, Not(HasSubstr("\"mstatus\"")));
    EXPECT_THAT(program, Not(HasSubstr("\"priv\"")));
    EXPECT_THAT(program, HasSubstr("\"instret\""));
}

}  // namespace
}  // namespace vm::guest::riscv
