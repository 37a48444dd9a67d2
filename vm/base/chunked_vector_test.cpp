#include "vm/base/chunked_vector.h"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace vm {
namespace {

TEST(ChunkedVector, ElementsStayWhereTheyAre) {
    ChunkedVector<int, 4> numbers;
    std::vector<const int*> places;
    for (int k = 0; k < 11; ++k) {
        int& made = numbers.emplace_back();
        EXPECT_EQ(made, 0);
        made = k;
        places.push_back(&made);
    }
    ASSERT_EQ(numbers.size(), 11u);
    for (std::size_t k = 0; k < 11; ++k) {
        EXPECT_EQ(numbers[k], static_cast<int>(k));
        EXPECT_EQ(&numbers[k], places[k]);
    }
}

TEST(ChunkedVector, ElementsStayWhereTheyAreWhenItIsMoved) {
    ChunkedVector<int, 2> numbers;
    const int* const first = &numbers.emplace_back();
    const ChunkedVector<int, 2> moved = std::move(numbers);
    EXPECT_EQ(&moved[0], first);
}

}  // namespace
}  // namespace vm
