#include "suites/jit/guest.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "suites/jit/kernels.h"
#include "suites/jit/programs.h"
#include "suites/jit/test_folder.h"
#include "vm/mem/guest_ram.h"

namespace suites::jit {
namespace {

constexpr std::uint64_t kRoom = 64 * vm::mem::kPageSize;
const Engine kCompiler = vm::native::Options{.threshold = 0};

class GuestTest : public testing::Test {
  protected:
    void SetUp() override {
        if (not vm::native::supported()) GTEST_SKIP() << "nothing is compiled on this host";
    }
};

void expect_kernels(Guest& guest) {
    EXPECT_EQ(guest.call(guest.address_of("hot_loop"), {10}), hot_loop(10));
    EXPECT_EQ(guest.call(guest.address_of("chain"), {100}), chain(100));
    EXPECT_EQ(guest.call(guest.address_of("words"), {100}), words(100));
    EXPECT_EQ(guest.call(guest.address_of("floating"), {100}), floating(100));
    EXPECT_EQ(guest.call(guest.address_of("indirect"), {100}), indirect(100));
    EXPECT_EQ(guest.call(guest.address_of("calls"), {10}), 55u);
    EXPECT_EQ(guest.call(guest.address_of("mixed"), {100}), mixed(100));
}

TEST_F(GuestTest, FunctionsReturnWhatTheyDoOnTheHostInEachModeOnEachEngine) {
    for (const Engine& engine : {Engine{}, kCompiler}) {
        UserGuest user(test_folder(), engine);
        expect_kernels(user);
        SystemGuest system(test_folder(), engine, kRoom);
        expect_kernels(system);
    }
}

TEST_F(GuestTest, CodeIsCompiledWhereThatIsAskedFor) {
    UserGuest interpreted(test_folder(), std::nullopt);
    EXPECT_EQ(interpreted.tier(), nullptr);
    SystemGuest system(test_folder(), kCompiler, kRoom);
    system.call(system.address_of("hot_loop"), {10});
    EXPECT_GT(system.tier()->counts().retired, 10'000u);
    UserGuest user(test_folder(), kCompiler);
    user.call(user.address_of("hot_loop"), {10});
    EXPECT_GT(user.tier()->counts().retired, 10'000u);
    user.start_anew(kCompiler);
    EXPECT_EQ(user.tier()->cache().counts().compiled, 0u);
}

TEST_F(GuestTest, AGuestThatDoesNotReturnIsAnError) {
    UserGuest guest(test_folder(), std::nullopt);
    EXPECT_THROW(guest.call(0, {}), std::runtime_error);
    EXPECT_THROW(static_cast<void>(guest.address_of("nothing")), std::runtime_error);
    EXPECT_THROW(UserGuest("nowhere", std::nullopt), std::runtime_error);
}

}  // namespace
}  // namespace suites::jit
