#pragma once

// For tests: where loops run, in pairs of guests.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/random_values.h"
#include "vm/native/guest_pair.h"
#include "vm/native/loops.h"
#include "vm/native/machine_guest.h"
#include "vm/native/program_guest.h"

namespace vm::native {

inline std::string loop_name(const ::testing::TestParamInfo<loops::Named>& loop) { return loop.param.name; }

// How a guest is begun there, and what becomes of its traps.
struct ProgramPlace {
    using Guest = ProgramGuest;
    static constexpr std::uint64_t kCodeAt = ProgramGuest::kCode;
    static constexpr std::uint64_t kDataAt = ProgramGuest::kData;
    static constexpr std::uint64_t kNowhere = ProgramGuest::kData + mem::kPageSize - 4;

    static void start(Guest& guest, const ProgramCode& code, std::span<const std::byte> data) {
        guest.start(code, data);
    }
    // As a signal handler might, that passes the instruction.
    static void take(Guest& guest, const engine::Trap& trap) {
        guest.hart.pc += 4;
        guest.hart.x[28] += trap.cause;
    }
};

template <Privilege kPrivilege>
struct MachinePlace {
    using Guest = MachineGuest;
    static constexpr bool kPaged = kPrivilege != Privilege::machine;
    static constexpr std::uint64_t kDataPage = kDataPages + 5 * kPageSize;
    static constexpr std::uint64_t kCodeAt = kPaged ? kCode : MachineGuest::code_page(0);
    static constexpr std::uint64_t kDataAt = kPaged ? kData : kDataPage;
    static constexpr std::uint64_t kNowhere = kPaged ? kData - 4 * kPageSize : kRam + kRamSize - 8;
    static constexpr std::uint64_t kHandler = MachineGuest::code_page(1);

    // The handler, in machine mode, passes the instruction.
    static void start(Guest& guest, const ProgramCode& code, std::span<const std::byte> data) {
        constexpr unsigned kAny = 28;
        guest.start(kPrivilege, code, data);
        guest.put(kHandler,
                  bytes_of(code_of({with_csr(Opcode::csrrw, kAny, Csr::mscratch, kAny),
                                    with_csr(Opcode::csrrs, kAny, Csr::mepc, 0), addi(kAny, kAny, 4),
                                    with_csr(Opcode::csrrw, 0, Csr::mepc, kAny),
                                    with_csr(Opcode::csrrw, kAny, Csr::mscratch, kAny),
                                    make_insn(Opcode::mret, 0, 0, 0, 0)})));
        EXPECT_TRUE(guest.hart.csrs.change(static_cast<std::uint16_t>(Csr::mtvec), kHandler));
        EXPECT_TRUE(guest.hart.csrs.change(static_cast<std::uint16_t>(Csr::mcounteren), 7));
        guest.hart.pc = kCodeAt;
    }
    static void take(Guest& guest, const engine::Trap& trap) {
        guest.hart.pc = guest.hart.csrs.enter_trap(trap, guest.hart.pc);
    }
};

// Both with the same data and the same registers, by chance.
template <class Place, class Pair>
void begin_loop(Pair& pair, const ProgramCode& code, guest::riscv::RandomValues& random) {
    std::vector<std::uint64_t> data(mem::kPageSize / 8);
    for (std::uint64_t& each : data) {
        each = random.float_register();
    }
    std::array<std::uint64_t, 64> registers{};
    for (std::uint64_t& each : registers) {
        each = random.integer();
    }
    pair.both([&](auto& guest) {
        Place::start(guest, code, std::as_bytes(std::span(data)));
        std::copy_n(registers.begin(), 31, guest.hart.x.begin() + 1);
        std::copy_n(registers.begin() + 32, 32, guest.hart.f.begin());
        guest.hart.x[Loop::kCodeAt] = Place::kCodeAt;
        guest.hart.x[Loop::kDataAt] = Place::kDataAt;
        guest.hart.x[Loop::kNowhere] = Place::kNowhere;
    });
}

// So many instructions, whatever traps among them.
template <class Place, class Pair>
void advance_loop(Pair& pair, std::uint64_t budget) {
    const std::uint64_t& retired = pair.interpreted.hart.csrs.instret;
    const std::uint64_t end = retired + budget;
    engine::Exit exit{};
    do {
        exit = pair.run(end - retired);
        if (exit.reason == engine::ExitReason::trap) {
            pair.both([&](auto& guest) { Place::take(guest, exit.trap); });
        }
    } while (exit.reason != engine::ExitReason::budget and not ::testing::Test::HasFailure());
    EXPECT_EQ(retired, end);
}

}  // namespace vm::native
