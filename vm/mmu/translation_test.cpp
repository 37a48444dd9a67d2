#include "vm/mmu/translation.h"

#include <gtest/gtest.h>

#include "vm/mmu/pte.h"

namespace vm::mmu {
namespace {

using mem::Access;

constexpr std::uint8_t kUserPage = pte::kRead | pte::kExecute | pte::kUser;

TEST(Translation, SumLetsTheSupervisorReadUserPagesButNotExecuteThem) {
    const Accessor with_sum = {AccessorMode::supervisor, true, false};
    EXPECT_TRUE(permits(kUserPage, Access::load, with_sum));
    EXPECT_FALSE(permits(kUserPage, Access::fetch, with_sum));
    EXPECT_FALSE(permits(kUserPage, Access::load, {AccessorMode::supervisor, false, false}));
}

TEST(Translation, MxrLetsLoadsAloneReachExecutablePages) {
    const Accessor with_mxr = {AccessorMode::user, false, true};
    EXPECT_TRUE(permits(pte::kExecute | pte::kUser, Access::load, with_mxr));
    EXPECT_FALSE(permits(pte::kExecute | pte::kUser, Access::store, with_mxr));
    EXPECT_FALSE(permits(pte::kExecute | pte::kUser, Access::load, {AccessorMode::user, false, false}));
}

TEST(Translation, OnlyAStoreNeedsTheDirtyBit) {
    EXPECT_TRUE(needs_update(pte::kDirty, Access::load));
    EXPECT_FALSE(needs_update(pte::kAccessed, Access::load));
    EXPECT_TRUE(needs_update(pte::kAccessed, Access::store));
    EXPECT_FALSE(needs_update(pte::kAccessed | pte::kDirty, Access::store));
}

}  // namespace
}  // namespace vm::mmu
