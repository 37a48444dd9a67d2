#include "suites/common/memory_file.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace suites::common {
namespace {

TEST(MemoryFile, HoldsWhatIsAppendedAndWhatOthersWriteThroughItsPath) {
    const MemoryFile file;
    EXPECT_TRUE(file.append(std::string(5000, 'a')));
    EXPECT_TRUE(file.append("b"));
    std::ofstream(file.path(), std::ios::app) << "c";
    EXPECT_EQ(file.text(), std::string(5000, 'a') + "bc");
    EXPECT_EQ(std::filesystem::file_size(file.path()), 5002U);
}

TEST(MemoryFile, LeavesNothing) {
    std::string path;
    {
        const MemoryFile file;
        path = file.path();
        EXPECT_TRUE(std::filesystem::exists(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace suites::common
