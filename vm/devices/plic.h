#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "vm/devices/device_tree_node.h"
#include "vm/devices/unknown_accesses.h"
#include "vm/mem/mmio_bus.h"

namespace vm::devices {

// Platform-level interrupt controller (RISC-V PLIC specification 1.0.0) with 95 sources, priorities 0 to 7
// and, by the board's convention, two contexts a hart: 2 * hart for machine mode, 2 * hart + 1 for supervisor
// mode.
class Plic final : public mem::MmioDevice {
  public:
    static constexpr unsigned kSources = 95;  // numbered from 1 on
    static constexpr unsigned kMaxContexts = 15872;

    // Bytes of address space for that many contexts.
    static constexpr std::uint64_t size(unsigned contexts) {
        return kContextBase + std::uint64_t{contexts} * kContextStride;
    }

    // `output` is called with the device locked, whenever a context's line changes: it must not call back.
    Plic(unsigned contexts, std::function<void(unsigned context, bool raised)> output);

    // The line of a source, 1 to kSources, from any thread. Lines are level-triggered: while one is high,
    // each completion makes its source pending again; once pending, a source stays so until it is claimed
    // ("Interrupt Gateways").
    void set_line(unsigned source, bool raised);

    // Registers are of 32 bits.
    std::uint64_t load(std::uint64_t offset, unsigned size) override;
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override;
    std::string_view name() const override { return "plic"; }
    std::uint64_t unknown_accesses() const override { return unknown_.count(); }

  private:
    static constexpr std::uint64_t kContextBase = 0x20'0000;
    static constexpr std::uint64_t kContextStride = 0x1000;
    static constexpr unsigned kWords = (kSources + 32) / 32;
    // One bit for each source, source 0 (which does not exist) lowest.
    using SourceBits = std::array<std::uint32_t, kWords>;

    struct Context {
        SourceBits enabled{};
        std::uint32_t threshold = 0;
        bool raised = false;
    };

    // A 32-bit register of a context, by its offset; nullptr where there is none.
    std::uint32_t* enable_word(std::uint64_t offset);
    Context* context_at(std::uint64_t offset);

    std::uint64_t load_context(std::uint64_t offset);
    void store_context(std::uint64_t offset, std::uint32_t value);

    // The source to claim next: the highest priority, then the lowest number; 0 if there is none.
    unsigned best(const Context& context) const;
    unsigned claim(Context& context);
    void complete(const Context& context, std::uint32_t source);
    void update_outputs();

    std::function<void(unsigned, bool)> output_;
    UnknownAccesses unknown_;
    std::mutex mutex_;
    std::array<std::uint32_t, kSources + 1> priority_{};
    SourceBits level_{};
    SourceBits pending_{};
    SourceBits claimed_{};
    std::vector<Context> contexts_;
};

// The controller's node. `interrupt_controllers` are the phandles of the harts' own, hart 0 first.
DeviceTreeNode plic_node(mem::PhysAddr base, std::uint32_t phandle,
                         std::span<const std::uint32_t> interrupt_controllers);

}  // namespace vm::devices
