#include <array>
#include <memory>

#include <fmt/format.h>

#include "suites/common/guards.h"
#include "suites/common/lazy.h"
#include "suites/common/sizes.h"
#include "suites/jit/groups.h"
#include "suites/jit/kernels.h"
#include "suites/jit/ring.h"

namespace suites::jit {
namespace {

using common::Case;
using common::kKiB;
using common::kMiB;
using std::filesystem::path;

// The innermost cache, the next one, and none.
constexpr std::array kSizes = {16 * kKiB, 512 * kKiB, 64 * kMiB};

// No multiple of a ring's length, so that where a chase ends tells how far it came.
constexpr std::uint64_t kSteps = (1 << 16) - 16;

struct UserRing {
    UserRing(const path& folder, std::uint64_t bytes)
        : guest(folder, vm::native::Options{}), ring(guest, bytes) {}

    UserGuest guest;
    Ring ring;
};

struct SystemRing {
    SystemRing(const path& folder, std::uint64_t bytes)
        : guest(folder, vm::native::Options{}, bytes), ring(guest, bytes) {}

    SystemGuest guest;
    Ring ring;
};

std::uint64_t iterations_of(const benchmark::State& state) {
    return static_cast<std::uint64_t>(state.iterations());
}

// Time is for one step, here and below.
void chase_in_guest(benchmark::State& state, Guest& guest, const Ring& ring) {
    const std::uint64_t function = guest.address_of("chase");
    guest.call(function, {ring.guest_after(0), kSteps});
    std::uint64_t address = ring.guest_after(0);
    while (state.KeepRunningBatch(kSteps)) {
        address = guest.call(function, {address, kSteps});
    }
    common::expect_equal(state, "address reached", address, ring.guest_after(iterations_of(state)));
}

void chase_in_host(benchmark::State& state, const Ring& ring) {
    std::uint64_t address = ring.host_after(0);
    while (state.KeepRunningBatch(kSteps)) {
        address = chase(address, kSteps);
    }
    common::expect_equal(state, "address reached", address, ring.host_after(iterations_of(state)));
}

template <class Made>
Case chase_case(std::string id, const std::shared_ptr<common::Lazy<Made>>& made,
                void (*body)(benchmark::State&, Made&)) {
    return {.id = std::move(id),
            .body = [=](auto& state) { body(state, (*made)()); },
            .metrics = {common::time_metric()},
            .tags = {"jit"},
            .touch = [=] { (*made)().ring.touch(); }};
}

void add_chases(std::vector<Case>& cases, const path& folder, std::uint64_t bytes) {
    const auto id = [&](const char* where) {
        return fmt::format("chase/{}/{}", common::size_text(bytes), where);
    };
    const auto user = common::lazy<UserRing>(folder, bytes);
    const auto system = common::lazy<SystemRing>(folder, bytes);
    Case raw = chase_case<SystemRing>(id("raw"), system,
                                      [](auto& state, auto& made) { chase_in_host(state, made.ring); });
    raw.tags.push_back("reference");
    Case in_user = chase_case<UserRing>(
        id("user"), user, [](auto& state, auto& made) { chase_in_guest(state, made.guest, made.ring); });
    Case in_system = chase_case<SystemRing>(
        id("system"), system, [](auto& state, auto& made) { chase_in_guest(state, made.guest, made.ring); });
    in_system.targets = {{"time", id("raw"), 2.4}};
    for (Case* made : {&in_user, &in_system}) made->versus = {id("raw")};
    for (Case* made : {&raw, &in_user, &in_system}) {
        if (bytes == kSizes.front()) made->tags.push_back("quick");
        cases.push_back(std::move(*made));
    }
}

}  // namespace

std::vector<Case> chase_cases(const path& folder) {
    std::vector<Case> cases;
    for (const std::uint64_t bytes : kSizes) add_chases(cases, folder, bytes);
    return cases;
}

}  // namespace suites::jit
