#include "vm/jit/materialise.h"

#include <array>

#include <gtest/gtest.h>

#include "vm/jit/host_registers.h"

namespace vm::jit {
namespace {

using Kind = Place::Kind;
using State = std::array<std::uint64_t, 4>;

constexpr std::uint32_t kFirst = 0;  // has a home
constexpr std::uint32_t kFloat = 8;  // has a home
constexpr std::uint32_t kThird = 16;
constexpr std::uint32_t kFourth = 24;

class MaterialiseTest : public ::testing::Test {
  protected:
    MaterialiseTest() {
        run_.state = reinterpret_cast<std::byte*>(state_.data());
        frame_.run = &run_;
        frame_.saved.general[host_register(0)] = 10;
        frame_.saved.vector[host_register(kIntegerHomes)] = 11;
        site_.block = &block_;
    }

    void move(const SlotUpdate& update, Place from) {
        block_.moves.push_back({static_cast<std::uint32_t>(block_.updates.size()), from});
        block_.updates.push_back(update);
        ++site_.moves;
    }
    State state_at_site() {
        materialise(frame_, site_, abi_);
        return state_;
    }

    EdgeAbi abi_{0, std::array<std::uint32_t, 1>{kFirst}, std::array<std::uint32_t, 1>{kFloat}};
    State state_{1, 2, 3, 4};
    NativeRun run_;
    NativeFrame frame_;
    NativeBlock block_;
    Site site_;
};

TEST_F(MaterialiseTest, HomesGoToTheirSlots) { EXPECT_EQ(state_at_site(), (State{10, 11, 3, 4})); }

TEST_F(MaterialiseTest, ValuesAreFoundWhereverTheyAre) {
    frame_.saved.general[kRcx] = 20;
    frame_.spills[5] = 21;
    block_.constants = {0, 22};
    move({.offset = kThird}, {Kind::general, kRcx});
    move({.offset = kFourth}, {Kind::spill, 5});
    move({.offset = kFirst}, {Kind::constant, 1});
    EXPECT_EQ(state_at_site(), (State{22, 11, 20, 21}));
}

TEST_F(MaterialiseTest, SlotsAreReadBeforeAnyIsWritten) {
    move({.offset = kThird}, {Kind::slot, kFourth});
    move({.offset = kFourth}, {Kind::slot, kThird});
    EXPECT_EQ(state_at_site(), (State{10, 11, 4, 3}));
}

TEST_F(MaterialiseTest, ConstantsAreAddedBehindForms) {
    frame_.saved.general[kRcx] = 0x8000'0000;
    move({.offset = kFirst, .addend = 3}, {Kind::general, kRcx});
    move({.offset = kThird, .form = ir::Form::sext, .addend = -1}, {Kind::general, kRcx});
    EXPECT_EQ(state_at_site(), (State{0x8000'0003, 11, 0xffff'ffff'7fff'ffff, 4}));
}

TEST_F(MaterialiseTest, FormsAreMadeOnTheWay) {
    frame_.saved.general[kRcx] = 0xdead'beef'8000'0000;
    frame_.saved.vector[2] = 0xdead'beef'ff80'0001;  // a single, and what is above it
    move({.offset = kFirst, .form = ir::Form::sext}, {Kind::general, kRcx});
    move({.offset = kFloat, .type = ir::Type::f64, .form = ir::Form::box}, {Kind::vector, 2});
    move({.offset = kThird, .form = ir::Form::zext}, {Kind::general, kRcx});
    move({.offset = kFourth, .type = ir::Type::f64, .form = ir::Form::box_canon}, {Kind::vector, 2});
    EXPECT_EQ(state_at_site(),
              (State{0xffff'ffff'8000'0000, 0xffff'ffff'ff80'0001, 0x8000'0000, 0xffff'ffff'7fc0'0000}));
}

TEST_F(MaterialiseTest, NarrowSlotsKeepWhatIsBesideThem) {
    frame_.saved.general[kRcx] = 0x5566'7788;
    state_[2] = ~std::uint64_t{0};
    move({.offset = kThird, .bytes = 2}, {Kind::general, kRcx});
    EXPECT_EQ(state_at_site()[2], 0xffff'ffff'ffff'7788u);
}

TEST_F(MaterialiseTest, HomesAreLoadedFromTheirSlots) {
    load_homes(frame_, abi_);
    EXPECT_EQ(frame_.saved.general[host_register(0)], 1u);
    EXPECT_EQ(frame_.saved.vector[host_register(kIntegerHomes)], 2u);
}

}  // namespace
}  // namespace vm::jit
