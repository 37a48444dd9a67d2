#include "vm/native/stub_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::native {
namespace {

TEST(StubNames, AreThoseOfTheStubsThereAreByAddress) {
    jit::Stubs stubs;
    stubs.leave = 0x300;
    stubs.serve = 0x100;
    stubs.look_up[1][3] = 0x200;
    std::string text;
    for (const NamedStub& each : named_stubs(stubs)) text += tool_name(each) + " ";
    EXPECT_EQ(text, "vm:serve vm:look_up_store_8 vm:leave ");
}

}  // namespace
}  // namespace vm::native
