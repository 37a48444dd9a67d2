#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <sys/mman.h>

#include <fmt/format.h>

#include "suites/jit/guest.h"
#include "vm/guest/riscv/interpreter.h"
#include "vm/guest/riscv/user_memory.h"
#include "vm/jit/fault_watch.h"
#include "vm/user/address_space.h"

namespace suites::jit {
namespace {

using vm::guest::riscv::UserMemory;

vm::user::AddressSpace create_space() {
    auto space = vm::user::AddressSpace::create();
    if (not space) {
        throw std::runtime_error(space.error().message);
    }
    return std::move(*space);
}

}  // namespace

struct UserGuest::Parts {
    vm::user::AddressSpace space = create_space();
    UserMemory memory{space.ram()};
    vm::guest::riscv::Hart hart{vm::guest::riscv::CsrFile(vm::guest::riscv::HartKind::user_program, 0,
                                                          [] { return std::uint64_t{0}; })};
    std::unique_ptr<vm::jit::Tier> tier;  // outlives the interpreter
    std::optional<vm::guest::riscv::Interpreter<UserMemory>> interpreter;
};

UserGuest::UserGuest(const std::filesystem::path& folder, const Engine& engine)
    : Guest(folder), parts_(std::make_unique<Parts>()) {
    if (engine) {
        vm::jit::FaultWatch::install_handler();
        parts_->space.ram().protect_code_in_host();
    }
    load();
    start_anew(engine);
}

UserGuest::~UserGuest() = default;

void UserGuest::start_anew(const Engine& engine) {
    parts_->interpreter.reset();
    parts_->tier.reset();
    parts_->interpreter.emplace(parts_->hart, parts_->memory);
    if (engine) {
        auto code = vm::native::make_program_code(*engine);
        if (not code) {
            throw std::runtime_error(code.error().message);
        }
        parts_->tier =
            vm::native::compile_hot_code(*parts_->interpreter, std::move(*code), engine->threshold);
    }
}

// In huge pages of the host where it has any, as a machine's memory is: for the same ring to cost the same.
std::span<std::byte> UserGuest::map(const Pages& pages) {
    constexpr std::uint8_t kFillable = vm::mem::page::kRead | vm::mem::page::kWrite;
    const auto mapped = parts_->space.map({.address = pages.address,
                                           .length = pages.bytes,
                                           .permissions = kFillable,
                                           .flags = MAP_PRIVATE | MAP_ANONYMOUS,
                                           .placement = vm::user::Placement::fixed});
    if (not mapped) {
        throw std::runtime_error(fmt::format("cannot map {} bytes for the guest: {}", pages.bytes,
                                             std::strerror(static_cast<int>(-mapped.error()))));
    }
    static_cast<void>(parts_->space.advise(pages.address, pages.bytes, MADV_HUGEPAGE));
    const auto host = parts_->space.writable(pages.address, pages.bytes).value();
    std::copy(pages.contents.begin(), pages.contents.end(), host.begin());
    if (parts_->space.protect(pages.address, pages.bytes, pages.permissions) != 0) {
        throw std::runtime_error("cannot protect the guest's pages");
    }
    return host;
}

vm::guest::riscv::Hart& UserGuest::hart() { return parts_->hart; }
vm::jit::Tier* UserGuest::tier() { return parts_->tier.get(); }
vm::guest::riscv::Interpreter<UserMemory>& UserGuest::interpreter() { return *parts_->interpreter; }
vm::engine::Exit UserGuest::run() { return parts_->interpreter->run(kEnough); }

}  // namespace suites::jit
