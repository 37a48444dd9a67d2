#include "vm/cli/engines.h"

#include <gtest/gtest.h>

namespace vm::cli {
namespace {

TEST(Engines, DefaultIsAvailable) { EXPECT_TRUE(require_engine(kDefaultEngine).has_value()); }

TEST(Engines, PlannedEngineIsRefusedByName) {
    EXPECT_EQ(require_engine("jit").error().message,
              "engine 'jit' is not available in this build; available: interp");
}

TEST(Engines, UnknownEngineIsRefused) {
    EXPECT_EQ(require_engine("turbo").error().message, "there is no engine 'turbo'; available: interp");
}

}  // namespace
}  // namespace vm::cli
