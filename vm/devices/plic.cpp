#include "vm/devices/plic.h"

#include <bit>
#include <utility>

#include "vm/base/check.h"

namespace vm::devices {
namespace {

// Offsets (PLIC specification, "Memory Map").
constexpr std::uint64_t kPriorityEnd = 0x1000;
constexpr std::uint64_t kPending = 0x1000;
constexpr std::uint64_t kEnable = 0x2000;
constexpr std::uint64_t kEnableStride = 0x80;
constexpr std::uint64_t kThreshold = 0;
constexpr std::uint64_t kClaimComplete = 4;

constexpr std::uint32_t kPriorityBits = 7;
constexpr std::uint32_t kRegisterBytes = 4;

// Interrupts of a hart's own controller (Priv. 3.1.9, table of mip bits).
constexpr std::uint32_t kMachineExternal = 11;
constexpr std::uint32_t kSupervisorExternal = 9;

template <class Bits>
bool test(const Bits& bits, unsigned source) {
    return (bits[source / 32] >> source % 32 & 1) != 0;
}

template <class Bits>
void assign(Bits& bits, unsigned source, bool value) {
    const std::uint32_t mask = std::uint32_t{1} << source % 32;
    bits[source / 32] = value ? bits[source / 32] | mask : bits[source / 32] & ~mask;
}

}  // namespace

Plic::Plic(unsigned contexts, std::function<void(unsigned, bool)> output)
    : output_(std::move(output)), contexts_(contexts) {
    VM_CHECK(contexts <= kMaxContexts);
}

void Plic::set_line(unsigned source, bool raised) {
    VM_CHECK(source >= 1 and source <= kSources);
    const std::lock_guard lock(mutex_);
    assign(level_, source, raised);
    if (raised and not test(claimed_, source) and not test(pending_, source)) {
        assign(pending_, source, true);
        update_outputs();
    }
}

std::uint64_t Plic::load(std::uint64_t offset, unsigned size) {
    if (size != kRegisterBytes) {
        return unknown_.note();
    }
    const std::lock_guard lock(mutex_);
    if (offset < kPriorityEnd and offset / 4 <= kSources) {
        return priority_[offset / 4];
    }
    if (offset >= kPending and (offset - kPending) / 4 < kWords) {
        return pending_[(offset - kPending) / 4];
    }
    if (const std::uint32_t* const word = enable_word(offset)) {
        return *word;
    }
    return load_context(offset);
}

void Plic::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    if (size != kRegisterBytes) {
        unknown_.note();
        return;
    }
    const std::lock_guard lock(mutex_);
    if (offset < kPriorityEnd and offset / 4 <= kSources) {
        // Source 0 does not exist, and its priority stays 0: best() counts on it.
        priority_[offset / 4] = offset == 0 ? 0 : static_cast<std::uint32_t>(value & kPriorityBits);
    } else if (offset >= kPending and (offset - kPending) / 4 < kWords) {
        return;  // read-only
    } else if (std::uint32_t* const word = enable_word(offset)) {
        const bool holds_source_0 = (offset - kEnable) % kEnableStride == 0;
        *word = static_cast<std::uint32_t>(value) & ~(holds_source_0 ? 1U : 0U);
    } else {
        store_context(offset, static_cast<std::uint32_t>(value));
    }
    update_outputs();
}

std::uint32_t* Plic::enable_word(std::uint64_t offset) {
    if (offset < kEnable or offset >= kContextBase) {
        return nullptr;
    }
    const std::uint64_t context = (offset - kEnable) / kEnableStride;
    const std::uint64_t word = (offset - kEnable) % kEnableStride / 4;
    return context < contexts_.size() and word < kWords ? &contexts_[context].enabled[word] : nullptr;
}

Plic::Context* Plic::context_at(std::uint64_t offset) {
    const std::uint64_t context = (offset - kContextBase) / kContextStride;
    return offset >= kContextBase and context < contexts_.size() ? &contexts_[context] : nullptr;
}

std::uint64_t Plic::load_context(std::uint64_t offset) {
    Context* const context = context_at(offset);
    const std::uint64_t register_offset = offset % kContextStride;
    if (context == nullptr or register_offset > kClaimComplete) {
        return unknown_.note();
    }
    return register_offset == kThreshold ? context->threshold : claim(*context);
}

void Plic::store_context(std::uint64_t offset, std::uint32_t value) {
    Context* const context = context_at(offset);
    const std::uint64_t register_offset = offset % kContextStride;
    if (context == nullptr or register_offset > kClaimComplete) {
        unknown_.note();
    } else if (register_offset == kThreshold) {
        context->threshold = value & kPriorityBits;
    } else {
        complete(*context, value);
    }
}

unsigned Plic::best(const Context& context) const {
    unsigned best = 0;
    for (unsigned word = 0; word < kWords; ++word) {
        std::uint32_t candidates = pending_[word] & context.enabled[word];
        for (; candidates != 0; candidates &= candidates - 1) {
            const unsigned source = word * 32 + static_cast<unsigned>(std::countr_zero(candidates));
            if (priority_[source] > priority_[best]) {
                best = source;
            }
        }
    }
    return best;
}

// The threshold masks the context's line and does not concern claims ("Interrupt Claim Process").
unsigned Plic::claim(Context& context) {
    const unsigned source = best(context);
    if (source != 0) {
        assign(pending_, source, false);
        assign(claimed_, source, true);
        update_outputs();
    }
    return source;
}

// A completion of what the context has not enabled is ignored ("Interrupt Completion").
void Plic::complete(const Context& context, std::uint32_t source) {
    if (source > kSources or not test(context.enabled, source)) {
        return;
    }
    assign(claimed_, source, false);
    if (test(level_, source)) {
        assign(pending_, source, true);
    }
}

void Plic::update_outputs() {
    for (unsigned i = 0; i < contexts_.size(); ++i) {
        Context& context = contexts_[i];
        const bool raised = priority_[best(context)] > context.threshold;
        if (raised != context.raised) {
            context.raised = raised;
            output_(i, raised);
        }
    }
}

DeviceTreeNode plic_node(mem::PhysAddr base, std::uint32_t phandle,
                         std::span<const std::uint32_t> interrupt_controllers) {
    using Cells = std::vector<std::uint32_t>;
    const auto contexts = static_cast<unsigned>(2 * interrupt_controllers.size());
    Cells lines;
    for (const std::uint32_t controller : interrupt_controllers) {
        lines.insert(lines.end(), {controller, kMachineExternal, controller, kSupervisorExternal});
    }
    return {node_name("plic", base),
            {{"compatible", std::vector<std::string>{"sifive,plic-1.0.0", "riscv,plic0"}},
             reg(base, Plic::size(contexts)),
             {"interrupt-controller", std::monostate{}},
             {"#interrupt-cells", Cells{1}},
             {"#address-cells", Cells{0}},
             {"interrupts-extended", lines},
             {"riscv,ndev", Cells{Plic::kSources}},
             {"phandle", Cells{phandle}}}};
}

}  // namespace vm::devices
