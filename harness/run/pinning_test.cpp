#include "harness/run/pinning.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>

namespace harness::run {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

// A folder laid out as /sys, with as many CPUs as there are lists of siblings.
class Pinning : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "pinningXXXXXX";
        sys_ = mkdtemp(name.data());
    }
    void TearDown() override { fs::remove_all(sys_); }

    void siblings(const std::vector<std::string>& lists) {
        for (std::size_t cpu = 0; cpu < lists.size(); ++cpu) {
            const auto folder = sys_ / "devices/system/cpu" / fmt::format("cpu{}", cpu) / "topology";
            fs::create_directories(folder);
            std::ofstream(folder / "thread_siblings_list") << lists[cpu] << '\n';
        }
    }

    fs::path sys_;
};

TEST_F(Pinning, WorkersGetTheLastCpuAndTheHarnessTheFirst) {
    siblings({"0", "1", "2", "3"});
    EXPECT_EQ(choose_cpus(std::vector{0, 1, 2, 3}, sys_), (Placement{3, 0, Distance::apart}));
}

TEST_F(Pinning, TheHarnessKeepsOffTheWorkersCore) {
    siblings({"0,3", "1,2", "1-2", "0,3"});
    EXPECT_EQ(choose_cpus(std::vector{0, 1, 2, 3}, sys_), (Placement{3, 1, Distance::apart}));
    EXPECT_EQ(choose_cpus(std::vector{0, 1, 2}, sys_), (Placement{2, 0, Distance::apart}));
}

TEST_F(Pinning, OnlyAllowedCpusAreChosen) {
    siblings({"0", "1", "2", "3"});
    EXPECT_EQ(choose_cpus(std::vector{1, 2}, sys_), (Placement{2, 1, Distance::apart}));
}

TEST_F(Pinning, SiblingsAreSaidToBe) {
    siblings({"0-1", "0-1"});
    EXPECT_EQ(choose_cpus(std::vector{0, 1}, sys_), (Placement{1, 0, Distance::siblings}));
}

TEST_F(Pinning, OneCpuIsSaidToBeTheSame) {
    siblings({"0"});
    EXPECT_EQ(choose_cpus(std::vector{0}, sys_), (Placement{0, 0, Distance::same}));
}

TEST_F(Pinning, WithoutATopologyCpusCountAsApart) {
    EXPECT_EQ(choose_cpus(std::vector{0, 1}, sys_), (Placement{1, 0, Distance::apart}));
}

TEST_F(Pinning, APinHoldsUntilItGoes) {
    const auto before = allowed_cpus().value();
    {
        const auto pin = Pin::create(before.back());
        ASSERT_TRUE(pin.has_value());
        EXPECT_THAT(allowed_cpus().value(), ElementsAre(before.back()));
    }
    EXPECT_EQ(allowed_cpus().value(), before);
}

TEST_F(Pinning, ACpuThatIsNotThereIsAnError) {
    EXPECT_EQ(Pin::create(1000).error().message, "cannot run on CPU 1000: Invalid argument");
}

}  // namespace
}  // namespace harness::run
