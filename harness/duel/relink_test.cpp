#include "harness/duel/relink.h"

#include <cmath>

#include <gmock/gmock.h>

namespace harness::duel {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

run::Job job(const std::string& case_id, const std::string& program, std::vector<std::string> tags = {}) {
    model::Case one;
    one.id = case_id;
    one.tags = std::move(tags);
    one.metrics = {{"time", "ns", model::Direction::lower}};
    return {model::make_benchmark("memory", one), program, "hash of " + program};
}

// A pair whose processes take as many nanoseconds an iteration as their programs are called.
model::Pair measured(const Contest& orders) {
    model::Pair pair;
    for (const auto side : {model::Side::base, model::Side::head}) {
        const std::string& program = side == model::Side::base ? orders.base->program : orders.head->program;
        model::Slice slice;
        slice.side = side;
        slice.iterations = 1;
        slice.cpu_ns = slice.wall_ns = std::stoll(program);
        pair.slices.push_back(slice);
    }
    return pair;
}

class Relink : public ::testing::Test {
  protected:
    std::map<std::string, double> spreads(const LinkOrders& base, const LinkOrders& head) {
        const auto contests = match(base.front(), head.front());
        RelinkActs acts;
        acts.measure = [this](const Contest& orders, std::uint64_t) {
            ++pairs_;
            auto pair = measured(orders);
            if (orders.head->program == "666") pair.ending = model::PairEnding::failed;
            return pair;
        };
        acts.show = [](const Contest&) {};
        return relink_spreads(contests, base, head, 1, acts, interrupts_);
    }

    std::size_t pairs_ = 0;
    run::Interrupts interrupts_ = std::move(run::Interrupts::create().value());
};

TEST_F(Relink, TheMoreSensitiveSideCounts) {
    const LinkOrders base = {{job("read", "100")}, {job("read", "101")}, {job("read", "99")}};
    const LinkOrders head = {{job("read", "100")}, {job("read", "105")}, {job("read", "100")}};
    EXPECT_THAT(spreads(base, head),
                UnorderedElementsAre(Pair("memory/read", ::testing::DoubleNear(0.05, 1e-9))));
    EXPECT_EQ(pairs_, 2 * 2 * kRelinkPairs);
}

TEST_F(Relink, TheTwoSidesAreNotComparedWithEachOther) {
    const LinkOrders base = {{job("read", "100")}, {job("read", "100")}};
    const LinkOrders head = {{job("read", "200")}, {job("read", "200")}};
    EXPECT_NEAR(spreads(base, head).at("memory/read"), 0, 1e-12);
}

TEST_F(Relink, WhatDoesNotDecideIsNotMeasured) {
    const LinkOrders base = {{job("raw", "100", {"reference"}), job("gone", "1")},
                             {job("raw", "110", {"reference"}), job("gone", "2")}};
    const LinkOrders head = {{job("raw", "100", {"reference"})}, {job("raw", "110", {"reference"})}};
    EXPECT_TRUE(spreads(base, head).empty());
    EXPECT_EQ(pairs_, 0U);
}

TEST_F(Relink, PairsThatFailTellNothing) {
    const LinkOrders orders = {{job("read", "100")}, {job("read", "666")}};
    EXPECT_EQ(spreads(orders, orders).at("memory/read"), 0);
}

TEST_F(Relink, ABuildThatIsTheSameInEveryOrderIsAnError) {
    EXPECT_TRUE(check_orders({{job("read", "1")}, {job("read", "2")}}, "main").has_value());
    EXPECT_THAT(
        check_orders({{job("read", "1")}, {job("read", "2")}, {job("read", "1")}}, "main").error().message,
        HasSubstr("'main' gives the same programs in two link orders: its build does not heed "
                  "VMBENCH_LINK_SEED"));
}

}  // namespace
}  // namespace harness::duel
