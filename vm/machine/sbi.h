#pragma once

#include <cstdint>
#include <optional>

#include "vm/machine/memory_map.h"
#include "vm/machine/sbi_call.h"
#include "vm/machine/sbi_host.h"
#include "vm/machine/sbi_pmu.h"
#include "vm/mem/guest_ram.h"

namespace vm::machine {

struct SbiOptions {
    unsigned harts = 1;  // numbered from 0, at most kMaxHarts
    // What the CSRs mvendorid, marchid and mimpid hold.
    std::uint64_t vendor = 0;
    std::uint64_t architecture = 0;
    std::uint64_t implementation = 0;
};

// The firmware below a supervisor-mode kernel: RISC-V Supervisor Binary Interface 2.0, extensions BASE, TIME,
// IPI, RFENCE, HSM, SRST, DBCN and PMU. Of the legacy extensions set_timer, console_putchar, console_getchar
// and shutdown; the others take masks of harts from virtual memory and have been replaced: not supported, as
// is whatever needs the hypervisor extension.
//
// Calls come from several harts' threads at once.
class Sbi {
  public:
    Sbi(SbiHost& host, mem::GuestRam& ram, const SbiOptions& options);

    // What the caller's a0 and a1 become. What the specification has no answer for is an error value: no call
    // can harm the machine.
    SbiReturn call(const SbiCall& call);

  private:
    using Serve = SbiReturn (Sbi::*)(const SbiCall&);
    struct Extension {
        std::uint64_t number;
        Serve serve;
    };
    static const Extension kExtensions[];
    static const Extension* find(std::uint64_t number);

    SbiReturn base(const SbiCall& call);
    SbiReturn time(const SbiCall& call);
    SbiReturn ipi(const SbiCall& call);
    SbiReturn rfence(const SbiCall& call);
    SbiReturn hsm(const SbiCall& call);
    SbiReturn system_reset(const SbiCall& call);
    SbiReturn debug_console(const SbiCall& call);
    SbiReturn pmu(const SbiCall& call) { return pmu_.call(call); }
    SbiReturn legacy_set_timer(const SbiCall& call);
    SbiReturn legacy_putchar(const SbiCall& call);
    SbiReturn legacy_getchar(const SbiCall& call);
    SbiReturn legacy_shutdown(const SbiCall& call);

    SbiReturn hart_start(const SbiCall& call);
    SbiReturn hart_suspend(const SbiCall& call);
    SbiReturn console_write(const SbiCall& call);
    SbiReturn console_read(const SbiCall& call);
    SbiReturn console_write_byte(const SbiCall& call);

    // The harts that a mask and the number of its bit 0 name; nothing where one of them does not exist.
    std::optional<HartMask> harts_named(std::uint64_t mask, std::uint64_t base) const;
    HartMask all_harts() const { return ~HartMask{0} >> (kMaxHarts - options_.harts); }
    bool is_entry(std::uint64_t address) const;
    void count_received(HartMask harts, FirmwareEvent event);

    SbiHost& host_;
    mem::GuestRam& ram_;
    SbiOptions options_;
    SbiPmu pmu_;
};

}  // namespace vm::machine
