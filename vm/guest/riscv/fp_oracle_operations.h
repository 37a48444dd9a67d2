#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "vm/guest/riscv/fp.h"
#include "vm/guest/riscv/fp_soft.h"

// For fp_oracle_test: the F and D instructions that compute, each with what fp.h and fp_soft.h have for it.
namespace vm::guest::riscv::fp::oracle {

// Operands before, result and flags (in a and b) after.
struct Record {
    std::uint64_t a = 0;
    std::uint64_t b = 0;
    std::uint64_t c = 0;
    std::uint64_t unused = 0;
};

using Evaluate = std::uint64_t (*)(const Record&, Rounding);
enum class Kind { f32, f64, i32, i64 };

struct Operation {
    std::string name;
    std::uint32_t word;  // rd 10, frs1 to frs3 1 to 3, integer rs1 11, rm 0
    bool rounds;
    Kind source;
    Kind result;
    Evaluate fast;     // in the environment's mode
    Evaluate in_mode;  // in the given mode
    Evaluate soft;     // in integers
};

template <class T>
std::uint64_t take(const soft::Outcome<T>& outcome) {
    HostEnvironment::raise(outcome.flags);
    return static_cast<std::uint64_t>(outcome.value);
}

template <class F>
inline constexpr Kind kKind = std::is_same_v<F, F32> ? Kind::f32 : Kind::f64;
template <class F>
inline constexpr std::uint32_t kFormat = std::is_same_v<F, F32> ? 0 : 1;

constexpr std::uint32_t op_fp(std::uint32_t funct7, std::uint32_t rs2, std::uint32_t funct3,
                              std::uint32_t rs1) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | 10 << 7 | 0x53;
}

template <class F>
std::uint32_t fused(std::uint32_t opcode) {
    return 3U << 27 | kFormat<F> << 25 | 2 << 20 | 1 << 15 | 10 << 7 | opcode;
}

template <class F>
Bits<F> a_of(const Record& r) {
    return static_cast<Bits<F>>(r.a);
}
template <class F>
Bits<F> b_of(const Record& r) {
    return static_cast<Bits<F>>(r.b);
}
template <class F>
Bits<F> c_of(const Record& r) {
    return static_cast<Bits<F>>(r.c);
}

template <class F>
void append_arithmetic(std::vector<Operation>& all) {
    const auto two = [&](const char* name, std::uint32_t funct5, Evaluate fast, Evaluate slow,
                         Evaluate integer) {
        const std::uint32_t rs2 = funct5 == 0x0b ? 0 : 2;
        all.push_back({name, op_fp(funct5 << 2 | kFormat<F>, rs2, 0, 1), true, kKind<F>, kKind<F>, fast, slow,
                       integer});
    };
    two(
        "fadd", 0, [](const Record& r, Rounding) -> std::uint64_t { return add<F>(a_of<F>(r), b_of<F>(r)); },
        [](const Record& r, Rounding m) -> std::uint64_t { return add<F>(a_of<F>(r), b_of<F>(r), m); },
        [](const Record& r, Rounding m) { return take(soft::add<F>(a_of<F>(r), b_of<F>(r), m)); });
    two(
        "fsub", 1, [](const Record& r, Rounding) -> std::uint64_t { return sub<F>(a_of<F>(r), b_of<F>(r)); },
        [](const Record& r, Rounding m) -> std::uint64_t { return sub<F>(a_of<F>(r), b_of<F>(r), m); },
        nullptr);
    two(
        "fmul", 2, [](const Record& r, Rounding) -> std::uint64_t { return mul<F>(a_of<F>(r), b_of<F>(r)); },
        [](const Record& r, Rounding m) -> std::uint64_t { return mul<F>(a_of<F>(r), b_of<F>(r), m); },
        [](const Record& r, Rounding m) { return take(soft::mul<F>(a_of<F>(r), b_of<F>(r), m)); });
    two(
        "fdiv", 3, [](const Record& r, Rounding) -> std::uint64_t { return div<F>(a_of<F>(r), b_of<F>(r)); },
        [](const Record& r, Rounding m) -> std::uint64_t { return div<F>(a_of<F>(r), b_of<F>(r), m); },
        [](const Record& r, Rounding m) { return take(soft::div<F>(a_of<F>(r), b_of<F>(r), m)); });
    two(
        "fsqrt", 0x0b, [](const Record& r, Rounding) -> std::uint64_t { return sqrt<F>(a_of<F>(r)); },
        [](const Record& r, Rounding m) -> std::uint64_t { return sqrt<F>(a_of<F>(r), m); },
        [](const Record& r, Rounding m) { return take(soft::sqrt<F>(a_of<F>(r), m)); });
}

template <class F>
void append_fused(std::vector<Operation>& all) {
    const auto three = [&](const char* name, std::uint32_t opcode, Evaluate fast, Evaluate slow,
                           Evaluate integer) {
        all.push_back({name, fused<F>(opcode), true, kKind<F>, kKind<F>, fast, slow, integer});
    };
    three(
        "fmadd", 0x43,
        [](const Record& r, Rounding) -> std::uint64_t {
            return fmadd<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r));
        },
        [](const Record& r, Rounding m) -> std::uint64_t {
            return fmadd<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r), m);
        },
        [](const Record& r, Rounding m) {
            return take(soft::fmadd<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r), m));
        });
    three(
        "fmsub", 0x47,
        [](const Record& r, Rounding) -> std::uint64_t {
            return fmsub<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r));
        },
        [](const Record& r, Rounding m) -> std::uint64_t {
            return fmsub<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r), m);
        },
        nullptr);
    three(
        "fnmsub", 0x4b,
        [](const Record& r, Rounding) -> std::uint64_t {
            return fnmsub<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r));
        },
        [](const Record& r, Rounding m) -> std::uint64_t {
            return fnmsub<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r), m);
        },
        nullptr);
    three(
        "fnmadd", 0x4f,
        [](const Record& r, Rounding) -> std::uint64_t {
            return fnmadd<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r));
        },
        [](const Record& r, Rounding m) -> std::uint64_t {
            return fnmadd<F>(a_of<F>(r), b_of<F>(r), c_of<F>(r), m);
        },
        nullptr);
}

template <class F>
void append_unrounded(std::vector<Operation>& all) {
    const auto unrounded = [&](const char* name, std::uint32_t word, Kind result, Evaluate evaluate) {
        all.push_back({name, word, false, kKind<F>, result, evaluate, nullptr, nullptr});
    };
    constexpr std::uint32_t kMinMax = 0x14 | kFormat<F>;
    constexpr std::uint32_t kCompare = 0x50 | kFormat<F>;
    unrounded("fmin", op_fp(kMinMax, 2, 0, 1), kKind<F>,
              [](const Record& r, Rounding) -> std::uint64_t { return min<F>(a_of<F>(r), b_of<F>(r)); });
    unrounded("fmax", op_fp(kMinMax, 2, 1, 1), kKind<F>,
              [](const Record& r, Rounding) -> std::uint64_t { return max<F>(a_of<F>(r), b_of<F>(r)); });
    unrounded("fle", op_fp(kCompare, 2, 0, 1), Kind::i64,
              [](const Record& r, Rounding) -> std::uint64_t { return le<F>(a_of<F>(r), b_of<F>(r)); });
    unrounded("flt", op_fp(kCompare, 2, 1, 1), Kind::i64,
              [](const Record& r, Rounding) -> std::uint64_t { return lt<F>(a_of<F>(r), b_of<F>(r)); });
    unrounded("feq", op_fp(kCompare, 2, 2, 1), Kind::i64,
              [](const Record& r, Rounding) -> std::uint64_t { return eq<F>(a_of<F>(r), b_of<F>(r)); });
    unrounded("fclass", op_fp(0x70 | kFormat<F>, 0, 1, 1), Kind::i64,
              [](const Record& r, Rounding) -> std::uint64_t { return classify<F>(a_of<F>(r)); });
}

template <class F, class Int>
void append_integer(std::vector<Operation>& all, std::uint32_t code, const char* suffix) {
    constexpr Kind kInteger = sizeof(Int) == 4 ? Kind::i32 : Kind::i64;
    all.push_back(
        {fmt::format("fcvt.{}.f", suffix), op_fp(0x60 | kFormat<F>, code, 0, 1), true, kKind<F>, kInteger,
         [](const Record& r, Rounding) { return static_cast<std::uint64_t>(to_int<F, Int>(a_of<F>(r))); },
         [](const Record& r, Rounding m) {
             return static_cast<std::uint64_t>(to_int<F, Int>(a_of<F>(r), m));
         },
         [](const Record& r, Rounding m) { return take(soft::to_int<F, Int>(a_of<F>(r), m)); }});
    all.push_back(
        {fmt::format("fcvt.f.{}", suffix), op_fp(0x68 | kFormat<F>, code, 0, 11), true, kInteger, kKind<F>,
         [](const Record& r, Rounding) -> std::uint64_t { return from_int<F>(static_cast<Int>(r.a)); },
         [](const Record& r, Rounding m) -> std::uint64_t { return from_int<F>(static_cast<Int>(r.a), m); },
         [](const Record& r, Rounding m) { return take(soft::from_int<F>(static_cast<Int>(r.a), m)); }});
}

template <class F>
void append_format(std::vector<Operation>& all) {
    append_arithmetic<F>(all);
    append_fused<F>(all);
    append_unrounded<F>(all);
    append_integer<F, std::int32_t>(all, 0, "w");
    append_integer<F, std::uint32_t>(all, 1, "wu");
    append_integer<F, std::int64_t>(all, 2, "l");
    append_integer<F, std::uint64_t>(all, 3, "lu");
}

inline std::vector<Operation> all_operations() {
    std::vector<Operation> all;
    append_format<F32>(all);
    append_format<F64>(all);
    all.push_back({"fcvt.s.d", op_fp(0x20, 1, 0, 1), true, Kind::f64, Kind::f32,
                   [](const Record& r, Rounding) -> std::uint64_t { return narrow(r.a); },
                   [](const Record& r, Rounding m) -> std::uint64_t { return narrow(r.a, m); },
                   [](const Record& r, Rounding m) { return take(soft::narrow(r.a, m)); }});
    all.push_back({"fcvt.d.s", op_fp(0x21, 0, 0, 1), true, Kind::f32, Kind::f64,
                   [](const Record& r, Rounding) { return widen(a_of<F32>(r)); }, nullptr, nullptr});
    return all;
}

// One instruction in one rounding mode.
struct Variant {
    const Operation* operation;
    Rounding rounding;
};

inline std::vector<Variant> all_variants(const std::vector<Operation>& operations) {
    std::vector<Variant> variants;
    for (const Operation& operation : operations) {
        for (int mode = 0; mode < (operation.rounds ? 5 : 1); ++mode) {
            variants.push_back({&operation, static_cast<Rounding>(mode)});
        }
    }
    return variants;
}

}  // namespace vm::guest::riscv::fp::oracle
