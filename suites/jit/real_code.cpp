#include "suites/jit/real_code.h"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "vm/guest/riscv/decode.h"
#include "vm/ir/block.h"
#include "vm/mem/address.h"
#include "vm/mem/host_access.h"

namespace suites::jit {
namespace {

using vm::engine::NativeRequest;

// Traces begin so many instructions apart, at least.
constexpr std::uint32_t kApart = 10;

std::vector<std::filesystem::path> programs_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator(folder, missing)) {
        if (entry.path().extension() == ".rv64") paths.push_back(entry.path());
    }
    if (paths.empty()) {
        throw std::runtime_error(fmt::format("there are no guest programs in '{}'", folder.string()));
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

// The file's bytes of a function; none where the symbol is no function of code that is loaded.
std::span<const std::byte> bytes_of(const vm::ElfFile& program, const vm::ElfSymbol& function) {
    for (const vm::ElfSegment& segment : program.load_segments()) {
        const std::uint64_t offset = function.value - segment.virtual_address;
        const bool inside = offset < segment.file_size and function.size <= segment.file_size - offset;
        if (inside and (segment.flags & vm::segment_flag::kExecute) != 0) {
            return program.contents(segment).subspan(offset, function.size);
        }
    }
    return {};
}

unsigned length_at(std::span<const std::byte> bytes, std::uint64_t offset) {
    return vm::guest::riscv::instruction_length(vm::mem::host_load<std::uint16_t>(&bytes[offset]));
}

// Behind so many instructions from there on.
std::uint64_t skip(std::span<const std::byte> bytes, std::uint64_t offset, std::uint32_t instructions) {
    for (; instructions != 0 and offset + 1 < bytes.size(); --instructions) {
        offset += length_at(bytes, offset);
    }
    return offset;
}

}  // namespace

RealCode::RealCode(const std::filesystem::path& folder) {
    // The C library is in all of them, and there some functions have several names.
    std::set<std::string_view> names;
    std::set<const std::byte*> places;
    for (const std::filesystem::path& path : programs_in(folder)) {
        auto program = vm::ElfFile::open(path);
        if (not program) {
            throw std::runtime_error(program.error().message);
        }
        programs_.push_back(std::move(*program));
        for (const vm::ElfSymbol& function : programs_.back().functions()) {
            if (const auto bytes = bytes_of(programs_.back(), function);
                not bytes.empty() and names.insert(function.name).second and
                places.insert(bytes.data()).second) {
                functions_.push_back({function.value, bytes});
            }
        }
    }
}

std::vector<NativeRequest> RealCode::traces(vm::engine::Frontend& frontend, std::uint32_t instructions,
                                            std::size_t most) const {
    std::vector<NativeRequest> found;
    vm::ir::Block block;
    for (const Function& function : functions_) {
        for (std::uint64_t offset = 0; offset + 1 < function.bytes.size();) {
            const std::uint64_t pc = function.address + offset;
            const std::uint64_t to_page_end = vm::mem::kPageSize - pc % vm::mem::kPageSize;
            const std::uint64_t length = std::min(function.bytes.size() - offset, to_page_end);
            const NativeRequest request{
                .pc = pc, .bytes = function.bytes.subspan(offset, length), .instructions = instructions};
            const std::uint32_t lifted = frontend.lift(block, request);
            if (lifted == instructions) {
                found.push_back(request);
            }
            offset = skip(function.bytes, offset, std::clamp(lifted, 1U, kApart));
        }
    }
    if (found.empty()) {
        throw std::runtime_error(fmt::format("no code has {} instructions in a row", instructions));
    }
    // Evenly from all of them.
    std::vector<NativeRequest> chosen;
    const std::size_t count = std::min(found.size(), most);
    for (std::size_t i = 0; i < count; ++i) {
        chosen.push_back(found[i * found.size() / count]);
    }
    return chosen;
}

}  // namespace suites::jit
