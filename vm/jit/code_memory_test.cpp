#include "vm/jit/code_memory.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace vm::jit {
namespace {

TEST(CodeMemory, RunsWhatIsWrittenThroughItsOtherMapping) {
    CodeMemory memory = CodeMemory::create(8192).value();
    constexpr std::array<unsigned char, 6> kReturn42 = {0xb8, 42, 0, 0, 0, 0xc3};  // mov eax, 42; ret
    std::memcpy(memory.writable() + 4096, kReturn42.data(), kReturn42.size());
    EXPECT_EQ(reinterpret_cast<int (*)()>(memory.address(4096))(), 42);
}

TEST(CodeMemory, CannotBeWrittenWhereItRuns) {
    const CodeMemory memory = CodeMemory::create(4096).value();
    EXPECT_DEATH(*const_cast<volatile std::byte*>(memory.executable()) = std::byte{1}, "");
}

TEST(CodeMemory, IsNoFileWhoseSizeIsLimited) {
    const auto create = [] {
        const rlimit small{.rlim_cur = 4096, .rlim_max = 4096};
        ::setrlimit(RLIMIT_FSIZE, &small);
        std::_Exit(CodeMemory::create(1 << 20).has_value() ? 0 : 1);
    };
    EXPECT_EXIT(create(), ::testing::ExitedWithCode(0), "");
}

TEST(CodeMemory, TooMuchIsRefusedInOneLine) {
    const auto memory = CodeMemory::create(std::size_t{1} << 60);
    ASSERT_FALSE(memory.has_value());
    EXPECT_NE(memory.error().message.find("memory for compiled code"), std::string::npos);
}

}  // namespace
}  // namespace vm::jit
