// Lifted blocks, as they are and optimised, do what the interpreter does.
#include <algorithm>
#include <cstring>
#include <functional>
#include <span>
#include <sys/mman.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/encoding.h"
#include "vm/guest/riscv/generate.h"
#include "vm/guest/riscv/generate_code.h"
#include "vm/guest/riscv/hart_slots.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/lift_helpers.h"
#include "vm/guest/riscv/lifter.h"
#include "vm/guest/riscv/random_values.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/ir/evaluate.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/print.h"
#include "vm/ir/verify.h"

namespace vm::guest::riscv {
namespace {

constexpr std::uint64_t kCode = 0x10000;
constexpr std::size_t kCodeSize = 4 * mem::kPageSize;
constexpr std::uint64_t kData = 0x400000;
constexpr std::size_t kDataSize = mem::kPageSize;

// Carries out the calls of lifted blocks on a World's memory.
class Atomics {
  public:
    explicit Atomics(const Reservation& reservation) : reservation_(reservation) {}

    const Reservation& reservation() const { return reservation_; }

    ir::HelperOutcome operator()(ir::World& world, std::uint32_t number, const ir::OperandBits& arguments) {
        const auto helper = static_cast<LiftHelper>(number);
        const bool word = mem_type(helper) == semantics::MemType::s32;
        return word ? carry_out<std::uint32_t>(world, helper, arguments)
                    : carry_out<std::uint64_t>(world, helper, arguments);
    }

  private:
    static constexpr ir::HelperOutcome kTrapped = {0, true};

    template <class T>
    ir::HelperOutcome carry_out(ir::World& world, LiftHelper helper, const ir::OperandBits& arguments) {
        const std::uint64_t at = arguments[0] - world.memory_base;
        const bool reserves = helper == LiftHelper::lr_w or helper == LiftHelper::lr_d;
        if (at > world.memory.size() - sizeof(T) or at % sizeof(T) != 0) {
            reservation_.valid = reservation_.valid and not reserves;
            return kTrapped;
        }
        T old = 0;
        std::memcpy(&old, world.memory.data() + at, sizeof old);
        const std::uint64_t before = sign_extend(old, 8 * sizeof old);
        if (reserves) {
            reservation_ = {true, arguments[0], before};
            return {before};
        }
        const bool conditional = helper == LiftHelper::sc_w or helper == LiftHelper::sc_d;
        if (conditional and not takes(arguments[0], old)) return {1};
        const auto value = static_cast<T>(arguments[1]);
        const T stored = conditional ? value : combined(amo_of(helper), old, value);
        std::memcpy(world.memory.data() + at, &stored, sizeof stored);
        return {conditional ? 0 : before};
    }

    template <class T>
    bool takes(std::uint64_t address, T old) {
        const bool valid = std::exchange(reservation_.valid, false);
        return valid and reservation_.address == address and static_cast<T>(reservation_.value) == old;
    }

    template <class T>
    static T combined(semantics::Amo amo, T old, T value) {
        using Signed = std::make_signed_t<T>;
        const auto signed_old = static_cast<Signed>(old);
        const auto signed_value = static_cast<Signed>(value);
        switch (amo) {
            case semantics::Amo::swap:
                return value;
            case semantics::Amo::add:
                return old + value;
            case semantics::Amo::xor_:
                return old ^ value;
            case semantics::Amo::and_:
                return old & value;
            case semantics::Amo::or_:
                return old | value;
            case semantics::Amo::min:
                return static_cast<T>(std::min(signed_old, signed_value));
            case semantics::Amo::max:
                return static_cast<T>(std::max(signed_old, signed_value));
            case semantics::Amo::minu:
                return std::min(old, value);
            case semantics::Amo::maxu:
                break;
        }
        return std::max(old, value);
    }

    Reservation reservation_;
};

// How blocks are lifted and optimised.
struct Way {
    std::uint32_t max_instructions;
    Branches branches;
    bool atomics_by_helper;
    unsigned level;
};

// A hart that the interpreter runs over code that may only be fetched and one page of data. Before each block
// it is copied into a World, in which the block is evaluated.
class LifterProperty : public ::testing::Test {
  protected:
    LifterProperty() {
        map(kCode, kCodeSize, mem::page::kExecute);
        map(kData, kDataSize, mem::page::kRead | mem::page::kWrite);
    }

    void map(std::uint64_t address, std::uint64_t length, std::uint8_t permissions) {
        const auto at = mem::PhysAddr{address};
        ASSERT_EQ(ram_.host(at), ::mmap(ram_.host(at), length, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
        ram_.set_permissions(at, length, permissions);
    }

    void start(ProgramCode code, std::span<const std::byte> data) {
        append_word(code, make_insn(Opcode::ecall, 0, 0, 0, 0));
        ASSERT_LE(byte_count(code), kCodeSize);
        ASSERT_TRUE(ram_.fill(mem::PhysAddr{kCode}, kCodeSize, std::byte{0}));
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kCode}, std::as_bytes(std::span(code))));
        ASSERT_TRUE(ram_.write_bytes(mem::PhysAddr{kData}, data));
        hart_.pc = kCode;
    }

    ir::World world() const {
        ir::World world;
        world.state.resize(kSlotsEnd);
        std::memcpy(world.state.data() + kIntegersOffset, hart_.x.data(), 32 * sizeof hart_.x[0]);
        std::memcpy(world.state.data() + kFloatsOffset, hart_.f.data(), sizeof hart_.f);
        world.memory_base = kData;
        const auto* const data = reinterpret_cast<const std::uint8_t*>(ram_.host(mem::PhysAddr{kData}));
        world.memory.assign(data, data + kDataSize);
        world.rounding = rounds_on_host() ? static_cast<ir::Rounding>(hart_.csrs.frm) : ir::Rounding::rne;
        world.float_flags = hart_.csrs.fflags;
        return world;
    }
    bool rounds_on_host() const { return hart_.csrs.frm < 4; }

    // The block at pc, evaluated, and the interpreter taken as far.
    void run_block(const Way& way) {
        LiftRequest request;
        request.pc = hart_.pc;
        const std::size_t left = mem::kPageSize - hart_.pc % mem::kPageSize;
        request.bytes = {ram_.host(mem::PhysAddr{hart_.pc}), left};
        request.max_instructions = way.max_instructions;
        request.branches = way.branches;
        request.context.rounds_on_host = rounds_on_host();
        request.context.atomics_by_helper = way.atomics_by_helper;
        lifted_ = lift(block_, request);
        expect_sound("as lifted");
        ir::passes::optimise(block_, way.level);
        expect_sound("optimised");
        if (HasFatalFailure()) return;

        ir::World found = world();
        Atomics atomics(hart_.reservation);
        const auto departure = ir::evaluate(block_, found, std::ref(atomics));
        ASSERT_TRUE(departure.has_value()) << departure.error().message << "\n" << ir::print(block_);
        ASSERT_LE(departure->retired, lifted_.instructions);
        const std::uint64_t before = hart_.csrs.instret;
        ASSERT_EQ(interpreter_.run(departure->retired).reason, engine::ExitReason::budget)
            << ir::print(block_);
        ASSERT_EQ(hart_.csrs.instret - before, departure->retired);
        ASSERT_EQ(hart_.pc, departure->pc) << ir::print(block_);
        expect_same(found);
        if (HasFatalFailure()) return;
        if (departure->kind != ir::Departure::Kind::jump) leave(*departure);
        const Reservation& kept = atomics.reservation();
        if (departure->kind != ir::Departure::Kind::leave) {
            ASSERT_EQ(hart_.reservation.valid, kept.valid) << ir::print(block_);
            ASSERT_TRUE(not kept.valid or
                        (hart_.reservation.address == kept.address and hart_.reservation.value == kept.value))
                << ir::print(block_);
        }
    }

    void expect_sound(std::string_view when) {
        const auto sound = ir::verify(block_);
        ASSERT_TRUE(sound.has_value()) << when << ": " << sound.error().message << "\n" << ir::print(block_);
    }

    void expect_same(const ir::World& found) {
        const ir::World expected = world();
        for (std::uint32_t at = 0; at + 8 <= kSlotsEnd; at += 8) {
            const auto begin = expected.state.begin() + at;
            ASSERT_TRUE(std::equal(begin, begin + 8, found.state.begin() + at)) << "state at " << at << "\n"
                                                                                << ir::print(block_);
        }
        ASSERT_TRUE(expected.memory == found.memory) << ir::print(block_);
        ASSERT_EQ(expected.float_flags, found.float_flags) << ir::print(block_);
    }

    // The interpreter carries out the instruction that the block left before.
    void leave(const ir::Departure& departure) {
        using Kind = ir::Departure::Kind;
        const engine::Exit exit = interpreter_.run(1);
        trapped_ = exit.reason == engine::ExitReason::trap;
        const bool must_trap =
            departure.kind != Kind::leave or departure.leave == ir::Leave::environment_call;
        ASSERT_TRUE(trapped_ or not must_trap) << ir::print(block_);
        if (departure.kind == Kind::fault) {
            // The access and, where it lies in two pages, its first byte that cannot be reached.
            ASSERT_LT(exit.trap.value - departure.value, 8u) << ir::print(block_);
        } else if (departure.kind == Kind::trap) {
            ASSERT_EQ(exit.trap.cause, departure.cause);
            ASSERT_EQ(exit.trap.value, departure.value);
        } else if (must_trap and departure.kind == Kind::leave) {
            ASSERT_EQ(exit.trap.cause, cause::kEcallFromU);
        }
    }

    mem::GuestRam ram_ =
        mem::GuestRam::create(mem::PhysAddr{0}, UserMemory::kSize, mem::Backing::reserved).value();
    UserMemory memory_{ram_};
    Hart hart_{CsrFile(HartKind::user_program, 0, [] { return std::uint64_t{0}; })};
    Interpreter<UserMemory> interpreter_{hart_, memory_};
    ir::Block block_;
    Lifted lifted_;
    bool trapped_ = false;
};

Way random_way(RandomValues& random) {
    Way way{};
    way.max_instructions = random.one_in(3) ? 1 + random.below(8) : 64;
    way.branches = random.one_in(2) ? Branches::side_exit : Branches::end_block;
    way.atomics_by_helper = not random.one_in(4);
    way.level = random.below(ir::passes::kMaxLevel + 1);
    return way;
}

TEST_F(LifterProperty, GeneratedProgramsRunTheSameBlockByBlock) {
    constexpr std::uint64_t kPrograms = 150;
    for (std::uint64_t seed = 0; seed < kPrograms and not HasFatalFailure(); ++seed) {
        SCOPED_TRACE(seed);
        RandomValues random(~seed);
        const GeneratedProgram program =
            generate_program({.seed = seed, .data_address = kData, .zicond = Zicond::included});
        start(program.code, program.data);
        trapped_ = false;
        const Way way = random_way(random);
        while (not trapped_ and not HasFatalFailure()) {
            run_block(way);
        }
        EXPECT_EQ(hart_.pc, kCode + byte_count(program.code));  // the ecall
    }
}

struct RandomCode {
    explicit RandomCode(std::uint64_t seed) : values(seed) {}

    // Any instruction of the tables with any fields, or any 16 bits that may be one.
    void append(ProgramCode& code) {
        if (values.one_in(3)) {
            const std::uint32_t half = values.below(0x10000);
            code.push_back(static_cast<std::uint16_t>((half & 3) == 3 ? half & ~1u : half));
            return;
        }
        const Encoding& line = kEncodings[1 + values.below(static_cast<std::uint32_t>(kOpcodeCount) - 1)];
        const std::uint32_t word = line.match | (static_cast<std::uint32_t>(values.next()) & ~line.mask);
        code.push_back(static_cast<std::uint16_t>(word));
        code.push_back(static_cast<std::uint16_t>(word >> 16));
    }

    // Numbers, and addresses in the data from which offsets reach most of it and some of what surrounds it.
    std::uint64_t integer() {
        if (values.one_in(2)) return values.integer();
        const auto middle = kData + kDataSize / 2;
        return middle + (values.one_in(2) ? 8 * values.below(16) : values.below(128));
    }

    RandomValues values;
};

TEST_F(LifterProperty, AnyInstructionsOnAnyRegistersDoTheSame) {
    constexpr std::uint64_t kBlocks = 20000;
    for (std::uint64_t seed = 0; seed < kBlocks and not HasFatalFailure(); ++seed) {
        SCOPED_TRACE(seed);
        RandomCode random(seed);
        ProgramCode code;
        for (unsigned count = 1 + random.values.below(12); count != 0; --count) random.append(code);
        std::vector<std::uint64_t> data(kDataSize / 8);
        for (std::uint64_t& word : data) {
            word = random.values.one_in(2) ? random.values.integer() : random.values.float_register();
        }
        for (unsigned number = 1; number < 32; ++number) hart_.x[number] = random.integer();
        for (std::uint64_t& value : hart_.f) value = random.values.float_register();
        hart_.csrs.fflags = 0;
        hart_.csrs.frm = static_cast<std::uint8_t>(random.values.below(random.values.one_in(4) ? 8 : 4));
        hart_.reservation = {random.values.one_in(2), random.integer(), random.values.integer()};
        start(code, std::as_bytes(std::span(data)));
        if (not HasFatalFailure()) run_block(random_way(random.values));
    }
}

}  // namespace
}  // namespace vm::guest::riscv
