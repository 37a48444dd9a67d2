#include "vm/cli/engines.h"

#include <gtest/gtest.h>

#include "vm/native/native.h"

namespace vm::cli {
namespace {

TEST(Engines, DefaultIsTheFastestThatRunsTheGuestHere) {
    EXPECT_EQ(choose_engine(kDefaultEngine, GuestKind::program).value(),
              native::supported() ? kCompiler : kInterpreter);
    EXPECT_EQ(choose_engine(kDefaultEngine, GuestKind::machine).value(),
              choose_engine(kDefaultEngine, GuestKind::program).value());
}

TEST(Engines, RunProgramsAndMachines) {
    for (const GuestKind guest : {GuestKind::program, GuestKind::machine}) {
        EXPECT_EQ(choose_engine("interp", guest).value(), kInterpreter);
        EXPECT_EQ(choose_engine("jit", guest).value(), kCompiler);
    }
}

TEST(Engines, PlannedEngineIsRefusedByName) {
    EXPECT_EQ(choose_engine("kvm", GuestKind::program).error().message,
              "engine 'kvm' is not available for programs in this build; available: auto, interp, jit");
}

TEST(Engines, UnknownEngineIsRefused) {
    EXPECT_EQ(choose_engine("turbo", GuestKind::machine).error().message,
              "there is no engine 'turbo'; available: auto, interp, jit");
}

TEST(Engines, AreListedWithWhatTheyRun) {
    EXPECT_EQ(availability({"a", "", true, true}), "available");
    EXPECT_EQ(availability({"a", "", false, false}), "not available");
    EXPECT_EQ(availability({"a", "", true, false}), "programs only");
    EXPECT_EQ(availability({"a", "", false, true}), "machines only");
}

}  // namespace
}  // namespace vm::cli
