#include "vm/jit/serve.h"

#include "vm/base/check.h"
#include "vm/ir/evaluate_float.h"
#include "vm/jit/host_registers.h"
#include "vm/jit/materialise.h"

namespace vm::jit {
namespace {

// MXCSR. (Intel SDM 1, 10.2.3)
constexpr unsigned kHostInvalid = 1;
constexpr unsigned kHostDivideByZero = 4;
constexpr unsigned kHostOverflow = 8;
constexpr unsigned kHostUnderflow = 16;
constexpr unsigned kHostInexact = 32;
constexpr unsigned kRoundingShift = 13;

}  // namespace

ir::OperandBits read_operands(const NativeFrame& frame, const Site& site) {
    ir::OperandBits bits{};
    for (std::size_t k = 0; k < ir::operand_count(site.node); ++k) {
        bits[k] = read_place(frame, *site.block, site.operands[k]) & ir::mask(site.operand_types[k]);
    }
    return bits;
}

void write_result(NativeFrame& frame, const Site& site, std::uint64_t bits) {
    if (site.result.kind == Place::Kind::vector) {
        frame.saved.vector[site.result.index] = bits;
    } else if (site.result.kind == Place::Kind::general) {
        frame.saved.general[site.result.index] = bits;
    }
}

void serve_value(NativeFrame& frame, const Site& site) {
    GuestMxcsr guest;
    const ir::OperandBits bits = read_operands(frame, site);
    if ((ir::flags(site.node.op) & ir::kFloatFlags) == 0) {
        return write_result(frame, site, ir::compute(site.node, site.operand_types[0], bits));
    }
    const bool rounds = ir::info(site.node.op).layout == ir::Layout::rounded;
    const ir::Rounding said = rounds ? ir::rounding(site.node) : ir::Rounding::rne;
    const auto made = ir::evaluate_float(site.node, site.operand_types[0], bits,
                                         said == ir::Rounding::dyn ? guest.rounding() : said);
    VM_CHECK(made.has_value());
    guest.raise(made->raised);
    write_result(frame, site, made->bits);
}

ir::Rounding GuestMxcsr::rounding() const {
    constexpr ir::Rounding kModes[] = {ir::Rounding::rne, ir::Rounding::rdn, ir::Rounding::rup,
                                       ir::Rounding::rtz};
    return kModes[bits_ >> kRoundingShift & 3];
}

void GuestMxcsr::raise(std::uint8_t flags) {
    const auto add = [&](std::uint8_t guest, unsigned host) {
        if ((flags & guest) != 0) bits_ |= host;
    };
    add(ir::kInvalid, kHostInvalid);
    add(ir::kDivideByZero, kHostDivideByZero);
    add(ir::kOverflow, kHostOverflow);
    add(ir::kUnderflow, kHostUnderflow);
    add(ir::kInexact, kHostInexact);
}

void end_run(NativeFrame& frame, const Site& site, NativeExit::Kind kind, std::uint64_t value) {
    const auto unretired = static_cast<std::int64_t>(site.block->instructions - site.retired);
    const auto countdown = static_cast<std::int64_t>(frame.saved.general[kCountdownRegister]);
    frame.run->exit = {kind, &site, site.pc, value, countdown + unretired};
}

}  // namespace vm::jit
