#include "vm/guest/riscv/lift_helpers.h"

#include <set>

#include <gtest/gtest.h>

namespace vm::guest::riscv {
namespace {

using semantics::Amo;
using semantics::MemType;

TEST(LiftHelpers, EachNumberTellsOperationAndWidth) {
    std::set<LiftHelper> seen;
    for (const MemType type : {MemType::s32, MemType::u64}) {
        EXPECT_EQ(mem_type(load_reserved_helper(type)), type);
        EXPECT_EQ(mem_type(store_conditional_helper(type)), type);
        seen.insert({load_reserved_helper(type), store_conditional_helper(type)});
        for (unsigned number = 0; number <= static_cast<unsigned>(Amo::maxu); ++number) {
            const auto amo = static_cast<Amo>(number);
            const LiftHelper helper = amo_helper(amo, type);
            EXPECT_EQ(amo_of(helper), amo);
            EXPECT_EQ(mem_type(helper), type);
            seen.insert(helper);
        }
    }
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(LiftHelper::count));
    EXPECT_LT(*seen.rbegin(), LiftHelper::count);
}

}  // namespace
}  // namespace vm::guest::riscv
