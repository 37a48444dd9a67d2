#include "vm/ir/expression.h"

namespace vm::ir {
namespace {

class RulesAccess : public ExpressionTest {
  protected:
    const Node& last() const { return block_.nodes().back(); }
};

TEST_F(RulesAccess, ConstantsOfTheAddressGoIntoTheOffset) {
    EXPECT_EQ(text(b.load(MemKind::u64, b.add(x, b.i64(8)), 4)), "load<u64,12>(x)");
    EXPECT_EQ(text(b.load(MemKind::u64, b.add(x, b.i64(0 - 8ull)), 4)), "load<u64,-4>(x)");
}

TEST_F(RulesAccess, OffsetsThatHostsHaveNoRoomForStayInTheAddress) {
    EXPECT_EQ(text(b.load(MemKind::u8, b.add(x, b.i64(0x7fff'ffff)))), "load<u8,2147483647>(x)");
    EXPECT_EQ(text(b.load(MemKind::u8, b.add(x, b.i64(0x8000'0000)))), "load<u8,0>(add(x, 0x80000000))");
}

TEST_F(RulesAccess, OffsetsGoIntoConstantAddresses) {
    EXPECT_EQ(text(b.load(MemKind::s8, b.i64(0x10000), -4)), "load<s8,0>(0xfffc)");
}

TEST_F(RulesAccess, StoredBitsAreStoredAsWhatTheyAreBitsOf) {
    b.store(MemKind::u64, x, 0, b.bits(d));
    EXPECT_EQ(text(last().operands[1]), "d");
    b.store(MemKind::u32, x, 0, b.bits(s));
    EXPECT_EQ(text(last().operands[1]), "s");
    b.store(MemKind::u16, x, 0, b.bits(s));
    EXPECT_EQ(text(last().operands[1]), "bits.i32(s)");
}

}  // namespace
}  // namespace vm::ir
