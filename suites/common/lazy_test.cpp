#include "suites/common/lazy.h"

#include <gtest/gtest.h>

namespace suites::common {
namespace {

struct Counted {
    explicit Counted(int* made) { ++*made; }
};

TEST(Lazy, IsMadeOnceAndNotBeforeItIsAskedFor) {
    int made = 0;
    const auto counted = lazy<Counted>(&made);
    EXPECT_EQ(made, 0);
    (*counted)();
    (*counted)();
    EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace suites::common
