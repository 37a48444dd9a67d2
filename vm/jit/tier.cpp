#include "vm/jit/tier.h"

#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/jit/fault_watch.h"
#include "vm/jit/materialise.h"
#include "vm/jit/serve.h"

namespace vm::jit {
namespace {

using Kind = engine::NativeOutcome::Kind;

}  // namespace

Tier::Tier(engine::Frontend& frontend, std::shared_ptr<CodeCache> cache)
    : frontend_(frontend), cache_(std::move(cache)), visitor_(*cache_), jumps_(JumpCache::make()) {}

void Tier::forget() {
    jumps_->clear();
    visitor_.catch_up();
}

engine::NativeOutcome Tier::run(const void* entry, std::int64_t countdown) {
    if (not visitor_.enter()) {
        return {Kind::stale, 0, countdown, {}, nullptr};
    }
    NativeRun run;
    run.serve = [](NativeFrame& frame, const Site& site) {
        return static_cast<Tier*>(frame.run->owner)->serve(frame, site);
    };
    run.owner = this;
    run.state = frontend_.state();
    run.jumps = jumps_.get();
    const CodeMemory& memory = cache_->memory();
    const FaultWatch watch(
        memory.executable(), memory.size(),
        [](void* owner, NativeFrame& frame, std::uint64_t host_pc, std::uint64_t) {
            return static_cast<Tier*>(owner)->answer_fault(frame, host_pc);
        },
        this);
    cache_->stubs().enter(&run, entry, frontend_.memory(), countdown);
    counts_.retired += static_cast<std::uint64_t>(countdown - run.exit.countdown);
    const bool entered = run.exit.kind != NativeExit::Kind::budget or run.exit.countdown != countdown;
    counts_.runs += entered ? 1 : 0;
    const engine::NativeOutcome outcome = outcome_of(run.exit);
    visitor_.leave();
    return outcome;
}

engine::NativeOutcome Tier::outcome_of(const NativeExit& exit) {
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
            ++(site.linkable ? counts_.unlinked : counts_.jump_misses);
            outcome.kind = Kind::go_on;
            outcome.exit = site.linkable ? &site : nullptr;
            break;
        case ir::Opcode::goto_value:
            ++counts_.jump_misses;
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
        materialise(frame, site, cache_->abi());
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
        materialise(frame, site, cache_->abi());
        end_run(frame, site, NativeExit::Kind::helper, 0);
        return true;
    }
    write_result(frame, site, outcome.value);
    return false;
}

std::uint64_t Tier::answer_fault(NativeFrame& frame, std::uint64_t host_pc) {
    const Site* const site = cache_->fault_at(host_pc);
    if (site == nullptr) {
        return 0;
    }
    ++counts_.faults;
    materialise(frame, *site, cache_->abi());
    end_run(frame, *site, NativeExit::Kind::fault, 0);
    return cache_->stubs().abandon;
}

}  // namespace vm::jit
