#include "harness/run/owner.h"

#include <cstdlib>
#include <fstream>
#include <sys/wait.h>

#include <gtest/gtest.h>
#include <unistd.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;

class FakeProc : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "procXXXXXX";
        proc_ = mkdtemp(name.data());
        fs::create_directories(proc_ / "sys/kernel/random");
        std::ofstream(proc_ / "sys/kernel/random/boot_id") << "b00t\n";
        fs::create_directories(proc_ / "7");
    }
    void TearDown() override { fs::remove_all(proc_); }
    void process_seven(const std::string& name, char state, int start) {
        std::ofstream(proc_ / "7/stat")
            << "7 (" << name << ") " << state << " 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 " << start
            << " 23\n";
    }
    fs::path proc_;
};

TEST(Owner, IsAliveWhileThisTestRuns) { EXPECT_TRUE(is_alive(own_identity())); }

TEST(Owner, OfAReapedChildIsGone) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        const std::string identity = own_identity();
        _exit(write(ends[1], identity.data(), identity.size()) > 0 ? 0 : 1);
    }
    char text[200] = {};
    ASSERT_GT(read(ends[0], text, sizeof text - 1), 0);
    waitpid(child, nullptr, 0);
    EXPECT_FALSE(is_alive(text));
}

TEST(Owner, ThatIsNotAnIdentityIsGone) {
    EXPECT_FALSE(is_alive(""));
    EXPECT_FALSE(is_alive("x y z"));
}

TEST_F(FakeProc, KnowsAProcessByItsStart) {
    process_seven("vm (bench) x", 'S', 900);
    EXPECT_TRUE(is_alive("b00t 7 900", proc_));
    EXPECT_FALSE(is_alive("b00t 7 901", proc_));
    EXPECT_FALSE(is_alive("0ther 7 900", proc_));
    EXPECT_FALSE(is_alive("b00t 8 900", proc_));
}

TEST_F(FakeProc, AZombieIsGone) {
    process_seven("vmbench", 'Z', 900);
    EXPECT_FALSE(is_alive("b00t 7 900", proc_));
}

}  // namespace
}  // namespace harness::run
