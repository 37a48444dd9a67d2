#include "vm/jit/x64/lowering.h"

#include <algorithm>

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;
using ir::Opcode;

namespace {

std::uint32_t most_retired(const ir::Block& block) {
    std::uint32_t most = 0;
    for (const ir::Frame& frame : block.frames()) most = std::max(most, frame.retired);
    return most;
}

std::size_t count_constants(const ir::Node& node) {
    const auto is_constant = [](ir::Value value) { return value.is_constant(); };
    return static_cast<std::size_t>(std::count_if(node.operands.begin(), node.operands.end(), is_constant));
}

}  // namespace

Result<void> Lowering::lower(const ir::Block& block, std::uint64_t pc, std::uint64_t address,
                             NativeBlock& out) {
    VM_CHECK(block.ended());
    code_.reset();
    code_.init(asmjit::Environment::host(), address);
    code_.setErrorHandler(this);
    code_.attach(&assembler_);
    block_ = &block;
    out_ = &out;
    failure_.clear();
    log_ = 0;
    home_updates_.fill(kNone);
    updates_.clear();
    moves_.clear();
    checked_.assign(block.nodes().size(), false);
    cold_exits_.clear();
    cold_serves_.clear();
    cold_look_ups_.clear();
    nan_fixes_.clear();
    pool_.clear();
    instructions_ = most_retired(block);
    out = NativeBlock{};
    out.pc = pc;
    out.address = address;
    out.instructions = instructions_;
    for (const ir::Constant& each : block.constants()) out.constants.push_back(each.bits);

    liveness_.compute(block, abi_);
    registers_.begin(liveness_, abi_);
    enter_segment(0);
    emit_entry();
    for (index_ = 0; index_ < block.nodes().size() and failure_.empty(); ++index_) lower_node(index_);
    emit_cold();
    if (registers_.overflowed()) fail_with("too many values are needed at once");
    if (not failure_.empty()) return fail("cannot compile the block at {:#x}: {}", pc, failure_);
    out.updates = updates_;
    out.moves = moves_;
    code_.flatten();
    code_.resolveUnresolvedLinks();
    code_.relocateToBase(address);
    out.code.resize(code_.codeSize());
    code_.copyFlattenedData(out.code.data(), out.code.size());
    return {};
}

void Lowering::fail_with(const char* what) {
    if (failure_.empty()) failure_ = what;
}

void Lowering::handleError(asmjit::Error, const char* message, asmjit::BaseEmitter*) { fail_with(message); }

void Lowering::emit_entry() {
    mark(Mark::Kind::entry);
    over_budget_ = assembler_.newLabel();
    if (instructions_ != 0) {
        assembler_.sub(gp64(kCountdownRegister), instructions_);
        assembler_.js(over_budget_);
    }
    out_->counter = observer_ != nullptr ? observer_->counter(out_->pc) : nullptr;
    if (out_->counter == nullptr) return;
    assembler_.mov(gp64(kScratch), reinterpret_cast<std::uint64_t>(&out_->counter->entries));
    assembler_.inc(x86::qword_ptr(gp64(kScratch)));
}

void Lowering::mark(Mark::Kind kind, std::uint32_t index) {
    if (observer_ == nullptr) return;
    out_->marks.push_back({static_cast<std::uint32_t>(assembler_.offset()), kind, index});
}

void Lowering::lower_node(std::uint32_t index) {
    mark(Mark::Kind::node, index);
    registers_.unlock();
    if (index != 0) {
        registers_.release(index - 1);
        liveness_.pass(index - 1);
    }
    const ir::Node& node = block_->nodes()[index];
    switch (node.op) {
        case Opcode::nop:
            return;
        case Opcode::get:
            return lower_get();
        case Opcode::load:
        case Opcode::store:
            return lower_access();
        case Opcode::fence:
            if (static_cast<ir::Fence>(node.detail) == ir::Fence::full) assembler_.mfence();
            return;
        case Opcode::call:
            return lower_call();
        case Opcode::branch:
        case Opcode::leave_if:
        case Opcode::goto_:
        case Opcode::goto_value:
        case Opcode::leave:
        case Opcode::trap:
            return lower_exit();
        default:
            break;
    }
    // Constants share one scratch register; optimised blocks hardly have such nodes.
    const std::size_t constants = count_constants(node);
    if (node.op == Opcode::low and constants == 0) return;  // see carrier()
    if (constants == ir::operand_count(node) and ir::is_pure(node)) return lower_known();
    const bool served = node.op != Opcode::select and constants > 1;
    if (served or (not lower_integer() and not lower_floating())) serve_whole();
}

// Everything that is met seldom, behind the code that is not.
void Lowering::emit_cold() {
    x86::Assembler& a = assembler_;
    for (std::size_t i = 0; i < cold_exits_.size(); ++i) {
        mark(Mark::Kind::exit, cold_exits_[i].site);
        a.bind(cold_exits_[i].entry);
        emit_exit(cold_exits_[i].site);
    }
    for (const ColdLookUp& each : cold_look_ups_) {
        mark(Mark::Kind::look_up);
        a.bind(each.entry);
        load_address(each);
        a.push(gp64(kRdx));
        a.mov(gp32(kRdx), each.place);
        a.call(each.code);
        a.pop(gp64(kRdx));
        a.jc(each.none);
        a.jmp(each.back);
    }
    for (const ColdServe& each : cold_serves_) {
        mark(Mark::Kind::serve, each.site);
        a.bind(each.entry);
        serve(each.site);
        a.jmp(each.back);
    }
    for (const NanFix& each : nan_fixes_) {
        mark(Mark::Kind::nan);
        a.bind(each.entry);
        const bool single = each.type == ir::Type::f32;
        const auto nan = constant(ir::float_format(each.type).canonical_nan());
        single ? a.vmovss(xmm(each.number), nan) : a.vmovsd(xmm(each.number), nan);
        a.jmp(each.back);
    }
    if (instructions_ != 0) {
        mark(Mark::Kind::budget);
        a.bind(over_budget_);
        a.add(gp64(kCountdownRegister), instructions_);
        a.mov(x86::rax, out_->pc);
        a.jmp(stubs_.budget);
    }
    if (pool_.empty()) return;
    mark(Mark::Kind::constants);
    a.align(asmjit::AlignMode::kData, 16);
    for (const PoolEntry& each : pool_) {
        a.bind(each.label);
        a.embedUInt64(each.low);
        a.embedUInt64(each.high);
    }
}

}  // namespace vm::jit::x64
