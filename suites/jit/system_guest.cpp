#include <algorithm>
#include <stdexcept>

#include "suites/jit/guest.h"
#include "vm/base/check.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/system_memory.h"
#include "vm/mmu/page_table_builder.h"

namespace suites::jit {
namespace {

using vm::guest::riscv::Csr;
using vm::guest::riscv::SystemMemory;
using vm::mem::kPageSize;
using vm::mem::PhysAddr;
namespace page = vm::mem::page;
namespace pte = vm::mmu::pte;

constexpr std::uint64_t kRam = 0x8000'0000;
constexpr std::uint64_t kTableBytes = 0x40'0000;
constexpr std::uint64_t kProgramBytes = 0x40'0000;  // with its stack

vm::mem::GuestRam create_ram(std::uint64_t bytes) {
    auto ram = vm::mem::GuestRam::create(PhysAddr{kRam}, kTableBytes + kProgramBytes + bytes);
    if (not ram) {
        throw std::runtime_error(ram.error().message);
    }
    return std::move(*ram);
}

std::uint64_t entry_flags(std::uint8_t permissions) {
    const std::uint64_t write = (permissions & page::kWrite) != 0 ? pte::kWrite : 0;
    const std::uint64_t execute = (permissions & page::kExecute) != 0 ? pte::kExecute : 0;
    return pte::kRead | write | execute | pte::kAccessed | pte::kDirty;
}

}  // namespace

struct SystemGuest::Parts {
    explicit Parts(std::uint64_t bytes) : ram(create_ram(bytes)) {}

    void write(Csr csr, std::uint64_t value) {
        VM_CHECK(hart.csrs.write(static_cast<std::uint16_t>(csr), value).has_value());
    }
    // All of memory allowed by PMP, and paging on.
    void enter_supervisor_mode() {
        constexpr std::uint64_t kFloatingPoint = std::uint64_t{1} << 13;  // mstatus.FS: initial
        constexpr std::uint64_t kSv39 = std::uint64_t{8} << 60;
        write(Csr::pmpaddr0, (std::uint64_t{1} << 53) - 1);
        write(Csr::pmpcfg0, 0x1f);
        write(Csr::satp, kSv39 | raw(tables.table().root) >> vm::mem::kPageShift);
        write(Csr::mstatus,
              kFloatingPoint | static_cast<std::uint64_t>(vm::guest::riscv::Privilege::supervisor) << 11);
        VM_CHECK(hart.csrs.mret().has_value());
    }

    vm::mem::GuestRam ram;
    vm::mem::MmioBus bus;
    vm::guest::riscv::Hart hart{
        vm::guest::riscv::CsrFile(vm::guest::riscv::HartKind::machine, 0, [] { return std::uint64_t{0}; })};
    SystemMemory memory{ram, bus, hart.csrs};
    vm::mmu::PageTableBuilder tables{ram, vm::mmu::PagingMode::sv39, PhysAddr{kRam}};
    std::uint64_t free = kRam + kTableBytes;
    std::unique_ptr<vm::jit::Tier> tier;  // outlives the interpreter
    vm::guest::riscv::Interpreter<SystemMemory> interpreter{hart, memory};
};

SystemGuest::SystemGuest(const std::filesystem::path& folder, const Engine& engine, std::uint64_t bytes)
    : Guest(folder), parts_(std::make_unique<Parts>(bytes)) {
    load();
    parts_->enter_supervisor_mode();
    if (engine) {
        auto code = vm::native::make_machine_code(engine->code);
        if (not code) {
            throw std::runtime_error(code.error().message);
        }
        parts_->tier = vm::native::compile_hot_code(parts_->interpreter, std::move(*code), engine->threshold);
    }
}

SystemGuest::~SystemGuest() = default;

std::span<std::byte> SystemGuest::map(const Pages& pages) {
    const PhysAddr first{parts_->free};
    VM_CHECK(parts_->ram.contains(first, pages.bytes));
    parts_->free += pages.bytes;
    for (std::uint64_t at = 0; at < pages.bytes; at += kPageSize) {
        parts_->tables.map(pages.address + at, raw(first) + at, entry_flags(pages.permissions));
    }
    VM_CHECK(raw(parts_->tables.end()) <= kRam + kTableBytes);
    const std::span<std::byte> host(parts_->ram.host(first), pages.bytes);
    std::copy(pages.contents.begin(), pages.contents.end(), host.begin());
    return host;
}

vm::guest::riscv::Hart& SystemGuest::hart() { return parts_->hart; }
vm::jit::Tier* SystemGuest::tier() { return parts_->tier.get(); }
vm::engine::Exit SystemGuest::run() { return parts_->interpreter.run(kEnough); }

}  // namespace suites::jit
