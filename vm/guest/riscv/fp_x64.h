#pragma once

#include <cstdint>

// The host's floating-point instructions, behind volatile barriers: GCC 12 and Clang 14 do not model the
// floating-point environment, so they would fold, reorder and drop plain C++ arithmetic across reads and
// writes of MXCSR. Volatile statements keep their order among each other. VEX forms where the build allows
// them: a mix with legacy SSE would cost false dependencies.
namespace vm::guest::riscv::fp::host {

// MXCSR (Intel SDM vol. 1, 10.2.3): sticky flags in bits 0 to 5, masks in 7 to 12, rounding in 13 and 14.
inline constexpr std::uint32_t kFlags = 0x3f;
inline constexpr std::uint32_t kMaskAll =
    0x1f80;  // every exception masked, DAZ and FTZ off, round to nearest even
inline constexpr std::uint32_t kRoundingShift = 13;
inline constexpr std::uint32_t kRounding = 3U << kRoundingShift;

inline std::uint32_t read_mxcsr() {
    std::uint32_t value;
    asm volatile("stmxcsr %0" : "=m"(value) : : "memory");
    return value;
}

inline void write_mxcsr(std::uint32_t value) { asm volatile("ldmxcsr %0" : : "m"(value) : "memory"); }

#ifdef __AVX__
#define VM_FP_BINARY(name, type, mnemonic)                                        \
    inline type name(type a, type b) {                                            \
        type result;                                                              \
        asm volatile("v" mnemonic " %2, %1, %0" : "=x"(result) : "x"(a), "x"(b)); \
        return result;                                                            \
    }
#define VM_FP_UNARY(name, type, mnemonic)                                 \
    inline type name(type a) {                                            \
        type result;                                                      \
        asm volatile("v" mnemonic " %1, %1, %0" : "=x"(result) : "x"(a)); \
        return result;                                                    \
    }
#define VM_FP_CONVERT(name, to, from, mnemonic)                           \
    inline to name(from a) {                                              \
        to result;                                                        \
        asm volatile("v" mnemonic " %1, %1, %0" : "=x"(result) : "x"(a)); \
        return result;                                                    \
    }
#define VM_FP_FROM_INTEGER(name, to, mnemonic)                                                 \
    inline to name(std::int64_t a) {                                                           \
        to result;                                                                             \
        asm volatile("vxorps %0, %0, %0\n\tv" mnemonic " %1, %0, %0" : "=x"(result) : "r"(a)); \
        return result;                                                                         \
    }
#define VM_FP_TO_INTEGER(name, to, from, mnemonic)                    \
    inline to name(from a) {                                          \
        to result;                                                    \
        asm volatile("v" mnemonic " %1, %0" : "=r"(result) : "x"(a)); \
        return result;                                                \
    }
#define VM_FP_COMPARE "v"
#else
#define VM_FP_BINARY(name, type, mnemonic)                   \
    inline type name(type a, type b) {                       \
        asm volatile(mnemonic " %1, %0" : "+x"(a) : "x"(b)); \
        return a;                                            \
    }
#define VM_FP_UNARY(name, type, mnemonic)           \
    inline type name(type a) {                      \
        asm volatile(mnemonic " %0, %0" : "+x"(a)); \
        return a;                                   \
    }
#define VM_FP_CONVERT(name, to, from, mnemonic)                                       \
    inline to name(from a) {                                                          \
        to result;                                                                    \
        asm volatile("xorps %0, %0\n\t" mnemonic " %1, %0" : "=&x"(result) : "x"(a)); \
        return result;                                                                \
    }
#define VM_FP_FROM_INTEGER(name, to, mnemonic)                                       \
    inline to name(std::int64_t a) {                                                 \
        to result;                                                                   \
        asm volatile("xorps %0, %0\n\t" mnemonic " %1, %0" : "=x"(result) : "r"(a)); \
        return result;                                                               \
    }
#define VM_FP_TO_INTEGER(name, to, from, mnemonic)                \
    inline to name(from a) {                                      \
        to result;                                                \
        asm volatile(mnemonic " %1, %0" : "=r"(result) : "x"(a)); \
        return result;                                            \
    }
#define VM_FP_COMPARE ""
#endif

VM_FP_BINARY(add, double, "addsd")
VM_FP_BINARY(add, float, "addss")
VM_FP_BINARY(sub, double, "subsd")
VM_FP_BINARY(sub, float, "subss")
VM_FP_BINARY(mul, double, "mulsd")
VM_FP_BINARY(mul, float, "mulss")
VM_FP_BINARY(div, double, "divsd")
VM_FP_BINARY(div, float, "divss")
VM_FP_UNARY(sqrt, double, "sqrtsd")
VM_FP_UNARY(sqrt, float, "sqrtss")
VM_FP_CONVERT(narrow, float, double, "cvtsd2ss")
VM_FP_CONVERT(widen, double, float, "cvtss2sd")
VM_FP_FROM_INTEGER(to_double, double, "cvtsi2sdq")
VM_FP_FROM_INTEGER(to_float, float, "cvtsi2ssq")
// Out of range and NaN: invalid, and the lowest integer.
VM_FP_TO_INTEGER(round_to_int64, std::int64_t, double, "cvtsd2siq")
VM_FP_TO_INTEGER(round_to_int64, std::int64_t, float, "cvtss2siq")
VM_FP_TO_INTEGER(truncate_to_int64, std::int64_t, double, "cvttsd2siq")
VM_FP_TO_INTEGER(truncate_to_int64, std::int64_t, float, "cvttss2siq")

// ucomis* signals invalid for signalling NaNs only, comis* for every NaN; unordered sets ZF, PF and CF.
#define VM_FP_COMPARISONS(type, suffix)                                                                  \
    inline bool eq(type a, type b) {                                                                     \
        bool equal;                                                                                      \
        bool ordered;                                                                                    \
        asm volatile(VM_FP_COMPARE "ucomi" suffix " %3, %2"                                              \
                     : "=@ccz"(equal), "=@ccnp"(ordered)                                                 \
                     : "x"(a), "x"(b));                                                                  \
        return equal && ordered;                                                                         \
    }                                                                                                    \
    inline bool lt(type a, type b) {                                                                     \
        bool above;                                                                                      \
        asm volatile(VM_FP_COMPARE "comi" suffix " %1, %2" : "=@cca"(above) : "x"(a), "x"(b));           \
        return above;                                                                                    \
    }                                                                                                    \
    inline bool le(type a, type b) {                                                                     \
        bool above_or_equal;                                                                             \
        asm volatile(VM_FP_COMPARE "comi" suffix " %1, %2" : "=@ccae"(above_or_equal) : "x"(a), "x"(b)); \
        return above_or_equal;                                                                           \
    }
VM_FP_COMPARISONS(double, "sd")
VM_FP_COMPARISONS(float, "ss")

// For hosts with FMA: kFma says the build may assume it, otherwise the caller asks the processor.
#ifdef __FMA__
inline constexpr bool kFma = true;
#else
inline constexpr bool kFma = false;
#endif
#define VM_FP_FUSED(name, type, mnemonic)                                \
    inline type name(type a, type b, type c) {                           \
        asm volatile(mnemonic " %2, %1, %0" : "+x"(a) : "x"(b), "x"(c)); \
        return a;                                                        \
    }
VM_FP_FUSED(fmadd, double, "vfmadd213sd")
VM_FP_FUSED(fmadd, float, "vfmadd213ss")
VM_FP_FUSED(fmsub, double, "vfmsub213sd")
VM_FP_FUSED(fmsub, float, "vfmsub213ss")
VM_FP_FUSED(fnmsub, double, "vfnmadd213sd")  // RISC-V names by the product's sign, x86 by the whole
VM_FP_FUSED(fnmsub, float, "vfnmadd213ss")
VM_FP_FUSED(fnmadd, double, "vfnmsub213sd")
VM_FP_FUSED(fnmadd, float, "vfnmsub213ss")

#undef VM_FP_BINARY
#undef VM_FP_UNARY
#undef VM_FP_CONVERT
#undef VM_FP_FROM_INTEGER
#undef VM_FP_TO_INTEGER
#undef VM_FP_COMPARE
#undef VM_FP_COMPARISONS
#undef VM_FP_FUSED

}  // namespace vm::guest::riscv::fp::host
