#include "vm/machine/listing.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vm/machine/test_image.h"

namespace vm::machine {
namespace {

using ::testing::ElementsAre;
using testing::TestImage;

std::vector<std::string> listed(const TestImage& image) {
    std::vector<std::string> lines;
    list_instructions(image.parse(), [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
}

TEST(Listing, ShowsLabelAddressBitsAndTextOfBothLengths) {
    EXPECT_THAT(listed(TestImage({0x00250513, 0x00010505})),
                ElementsAre("", "0000000080000000 <_start>:", "80000000: 00250513  addi a0,a0,2",
                            "80000004: 0505      c.addi a0,1", "80000006: 0001      c.addi zero,0"));
}

TEST(Listing, LabelStandsBeforeTheInstructionItNames) {
    EXPECT_THAT(listed(TestImage({0x00250513, 0x00150513}).entry(TestImage::kBase + 4)),
                ElementsAre("80000000: 00250513  addi a0,a0,2", "",
                            "0000000080000004 <_start>:", "80000004: 00150513  addi a0,a0,1"));
}

TEST(Listing, InstructionCutOffByTheEndOfTheSegmentIsShownAsData) {
    EXPECT_THAT(listed(TestImage({0x00250513}).entry(0).cut(2)),
                ElementsAre("80000000: 0513      .2byte 0x0513"));
    EXPECT_THAT(listed(TestImage({0x00250513}).entry(0).cut(3)),
                ElementsAre("80000000: 13        .byte 0x13"));
}

TEST(Listing, AddressesAreVirtual) {
    EXPECT_THAT(listed(TestImage({0x00250513}).at(0x1000, 0x80000000).entry(0)),
                ElementsAre("1000: 00250513  addi a0,a0,2"));
}

}  // namespace
}  // namespace vm::machine
