#include "harness/store/slice_blob.h"

#include <limits>

#include <gtest/gtest.h>

namespace harness::store {
namespace {

using model::Fate;
using model::Side;
using model::Slice;

std::vector<Slice> example() {
    return {{Side::base, Fate::first, 1000, 20'000'000, 20'100'000, 41'000, 0, 1},
            {Side::head, Fate::partner, 1000, std::numeric_limits<std::int64_t>::max(), 0, 127, 128, 0}};
}

TEST(SliceBlob, GivesBackWhatWasPacked) {
    EXPECT_EQ(unpack_slices(pack_slices(example())).value(), example());
    EXPECT_TRUE(unpack_slices(pack_slices({})).value().empty());
}

TEST(SliceBlob, TakesFewBytesASlice) {
    const std::vector<Slice> slices(18, example()[0]);
    EXPECT_LT(pack_slices(slices).size(), 18U * 18U);
}

TEST(SliceBlob, HasTheDocumentedForm) {
    EXPECT_EQ(pack_slices({{Side::head, Fate::disturbed, 300, 1, 2, 3, 4, 5}}),
              std::string("\x01\x01\x05\xac\x02\x01\x02\x03\x04\x05", 10));
}

TEST(SliceBlob, RefusesWhatIsCutShortAnywhere) {
    const std::string bytes = pack_slices(example());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        EXPECT_FALSE(unpack_slices(bytes.substr(0, length)).has_value()) << length;
    }
}

TEST(SliceBlob, RefusesWhatItDoesNotKnow) {
    EXPECT_EQ(unpack_slices("\x02").error().message, "slices of an unknown version");
    EXPECT_EQ(unpack_slices(pack_slices(example()) + "x").error().message, "damaged slices");
    EXPECT_FALSE(unpack_slices(std::string("\x01\x01\x08\x00\x00\x00\x00\x00\x00", 9)).has_value());
    EXPECT_FALSE(unpack_slices("\x01\xff\xff\xff\xff\xff\xff\xff\xff\x7f").has_value());
}

}  // namespace
}  // namespace harness::store
