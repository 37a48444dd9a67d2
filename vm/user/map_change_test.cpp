#include "vm/user/map_change.h"

#include <thread>

#include "vm/user/kernel_fixture.h"

namespace vm::user {
namespace {

using MapChangeTest = KernelTest;

TEST_F(MapChangeTest, TakingAPermissionAwayWaitsForTheOthersFirst) {
    int asked = 0;
    kernel_.others_let_go = [&] {
        ++asked;
        // The guest is refused already, and the host would still let an access that was on its way through.
        EXPECT_EQ(memory_.ram().flags_at(mem::PhysAddr{kData}) & mem::page::kWrite, 0);
        EXPECT_NE(memory_.ram().flags_at(mem::PhysAddr{kData}) & mem::page::kRead, 0);
        *memory_.ram().host(mem::PhysAddr{kData}) = std::byte{7};
    };
    const MapChange change(kernel_);
    EXPECT_EQ(memory_.protect(kData, mem::kPageSize, mem::page::kRead), 0);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(memory_.get<std::uint8_t>(kData).value(), 7);
}

TEST_F(MapChangeTest, NobodyIsWaitedForWhereNothingIsTakenAway) {
    int asked = 0;
    kernel_.others_let_go = [&] { ++asked; };
    const MapChange change(kernel_);
    EXPECT_EQ(memory_.protect(kData, mem::kPageSize, mem::page::kPermissions), 0);
    EXPECT_TRUE(memory_.map({.address = kUnmapped,
                             .length = mem::kPageSize,
                             .permissions = mem::page::kRead,
                             .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                             .placement = Placement::fixed}));
    EXPECT_EQ(asked, 0);
}

TEST_F(MapChangeTest, AThreadThatWaitsForItsTurnIsAway) {
    engine::Handshake handshake;
    engine::Handshake::Member holder(handshake, [] {});
    std::unique_lock held(process_.mapping);
    std::thread other([&] {
        engine::Handshake::Member member(handshake, [] {});
        kernel_.member = &member;
        member.enter();
        {
            const MapChange change(kernel_);
            EXPECT_EQ(memory_.unmap(kData, mem::kPageSize), 0);
        }
        member.leave();
        kernel_.member = nullptr;
    });
    // Would never return while the other one counts as running guest code.
    handshake.ask_others(holder, [](engine::Handshake::Member&) {});
    held.unlock();
    other.join();
    EXPECT_FALSE(memory_.mapped(kData));
}

}  // namespace
}  // namespace vm::user
