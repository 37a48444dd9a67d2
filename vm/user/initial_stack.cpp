#include "vm/user/initial_stack.h"

#include <cstring>
#include <sys/mman.h>
#include <vector>

#include <unistd.h>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/user/linux_abi.h"

namespace vm::user {
namespace {

// Pushes bytes downwards. The space was checked to suffice.
class Pusher {
  public:
    Pusher(AddressSpace& memory, std::uint64_t top) : memory_(memory), at_(top) {}

    std::uint64_t push(std::span<const std::byte> bytes) {
        at_ -= bytes.size();
        const auto to = memory_.writable(at_, bytes.size());
        VM_CHECK(to);
        std::memcpy(to->data(), bytes.data(), bytes.size());
        return at_;
    }
    std::uint64_t push(const std::string& text) {
        return push(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
    }
    // Each string, and then their addresses in the order of the strings, ended by 0, to `pointers`.
    void push_all(std::span<const std::string> strings, std::vector<std::uint64_t>& pointers) {
        for (const std::string& text : strings) {
            pointers.push_back(push(text));
        }
        pointers.push_back(0);
    }
    void align(std::uint64_t alignment) { at_ = align_down(at_, alignment); }

  private:
    AddressSpace& memory_;
    std::uint64_t at_;
};

std::uint64_t string_bytes(const StackContents& contents) {
    std::uint64_t bytes = contents.path.size() + 1;
    for (const auto& strings : {contents.arguments, contents.environment}) {
        for (const std::string& text : strings) {
            bytes += text.size() + 1 + sizeof(std::uint64_t);
        }
    }
    return bytes;
}

void append_auxiliary_vector(std::vector<std::uint64_t>& words, const StackContents& contents,
                             std::uint64_t path, std::uint64_t random) {
    const LoadedProgram& program = contents.program;
    // No AT_SYSINFO_EHDR: there is no vDSO. No AT_PLATFORM: riscv Linux has none either.
    const std::array<std::uint64_t, 34> entries = {
        abi::aux::kHwcap,
        abi::kHwcap,
        abi::aux::kPageSize,
        mem::kPageSize,
        abi::aux::kClockTick,
        100,
        abi::aux::kProgramHeaders,
        program.program_headers,
        abi::aux::kProgramHeaderSize,
        ElfFile::kProgramHeaderSize,
        abi::aux::kProgramHeaderCount,
        program.program_header_count,
        abi::aux::kBase,
        contents.interpreter_base,
        abi::aux::kFlags,
        0,
        abi::aux::kEntry,
        program.entry,
        abi::aux::kUid,
        ::getuid(),
        abi::aux::kEuid,
        ::geteuid(),
        abi::aux::kGid,
        ::getgid(),
        abi::aux::kEgid,
        ::getegid(),
        abi::aux::kSecure,
        0,
        abi::aux::kRandom,
        random,
        abi::aux::kExecFn,
        path,
        abi::aux::kNull,
        0,
    };
    words.insert(words.end(), entries.begin(), entries.end());
}

}  // namespace

Result<std::uint64_t> build_initial_stack(AddressSpace& memory, const StackContents& contents) {
    if (string_bytes(contents) > kStackSize / 4) {
        return fail("cannot start '{}': arguments and environment take more than {} bytes", contents.path,
                    kStackSize / 4);
    }
    const auto mapped = memory.map({.address = kStackTop - kStackSize,
                                    .length = kStackSize,
                                    .permissions = mem::page::kRead | mem::page::kWrite,
                                    .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                                    .placement = Placement::fixed});
    if (not mapped) {
        return fail("cannot map the stack of '{}': {}", contents.path,
                    std::strerror(static_cast<int>(-mapped.error())));
    }
    Pusher stack(memory, kStackTop);
    const std::uint64_t path = stack.push(contents.path);
    const std::uint64_t random = stack.push(contents.random);
    std::vector<std::uint64_t> words = {contents.arguments.size()};
    stack.push_all(contents.arguments, words);
    stack.push_all(contents.environment, words);
    append_auxiliary_vector(words, contents, path, random);
    // The stack pointer is a multiple of 16 (psABI), so an odd number of words needs another below the
    // strings.
    stack.align(16);
    if (words.size() % 2 != 0) {
        stack.push(std::as_bytes(std::span<const std::uint64_t>(std::array<std::uint64_t, 1>{})));
    }
    return stack.push(std::as_bytes(std::span<const std::uint64_t>(words)));
}

std::vector<std::byte> auxiliary_vector_of(const AddressSpace& memory, std::uint64_t stack_pointer,
                                           const StackContents& contents) {
    // Behind argc, argv and envp, both with a zero at their end.
    const std::uint64_t words_before = 1 + contents.arguments.size() + 1 + contents.environment.size() + 1;
    const std::uint64_t start = stack_pointer + words_before * sizeof(std::uint64_t);
    constexpr std::uint64_t kEntry = 2 * sizeof(std::uint64_t);
    std::uint64_t end = start + kEntry;
    while (memory.get<std::uint64_t>(end - kEntry).value_or(abi::aux::kNull) != abi::aux::kNull) {
        end += kEntry;
    }
    const auto bytes = memory.readable(start, end - start);
    VM_CHECK(bytes);
    return {bytes->begin(), bytes->end()};
}

}  // namespace vm::user
