#include "vm/ir/compute.h"
#include "vm/jit/x64/lowering.h"

namespace vm::jit::x64 {

namespace x86 = asmjit::x86;

std::uint8_t Lowering::general(ir::Value value) {
    if (value.is_node()) return registers_.load(carrier(value).index(), RegisterFile::general);
    // A constant belongs to nobody: the scratch register holds it until the next one is asked for.
    load_constant(kScratch, block_->bits(value));
    return kScratch;
}

std::uint8_t Lowering::vector(ir::Value value) {
    if (value.is_node()) return registers_.load(value.index(), RegisterFile::vector);
    assembler_.vmovsd(xmm(kVectorScratch2), constant(block_->bits(value)));
    return kVectorScratch2;
}

// As instructions take it: 32 bits, sign-extended to the operation's width.
std::optional<std::int32_t> Lowering::immediate(ir::Value value) const {
    if (not value.is_constant()) return std::nullopt;
    const std::uint64_t bits = block_->bits(value);
    const bool narrow = block_->type(value) == ir::Type::i32;
    const auto number = static_cast<std::int32_t>(static_cast<std::uint32_t>(bits));
    if (narrow or static_cast<std::int64_t>(bits) == number) return number;
    return std::nullopt;
}

bool Lowering::dies_here(ir::Value value) const {
    return value.is_node() and liveness_.last_use(carrier(value).index()) <= index_;
}

Place Lowering::place_of(ir::Value value) const {
    return value.is_none() ? Place{} : place_of_carrier(carrier(value));
}

Place Lowering::place_of_carrier(ir::Value value) const {
    return value.is_constant() ? Place{Place::Kind::constant, value.index()}
                               : registers_.place(value.index());
}

// Where the node's value ends up, or else the register of an operand that dies here.
std::optional<std::uint8_t> Lowering::wanted(ir::Value reuse, RegisterFile file) const {
    if (const auto home = liveness_.destination(index_);
        home and is_float_home(*home) == (file == RegisterFile::vector)) {
        return host_register(*home);
    }
    return dies_here(reuse) ? registers_.find(carrier(reuse).index()) : std::nullopt;
}

// Operands that die here give up their registers, but for those of `avoid`, which the value must not be in.
std::uint8_t Lowering::define_general(RegisterMask avoid, ir::Value reuse) {
    registers_.release(index_);
    auto want = wanted(reuse, RegisterFile::general);
    return registers_.define(index_, RegisterFile::general, avoid, want);
}

std::uint8_t Lowering::define_vector(RegisterMask avoid, ir::Value reuse) {
    registers_.release(index_);
    auto want = wanted(reuse, RegisterFile::vector);
    return registers_.define(index_, RegisterFile::vector, avoid, want);
}

// The value of the node at a site that C++ carries out, or may have to.
std::uint8_t Lowering::define_result(std::uint32_t site, ir::Value reuse) {
    const bool floating = ir::is_float(node().type);
    const std::uint8_t to = floating ? define_vector(0, reuse) : define_general(0, reuse);
    out_->sites[site].result = {floating ? Place::Kind::vector : Place::Kind::general, to};
    return to;
}

// Flags stay as they are.
void Lowering::load_constant(std::uint8_t to, std::uint64_t bits) {
    constexpr std::uint64_t kMost = 0xffff'ffff;
    bits <= kMost ? assembler_.mov(gp32(to), bits) : assembler_.mov(gp64(to), bits);
}

// A node of constants alone.
void Lowering::lower_known() {
    ir::OperandBits operands{};
    for (std::size_t k = 0; k < ir::operand_count(node()); ++k)
        operands[k] = block_->bits(node().operands[k]);
    const std::uint64_t bits = ir::compute(node(), type(node().operands[0]), operands);
    if (not ir::is_float(node().type)) return load_constant(define_general(), bits);
    assembler_.vmovsd(xmm(define_vector()), constant(bits));
}

x86::Mem Lowering::constant(std::uint64_t low, std::uint64_t high) {
    for (const PoolEntry& each : pool_) {
        if (each.low == low and each.high == high) return x86::ptr(each.label);
    }
    pool_.push_back({assembler_.newLabel(), low, high});
    return x86::ptr(pool_.back().label);
}

}  // namespace vm::jit::x64
