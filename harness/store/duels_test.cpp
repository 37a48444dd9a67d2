#include "harness/store/duels.h"

#include <gtest/gtest.h>

#include "harness/store/testing.h"

namespace harness::store {
namespace {

class Duels : public StoreTest {};

TEST_F(Duels, KeepTheNewestTerms) {
    auto connection = open();
    const model::Run run = example_run(1);
    check(record_run(connection, run, "", counting_random()));
    check(record_terms(connection, run.id, "{\"version\": 1}"));
    check(record_terms(connection, run.id, "{\"version\": 1, \"base\": \"main\"}"));
    EXPECT_EQ(terms_of_run(connection, run.id).value(), "{\"version\": 1, \"base\": \"main\"}");
}

TEST_F(Duels, HaveNoTermsForOtherRuns) {
    auto connection = open();
    EXPECT_EQ(terms_of_run(connection, uuid(9)).value(), std::nullopt);
}

}  // namespace
}  // namespace harness::store
