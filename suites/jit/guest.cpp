#include "suites/jit/guest.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "vm/base/bits.h"
#include "vm/guest/riscv/encode.h"
#include "vm/guest/riscv/trap_cause.h"
#include "vm/mem/guest_ram.h"

namespace suites::jit {
namespace {

namespace page = vm::mem::page;
using vm::mem::kPageSize;

// Where functions return to, a call of the environment, and where their stack ends.
constexpr std::uint64_t kReturn = 0x1000'0000;
constexpr std::uint64_t kStackEnd = 0x2000'0000;
constexpr std::uint64_t kStackBytes = 64 * kPageSize;

constexpr std::size_t kRa = 1;
constexpr std::size_t kSp = 2;
constexpr std::size_t kGp = 3;
constexpr std::size_t kA0 = 10;

vm::ElfFile open_program(const std::filesystem::path& path) {
    auto program = vm::ElfFile::open(path);
    if (not program) {
        throw std::runtime_error(program.error().message);
    }
    return std::move(*program);
}

std::uint8_t permissions_of(const vm::ElfSegment& segment) {
    namespace flag = vm::segment_flag;
    const int write = (segment.flags & flag::kWrite) != 0 ? page::kWrite : 0;
    const int execute = (segment.flags & flag::kExecute) != 0 ? page::kExecute : 0;
    return static_cast<std::uint8_t>(page::kRead | write | execute);
}

}  // namespace

Guest::Guest(const std::filesystem::path& folder)
    : program_(open_program(folder / "kernels.rv64")), global_pointer_(address_of("__global_pointer$")) {}

void Guest::load() {
    for (const vm::ElfSegment& segment : program_.load_segments()) {
        const std::uint64_t start = vm::align_down(segment.virtual_address, kPageSize);
        const std::uint64_t before = segment.virtual_address - start;
        std::vector<std::byte> contents(before);
        const auto bytes = program_.contents(segment);
        contents.insert(contents.end(), bytes.begin(), bytes.end());
        map({start, vm::align_up(before + segment.memory_size, kPageSize), permissions_of(segment),
             contents});
    }
    map({kStackEnd - kStackBytes, kStackBytes, page::kRead | page::kWrite, {}});
    const std::uint32_t leave = vm::guest::riscv::encode({.op = vm::guest::riscv::Opcode::ecall});
    map({kReturn, kPageSize, page::kRead | page::kExecute, std::as_bytes(std::span(&leave, 1))});
}

std::uint64_t Guest::address_of(const std::string& name) const {
    const auto symbol = program_.symbol(name);
    if (not symbol) {
        throw std::runtime_error(fmt::format("the guest program has no '{}'", name));
    }
    return symbol->value;
}

std::uint64_t Guest::call(std::uint64_t function, std::initializer_list<std::uint64_t> arguments) {
    using vm::engine::ExitReason;
    namespace cause = vm::guest::riscv::cause;
    vm::guest::riscv::Hart& hart = this->hart();
    hart.x[kRa] = kReturn;
    hart.x[kSp] = kStackEnd;
    hart.x[kGp] = global_pointer_;
    std::copy(arguments.begin(), arguments.end(), &hart.x[kA0]);
    hart.pc = function;
    const vm::engine::Exit exit = run();
    const bool asked = exit.trap.cause == cause::kEcallFromU or exit.trap.cause == cause::kEcallFromS;
    if (exit.reason != ExitReason::trap or not asked or hart.pc != kReturn) {
        throw std::runtime_error(
            fmt::format("the guest stopped at {:#x}, trap {} with {:#x}, instead of returning", hart.pc,
                        exit.trap.cause, exit.trap.value));
    }
    return hart.x[kA0];
}

}  // namespace suites::jit
