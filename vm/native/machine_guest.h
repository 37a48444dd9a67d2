#pragma once

// For tests: a hart of a machine without firmware.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/mem/mmio_bus.h"
#include "vm/mmu/page_table_builder.h"
#include "vm/native/guest_pair.h"
#include "vm/native/native.h"

namespace vm::native {

using guest::riscv::Csr;
using guest::riscv::Privilege;
using mem::kPageSize;
using mem::PhysAddr;
namespace pte = mmu::pte;

// Physical.
inline constexpr std::uint64_t kRam = 0x1000'0000;
inline constexpr std::uint64_t kRamSize = 0x40'0000;
inline constexpr std::uint64_t kCodePages = kRam;  // one behind another, as programs see them in reverse
inline constexpr std::uint64_t kCodeSize = 4 * kPageSize;
inline constexpr std::uint64_t kDataPages = kRam + 0x10'0000;
inline constexpr std::uint64_t kTables = kRam + 0x20'0000;
inline constexpr std::uint64_t kOtherTables = kRam + 0x30'0000;
inline constexpr std::uint64_t kDevice = 0x200'0000;

// Virtual.
inline constexpr std::uint64_t kCode = 0x40'0000;
inline constexpr std::uint64_t kData = 0x60'0000;
inline constexpr std::uint64_t kReadOnly = kData + 2 * kPageSize;
inline constexpr std::uint64_t kDeviceAt = 0x70'0000;
inline constexpr std::uint64_t kTablesAt = 0x80'0000;

inline constexpr std::uint64_t kUsed = pte::kAccessed | pte::kDirty;
inline constexpr std::uint64_t kDataFlags = pte::kRead | pte::kWrite | kUsed;

// Counts up with each load, and remembers all accesses.
class Device final : public mem::MmioDevice {
  public:
    std::uint64_t load(std::uint64_t offset, unsigned size) override {
        accesses.emplace_back(offset, size, ++loads_);
        return loads_;
    }
    void store(std::uint64_t offset, unsigned size, std::uint64_t value) override {
        accesses.emplace_back(offset, size, value);
    }
    std::string_view name() const override { return "test"; }

    std::vector<std::tuple<std::uint64_t, unsigned, std::uint64_t>> accesses;

  private:
    std::uint64_t loads_ = 0;
};

// One hart with RAM and a device, over page tables that scatter its pages.
class MachineGuest {
  public:
    MachineGuest() {
        write(Csr::pmpaddr0, (std::uint64_t{1} << 53) - 1);
        write(Csr::pmpcfg0, 0x1f);
        EXPECT_TRUE(bus_.attach(PhysAddr{kDevice}, kPageSize, device).has_value());
    }

    Result<void> compile(const Options& options) {
        interpreter_.set_native(nullptr, 0);
        auto code = make_machine_code(options.code);
        if (not code) {
            return tl::unexpected(code.error());
        }
        tier_ = compile_hot_code(interpreter_, std::move(*code), options.threshold);
        return {};
    }

    void write(Csr csr, std::uint64_t value) {
        ASSERT_TRUE(hart.csrs.write(static_cast<std::uint16_t>(csr), value).has_value());
    }
    void put(std::uint64_t physical, std::span<const std::byte> bytes) {
        ASSERT_TRUE(ram.write_bytes(PhysAddr{physical}, bytes));
    }
    // From any mode; nothing that was known of addresses is known any more.
    void to(Privilege privilege) {
        to_machine_mode();
        interpreter_.translation_fence({true, true, 0, 0});
        write(Csr::mstatus, std::uint64_t{3} << 13 | static_cast<std::uint64_t>(privilege) << 11);  // with FS
        ASSERT_TRUE(hart.csrs.mret().has_value());
    }
    void to_machine_mode() { (void)hart.csrs.enter_trap({guest::riscv::cause::kBreakpoint, 0}, 0); }
    // As programs know memory, in either set of tables.
    void map(mmu::PageTableBuilder& tables, std::uint64_t flags) {
        for (std::uint64_t at = 0; at < kCodeSize; at += kPageSize) {
            tables.map(kCode + at, kCodePages + kCodeSize - kPageSize - at,
                       pte::kRead | pte::kWrite | pte::kExecute | kUsed | flags);
        }
        tables.map(kData, kDataPages + 5 * kPageSize, kDataFlags | flags);
        tables.map(kData + kPageSize, kDataPages, kDataFlags | flags);
        tables.map(kReadOnly, kDataPages + kPageSize, pte::kRead | kUsed | flags);
        tables.map(kDeviceAt, kDevice, kDataFlags | flags);
        for (std::uint64_t at = 0; at < 8 * kPageSize; at += kPageSize) {
            tables.map(kTablesAt + at, kTables + at, kDataFlags | flags);
        }
    }
    std::uint64_t satp(const mmu::PageTableBuilder& tables, std::uint64_t asid) const {
        return std::uint64_t{8} << 60 | asid << 44 | raw(tables.table().root) >> mem::kPageShift;
    }
    // Where a page of code as programs see it lies.
    static constexpr std::uint64_t code_page(std::uint64_t number) {
        return kCodePages + kCodeSize - (number + 1) * kPageSize;
    }
    void put_code(std::span<const std::byte> bytes) {
        for (std::uint64_t page = 0; not bytes.empty(); ++page) {
            const std::size_t size = std::min<std::size_t>(bytes.size(), kPageSize);
            put(code_page(page), bytes.first(size));
            bytes = bytes.subspan(size);
        }
    }
    // In that mode, where all but machine mode translates: from the first instruction of `code` on.
    void start(Privilege privilege, const ProgramCode& code, std::span<const std::byte> data = {}) {
        auto tables = mmu::PageTableBuilder(ram, mmu::PagingMode::sv39, PhysAddr{kTables});
        to_machine_mode();
        map(tables, privilege == Privilege::user ? pte::kUser : 0);
        put_code(bytes_of(code));
        put(kDataPages + 5 * kPageSize, data);
        write(Csr::satp, satp(tables, 1));
        to(privilege);
        hart.x.fill(0);
        hart.f.fill(0);
        hart.pc = kCode;
    }
    // Has what is compiled audited, and run by what `between` makes of the tier.
    void audit(Audit& audit, const Between& between = {}) {
        between_ = between ? between(*tier_) : nullptr;
        auditor_ = audited(hart, memory_, between_ ? *between_ : *tier_, audit);
        interpreter_.set_native(auditor_.get(), 0);
    }
    engine::Exit run(std::uint64_t budget) { return interpreter_.run(budget); }
    void request_attention() { interpreter_.request_attention(); }
    const jit::Counts& counts() const { return tier_->counts(); }
    jit::Counts code_counts() const { return tier_->cache().counts(); }
    // And the device was asked the same.
    bool same_memory(const MachineGuest& other) const {
        return same_bytes({ram.host(PhysAddr{kRam}), kRamSize},
                          {other.ram.host(PhysAddr{kRam}), kRamSize}) and
               device.accesses == other.device.accesses;
    }

    mem::GuestRam ram = mem::GuestRam::create(PhysAddr{kRam}, kRamSize).value();
    Device device;
    guest::riscv::Hart hart{guest::riscv::CsrFile(guest::riscv::HartKind::machine, 0, [] { return 0; })};

  private:
    mem::MmioBus bus_;
    guest::riscv::SystemMemory memory_{ram, bus_, hart.csrs};
    guest::riscv::Interpreter<guest::riscv::SystemMemory> interpreter_{hart, memory_};
    std::unique_ptr<jit::Tier> tier_;
    std::unique_ptr<engine::NativeTier> between_;
    std::unique_ptr<engine::NativeTier> auditor_;
};

}  // namespace vm::native
