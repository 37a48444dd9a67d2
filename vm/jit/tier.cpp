#include "vm/jit/tier.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/ir/passes/optimise.h"
#include "vm/ir/verify.h"
#include "vm/jit/fault_watch.h"
#include "vm/jit/host_registers.h"
#include "vm/jit/materialise.h"
#include "vm/jit/serve.h"

namespace vm::jit {
namespace {

constexpr std::size_t kAlignment = 16;

}  // namespace

Tier::Tier(engine::Frontend& frontend, const EdgeAbi& abi, std::unique_ptr<Backend> backend,
           const TierOptions& options)
    : frontend_(frontend), abi_(abi), backend_(std::move(backend)), options_(options) {}

bool Tier::have_code() {
    if (code_ or no_code_) {
        return code_.has_value();
    }
    no_code_ = true;
    auto memory = CodeMemory::create(options_.code_bytes);
    if (not memory) {
        return false;
    }
    auto jumps = std::make_unique<JumpCache>();
    jumps->space = space_;
    const auto size = backend_->make_stubs(memory->writable(), memory->address(0), memory->size(), *jumps);
    if (not size) {
        return false;
    }
    used_ = align_up(*size, kAlignment);
    code_ = Code{std::move(*memory), std::move(jumps), used_};
    return true;
}

// What is too large for one block may be less of one.
std::unique_ptr<NativeBlock> Tier::make_block(engine::NativeRequest request) {
    constexpr std::uint32_t kFewest = 8;
    auto block = std::make_unique<NativeBlock>();
    while (const std::uint32_t instructions = frontend_.lift(scratch_, request)) {
        ir::passes::optimise(scratch_, options_.level);
        VM_CHECK(ir::verify(scratch_).has_value());
        if (backend_->compile(scratch_, request.pc, code_->memory.address(used_), *block)) {
            counts_.guest_instructions += instructions;
            block->page = request.page;
            return block;
        }
        ++counts_.failed;
        if (instructions <= kFewest) break;
        request.instructions = instructions / 2;
    }
    return nullptr;
}

const void* Tier::compile(const engine::NativeRequest& request) {
    auto block = have_code() ? make_block(request) : nullptr;
    const bool fits = block != nullptr and block->code.size() <= code_->memory.size() - used_;
    if (not fits) {
        full_ = block != nullptr and used_ != code_->first;
        ++counts_.refused;
        return nullptr;
    }
    std::memcpy(code_->memory.writable() + used_, block->code.data(), block->code.size());
    ++counts_.compiled;
    counts_.host_bytes += block->code.size();
    const std::size_t offset = used_;
    used_ = align_up(used_ + block->code.size(), kAlignment);
    block->code = {};
    placed_.push_back({std::move(block), offset});
    return code_->memory.executable() + offset;
}

void Tier::clear() {
    placed_.clear();
    full_ = false;
    if (code_) {
        code_->jumps->clear();
        used_ = code_->first;
        ++counts_.clears;
    }
}

engine::NativeOutcome Tier::run(const void* entry, std::int64_t countdown) {
    NativeRun run;
    run.serve = [](NativeFrame& frame, const Site& site) {
        return static_cast<Tier*>(frame.run->owner)->serve(frame, site);
    };
    run.owner = this;
    run.state = frontend_.state();
    const FaultWatch watch(
        code_->memory.executable(), code_->memory.size(),
        [](void* owner, NativeFrame& frame, std::uint64_t host_pc, std::uint64_t) {
            return static_cast<Tier*>(owner)->answer_fault(frame, host_pc);
        },
        this);
    backend_->stubs().enter(&run, entry, frontend_.memory(), countdown);
    counts_.retired += static_cast<std::uint64_t>(countdown - run.exit.countdown);
    return outcome_of(run.exit);
}

engine::NativeOutcome Tier::outcome_of(const NativeExit& exit) const {
    using Kind = engine::NativeOutcome::Kind;
    engine::NativeOutcome outcome{Kind::interpret, exit.pc, exit.countdown, {}, nullptr};
    if (exit.kind == NativeExit::Kind::budget) {
        outcome.kind = Kind::spent;
    }
    if (exit.kind != NativeExit::Kind::site) {
        return outcome;
    }
    const Site& site = *exit.site;
    outcome.pc = site.pc;
    switch (site.node.op) {
        case ir::Opcode::branch:
        case ir::Opcode::goto_:
            outcome.kind = Kind::go_on;
            outcome.exit = site.linkable ? &site : nullptr;
            outcome.page = site.block->page;
            break;
        case ir::Opcode::goto_value:
            outcome.kind = Kind::go_on;
            outcome.pc = exit.value;
            break;
        case ir::Opcode::trap:
            outcome.kind = Kind::trap;
            outcome.trap = {site.node.imm, exit.value};
            break;
        default:
            break;
    }
    return outcome;
}

void Tier::link(const void* exit, const void* entry) {
    const Site& site = *static_cast<const Site*>(exit);
    const std::uint64_t offset = site.block->address - code_->memory.address(0);
    VM_CHECK(offset < used_);
    backend_->link(site, code_->memory.writable() + offset, reinterpret_cast<std::uint64_t>(entry));
    ++counts_.links;
}

void Tier::remember(std::uint64_t pc, const void* entry) {
    code_->jumps->remember(pc, reinterpret_cast<std::uint64_t>(entry));
}

bool Tier::serve(NativeFrame& frame, const Site& site) {
    ++counts_.served;
    switch (site.node.op) {
        case ir::Opcode::load:
        case ir::Opcode::store:
            return serve_access(frame, site);
        case ir::Opcode::call:
            return serve_call(frame, site);
        default:
            serve_value(frame, site);
            return false;
    }
}

bool Tier::serve_access(NativeFrame& frame, const Site& site) {
    const GuestMxcsr guest;
    const auto operands = read_operands(frame, site);
    const std::uint64_t address = operands[0] + site.node.imm;
    const unsigned size = ir::size_of(ir::mem_kind(site.node));
    engine::Frontend::Outcome outcome;
    if (not site.outside) {
        outcome = site.node.op == ir::Opcode::load ? frontend_.load(address, size)
                                                   : frontend_.store(address, size, operands[1]);
    }
    if (not outcome.done) {
        materialise(frame, site, abi_);
        end_run(frame, site, NativeExit::Kind::fault, address);
        return true;
    }
    const bool extends = ir::is_signed(ir::mem_kind(site.node));
    write_result(frame, site, extends ? sign_extend(outcome.value, 8 * size) : outcome.value);
    return false;
}

// Calls of lifted blocks touch no slot.
bool Tier::serve_call(NativeFrame& frame, const Site& site) {
    const GuestMxcsr guest;
    VM_CHECK((site.node.detail & (ir::kReadsState | ir::kWritesState)) == 0);
    const auto outcome = frontend_.call(ir::helper_number(site.node), read_operands(frame, site));
    if (not outcome.done) {
        materialise(frame, site, abi_);
        end_run(frame, site, NativeExit::Kind::helper, 0);
        return true;
    }
    write_result(frame, site, outcome.value);
    return false;
}

const Tier::Placed* Tier::placed_at(std::size_t offset) const {
    const auto behind = std::upper_bound(placed_.begin(), placed_.end(), offset,
                                         [](std::size_t at, const Placed& each) { return at < each.offset; });
    return behind == placed_.begin() ? nullptr : &*(behind - 1);
}

std::uint64_t Tier::answer_fault(NativeFrame& frame, std::uint64_t host_pc) {
    const Placed* const placed = placed_at(host_pc - code_->memory.address(0));
    if (placed == nullptr) {
        return 0;
    }
    const std::uint64_t offset = host_pc - code_->memory.address(placed->offset);
    for (const std::uint32_t index : placed->block->faults) {
        const Site& site = placed->block->sites[index];
        if (site.host_offset != offset) {
            continue;
        }
        ++counts_.faults;
        materialise(frame, site, abi_);
        end_run(frame, site, NativeExit::Kind::fault, 0);
        return backend_->stubs().abandon;
    }
    return 0;
}

}  // namespace vm::jit
