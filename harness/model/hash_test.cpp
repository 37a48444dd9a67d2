#include "harness/model/hash.h"

#include <gtest/gtest.h>

namespace harness::model {
namespace {

// The vectors of the FNV reference (draft-eastlake-fnv, appendix C).
TEST(StableHash, GivesThePublishedFnv1aValues) {
    EXPECT_EQ(stable_hash(""), "cbf29ce484222325");
    EXPECT_EQ(stable_hash("a"), "af63dc4c8601ec8c");
    EXPECT_EQ(stable_hash("foobar"), "85944171f73967e8");
}

TEST(StableHash, TreatsBytesAboveAsciiAsUnsigned) { EXPECT_NE(stable_hash("\xff"), stable_hash("\x7f")); }

}  // namespace
}  // namespace harness::model
