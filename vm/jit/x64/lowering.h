#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <asmjit/x86.h>

#include "vm/base/result.h"
#include "vm/ir/block.h"
#include "vm/ir/float_format.h"
#include "vm/jit/code_observer.h"
#include "vm/jit/edge_abi.h"
#include "vm/jit/liveness.h"
#include "vm/jit/memory_model.h"
#include "vm/jit/native_block.h"
#include "vm/jit/x64/registers.h"
#include "vm/jit/x64/runtime.h"

namespace vm::jit::x64 {

// Turns a block that verifies into host code, in one pass. What is rare or long is left to C++ (Site, served
// by NativeFrame::serve) or stands behind the rest of the code.
class Lowering : private asmjit::ErrorHandler {
  public:
    // All outlive it.
    Lowering(const EdgeAbi& abi, const MemoryModel& memory, const Stubs& stubs,
             CodeObserver* observer = nullptr)
        : abi_(abi), memory_(memory), stubs_(stubs), observer_(observer), registers_(assembler_) {}

    // Compiles for code that will lie at `address`. Fails where the block asks for what is not supported, or
    // is too large.
    Result<void> lower(const ir::Block& block, std::uint64_t pc, std::uint64_t address, NativeBlock& out);

  private:
    static constexpr std::uint32_t kNone = 0xffff'ffff;
    using Label = asmjit::Label;
    using Mem = asmjit::x86::Mem;
    // What is emitted behind the code: an exit, or the rare side of an operation.
    struct ColdExit {
        Label entry;
        std::uint32_t site = 0;
    };
    struct ColdServe {
        Label entry;
        Label back;
        std::uint32_t site = 0;
    };

    // Of an access that is not in the page where its base led before.
    struct ColdLookUp {
        Label entry;
        Label back;  // with the host address in the scratch register
        Label none;  // where there is no translation
        std::uint64_t code = 0;
        std::uint32_t place = 0;
        std::uint8_t base = 0;
        std::int32_t offset = 0;
        std::optional<std::uint64_t> address;  // in place of the two
    };
    // The last write to a slot.
    struct ShownWrite {
        ir::Value value;  // a carrier
        std::uint32_t update = 0;
    };
    struct NanFix {
        Label entry;
        Label back;
        std::uint8_t number;
        ir::Type type;
    };

    // lowering.cpp: the frame of it all.
    void emit_entry();
    void emit_cold();
    void mark(Mark::Kind kind, std::uint32_t index = 0);
    void lower_node(std::uint32_t index);
    void fail_with(const char* what);
    void handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) override;
    const ir::Node& node() const { return block_->nodes()[index_]; }
    ir::Type type(ir::Value value) const { return block_->type(value); }

    // operands.cpp: values and constants.
    std::uint8_t general(ir::Value value);
    std::uint8_t vector(ir::Value value);
    std::optional<std::int32_t> immediate(ir::Value value) const;
    bool dies_here(ir::Value value) const;
    Place place_of(ir::Value value) const;
    Place place_of_carrier(ir::Value value) const;
    ir::Value carrier(ir::Value value) const { return jit::carrier(*block_, value); }
    std::uint8_t define_general(RegisterMask avoid = 0, ir::Value reuse = {});
    std::uint8_t define_vector(RegisterMask avoid = 0, ir::Value reuse = {});
    std::uint8_t define_result(std::uint32_t site, ir::Value reuse = {});
    void load_constant(std::uint8_t to, std::uint64_t bits);
    void lower_known();
    Mem constant(std::uint64_t low, std::uint64_t high = 0);
    std::optional<std::uint8_t> wanted(ir::Value reuse, RegisterFile file) const;

    // integer.cpp, product.cpp, relation.cpp
    bool lower_integer();
    void lower_binary(asmjit::x86::Inst::Id op);
    void lower_add();
    void lower_sub();
    void lower_shift(asmjit::x86::Inst::Id by_constant, asmjit::x86::Inst::Id by_register);
    void lower_rotate(bool left);
    void lower_negated();
    void lower_high_product();
    void lower_division();
    void lower_division_by(std::uint64_t divisor);
    void divide_specially(std::uint8_t to, std::uint8_t dividend, std::uint8_t divisor, const Label& usual);
    void divide(std::uint8_t to, std::uint8_t dividend, const asmjit::Operand& divisor);
    void lower_comparison();
    void lower_min_max();
    void lower_unary(asmjit::x86::Inst::Id op);
    void lower_byte_swap();
    void lower_carryless();
    void lower_or_combine();
    void lower_extension();
    void lower_extract();
    void lower_shift_add();
    void lower_select();
    void lower_float_select();
    void compare(ir::Value a, ir::Value b);

    // floating.cpp
    bool lower_floating();
    void lower_arithmetic(asmjit::x86::Inst::Id single, asmjit::x86::Inst::Id twice);
    void lower_square_root();
    void lower_fused();
    void lower_float_compare();
    void lower_float_choice();
    void lower_sign();
    void lower_to_integer();
    void lower_from_integer();
    void lower_conversion();
    void lower_box();
    void lower_bits();
    void lower_canonical();
    bool in_current_mode() const;
    bool makes_quiet_nans(ir::Value value) const;
    void make_canonical(std::uint8_t number, ir::Type type, bool quiet);

    // memory.cpp
    void lower_access();
    void serve_access();
    bool needs_register(ir::Value value) const;
    void emit_load(std::uint8_t to, const Mem& from, std::uint32_t site);
    void emit_store(ir::Value value, const Mem& to, std::uint32_t site);
    void note_access(std::uint32_t site);
    void store_general(const Mem& to, std::uint8_t from);
    Mem address_of(ir::Value base, std::uint8_t number, std::uint32_t site);
    Label outside(std::uint32_t site);
    Mem translated(ir::Value base, std::uint8_t number, std::uint32_t site);
    void load_address(const ColdLookUp& access);
    std::uint32_t recent_place(ir::Value base, std::uint32_t site) const;

    // state.cpp: slots, and sites that show them.
    void lower_get();
    void lower_call();
    void enter_segment(std::uint32_t segment);
    std::uint32_t make_site(bool with_state);
    void capture(const ir::Frame& frame, Site& site);
    void follow_log(std::uint32_t to);
    std::uint32_t update_of_home(Home home);
    void serve(std::uint32_t site);
    void serve_cold(const Label& entry, const Label& back, std::uint32_t site);
    void serve_whole();
    Mem state_at(std::uint32_t offset, unsigned bytes) const;

    // exits.cpp
    void lower_exit();
    void emit_exit(std::uint32_t site);
    void emit_link(Site& site);
    void look_up_jump();
    void store_slots(const Site& site);
    void store_formed(const SlotUpdate& update, const Place& from);
    void store_vector(const SlotUpdate& update, const Place& from);
    void load_homes(const Site& site);
    void finish_home(const SlotUpdate& update, const Place& from, std::uint8_t to);
    void form_vector(const SlotUpdate& update, std::uint8_t number);
    void load_general(const Place& from, std::uint8_t to);
    void load_vector(const Place& from, std::uint8_t to);

    const EdgeAbi& abi_;
    const MemoryModel& memory_;
    const Stubs& stubs_;
    CodeObserver* observer_;
    asmjit::CodeHolder code_;
    asmjit::x86::Assembler assembler_;
    Liveness liveness_;
    Registers registers_;

    const ir::Block* block_ = nullptr;
    NativeBlock* out_ = nullptr;
    std::uint32_t index_ = 0;
    std::uint32_t segment_ = 0;
    std::uint32_t instructions_ = 0;
    std::uint32_t log_ = 0;
    std::vector<ShownWrite> shown_;                     // of slots written in this segment
    std::vector<std::uint32_t> shown_at_;               // by slot: where in shown_, or kNone
    std::uint32_t kept_homes_ = 0;                      // bits by home: not written in this segment
    std::array<ValueId, kHomes> holder_{};              // of what each home held when the segment began
    std::array<std::uint32_t, kHomes> home_updates_{};  // of homes whose slots are not written, or kNone
    std::vector<SlotUpdate> updates_;                   // of the block so far
    std::vector<SlotMove> moves_;                       // of all sites so far
    std::vector<bool> checked_;                         // by node: addresses known to be inside
    std::vector<ColdExit> cold_exits_;
    std::vector<ColdServe> cold_serves_;
    std::vector<ColdLookUp> cold_look_ups_;
    std::vector<NanFix> nan_fixes_;
    struct PoolEntry {
        Label label;
        std::uint64_t low;
        std::uint64_t high;
    };
    std::vector<PoolEntry> pool_;
    Label over_budget_;
    Label access_back_;
    std::string failure_;
};

}  // namespace vm::jit::x64
