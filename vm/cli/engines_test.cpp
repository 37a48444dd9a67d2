#include "vm/cli/engines.h"

#include <gtest/gtest.h>

#include "vm/user/native.h"

namespace vm::cli {
namespace {

TEST(Engines, DefaultIsTheFastestThatRunsTheGuestHere) {
    EXPECT_EQ(choose_engine(kDefaultEngine, GuestKind::program).value(),
              user::native_supported() ? kCompiler : kInterpreter);
    EXPECT_EQ(choose_engine(kDefaultEngine, GuestKind::machine).value(), kInterpreter);
}

TEST(Engines, OneThatRunsOnlyProgramsIsRefusedForMachines) {
    EXPECT_TRUE(choose_engine("jit", GuestKind::program).has_value());
    EXPECT_EQ(choose_engine("jit", GuestKind::machine).error().message,
              "engine 'jit' is not available for machines in this build; available: auto, interp");
}

TEST(Engines, PlannedEngineIsRefusedByName) {
    EXPECT_EQ(choose_engine("kvm", GuestKind::program).error().message,
              "engine 'kvm' is not available for programs in this build; available: auto, interp, jit");
}

TEST(Engines, UnknownEngineIsRefused) {
    EXPECT_EQ(choose_engine("turbo", GuestKind::machine).error().message,
              "there is no engine 'turbo'; available: auto, interp");
}

TEST(Engines, AreListedWithWhatTheyRun) {
    EXPECT_EQ(availability({"a", "", true, true}), "available");
    EXPECT_EQ(availability({"a", "", false, false}), "not available");
    EXPECT_EQ(availability({"a", "", true, false}), "programs only");
    EXPECT_EQ(availability({"a", "", false, true}), "machines only");
}

}  // namespace
}  // namespace vm::cli
