#include "vm/user/host_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::user {
namespace {

using ::testing::ElementsAre;

TEST(HostEnvironment, WhatTheHostsLoaderAndLibraryObeyIsNotSeenByThem) {
    EXPECT_THAT(to_host_environment(
                    {"LD_PRELOAD=/x.so", "LD_X", "GLIBC_TUNABLES=a", "MALLOC_ARENA_MAX=1", "PATH=/bin"}),
                ElementsAre("VM_GUEST_LD_PRELOAD=/x.so", "VM_GUEST_LD_X", "VM_GUEST_GLIBC_TUNABLES=a",
                            "VM_GUEST_MALLOC_ARENA_MAX=1", "PATH=/bin"));
}

TEST(HostEnvironment, EverythingComesBackAsItWas) {
    const std::vector<std::string> variables = {"LD_PRELOAD=/x.so", "VM_GUEST_LD_PRELOAD=/y.so",
                                                "VM_GUEST_",        "OLD_LD_PRELOAD=1",
                                                "GLIBC_TUNABLES",   ""};
    EXPECT_EQ(from_host_environment(to_host_environment(variables)), variables);
}

TEST(HostEnvironment, WhatTheUserGaveIsTheProgramsToo) {
    EXPECT_THAT(from_host_environment({"LD_LIBRARY_PATH=/lib", "HOME=/"}),
                ElementsAre("LD_LIBRARY_PATH=/lib", "HOME=/"));
}

}  // namespace
}  // namespace vm::user
