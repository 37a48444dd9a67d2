#include "vm/native/perf_map.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/wait.h>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "vm/native/append_file.h"

namespace vm::native {
namespace {

class PerfMapTest : public ::testing::Test {
  protected:
    void TearDown() override { std::remove(path(::getpid()).c_str()); }

    std::string path(pid_t process) const { return fmt::format("{}/perf-{}.map", folder_, process); }
    std::string text_of(pid_t process) const {
        std::ifstream file(path(process));
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void compile(std::uint64_t pc, std::uint64_t address, std::size_t size) {
        jit::NativeBlock block;
        block.pc = pc;
        block.address = address;
        block.code.resize(size);
        map_.compiled({request_, ir_, ir_}, block, {});
    }

    const std::string folder_ = std::filesystem::path(::testing::TempDir()).parent_path();
    engine::NativeRequest request_;
    ir::Block ir_;
    SymbolTable symbols_;
    PerfMap map_{symbols_, folder_};
};

TEST_F(PerfMapTest, HasALineForEachBlockInPlaceOfWhatAnotherProcessLeft) {
    ASSERT_TRUE(append_file(path(::getpid()), "1 1 old\n").has_value());
    compile(0x10234, 0x7f0000001000, 26);
    compile(0x10300, 0x7f0000001020, 16);
    EXPECT_EQ(text_of(::getpid()), "7f0000001000 1a rv:0x10234\n7f0000001020 10 rv:0x10300\n");
}

TEST_F(PerfMapTest, NamesWhatBlocksShare) {
    jit::Stubs stubs;
    stubs.leave = 0x7f0000001000;
    stubs.serve = 0x7f0000001040;
    map_.stubs_made(stubs, 0x7f0000001060);
    EXPECT_EQ(text_of(::getpid()), "7f0000001040 20 vm:serve\n7f0000001000 40 vm:leave\n");
}

TEST_F(PerfMapTest, TheChildOfAForkHasOneOfItsOwn) {
    compile(0x10234, 0x7f0000001000, 26);
    const pid_t child = ::fork();
    if (child == 0) {
        compile(0x10400, 0x7f0000001040, 32);
        ::_exit(0);
    }
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_EQ(text_of(child), "7f0000001040 20 rv:0x10400\n");
    EXPECT_EQ(text_of(::getpid()), "7f0000001000 1a rv:0x10234\n");
    std::remove(path(child).c_str());
}

}  // namespace
}  // namespace vm::native
