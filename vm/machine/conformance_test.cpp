#include "vm/machine/conformance.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_image.h"

namespace vm::machine {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TestImage;
using Kind = ConformanceResult::Kind;

constexpr std::uint64_t kTohost = 0x8000'1000;
constexpr std::uint32_t kLoopHere = 0x0000006f;  // j .

// auipc t1,0x1; li t0, value; sd t0, 0(t1); j .
TestImage writes_tohost(std::uint32_t value) {
    return TestImage({0x00001317, 0x00000293 | value << 20, 0x00533023, kLoopHere}).tohost(kTohost);
}

class Conformance : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = ::testing::TempDir() + "conformanceXXXXXX";
        folder_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(folder_); }

    std::string add(const char* name, const TestImage& image) {
        const auto bytes = image.bytes();
        return add(name, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
    }
    std::string add(const char* name, const std::string& text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return (folder_ / name).string();
    }

    fs::path folder_;
};

TEST_F(Conformance, ProgramThatWritesOnePasses) {
    const auto result = run_conformance(add("rv64ui-p-add", writes_tohost(1)), 1000);
    EXPECT_EQ(result.kind, Kind::passed);
    EXPECT_EQ(result.name, "rv64ui-p-add");
    EXPECT_GT(result.instructions, 0u);
}

TEST_F(Conformance, ProgramThatWritesAnotherOddValueFailsInThatTest) {
    const auto result = run_conformance(add("a", writes_tohost(7)), 1000);
    EXPECT_EQ(result.kind, Kind::failed);
    EXPECT_EQ(result.code, 3u);
}

TEST_F(Conformance, ProgramThatNeverEndsIsStuck) {
    const auto result = run_conformance(add("a", TestImage({kLoopHere}).tohost(kTohost)), 1000);
    EXPECT_EQ(result.kind, Kind::stuck);
    EXPECT_EQ(result.message, "it did not end");
}

TEST_F(Conformance, FileThatIsNoProgramSaysWhy) {
    const auto result = run_conformance(add("a", "\177ELF"), 1000);
    EXPECT_EQ(result.kind, Kind::unusable);
    EXPECT_THAT(result.message, HasSubstr("a'"));
}

TEST_F(Conformance, FilesAreTheElfFilesByName) {
    const std::string second = add("b", writes_tohost(1));
    const std::string first = add("a", writes_tohost(1));
    add("a.dump", "text");
    fs::create_directory(folder_ / "more");
    EXPECT_EQ(conformance_files(folder_.string()).value(), (std::vector{first, second}));
}

TEST_F(Conformance, FolderWithoutAnyOrThatIsNotThereIsAnError) {
    EXPECT_THAT(conformance_files(folder_.string()).error().message, HasSubstr("no ELF file in"));
    EXPECT_THAT(conformance_files("/nonexistent").error().message, HasSubstr("cannot read the folder"));
}

}  // namespace
}  // namespace vm::machine
