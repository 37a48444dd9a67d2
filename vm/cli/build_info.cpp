#include "vm/cli/build_info.h"

#include <fmt/format.h>

namespace vm::cli {
namespace {

std::string compiler() {
#if defined(__clang__)
    return "Clang " __clang_version__;
#else
    return "GCC " __VERSION__;
#endif
}

}  // namespace

std::string_view version() { return VM_VERSION; }

std::string build_description() {
    const std::string_view type = VM_BUILD_TYPE;
    return fmt::format("{}, {}", type.empty() ? "no build type" : type, compiler());
}

std::vector<std::string_view> host_features() {
    std::vector<std::string_view> features;
    // The builtin takes literals only.
#define ADD_FEATURE(name)               \
    if (__builtin_cpu_supports(name)) { \
        features.emplace_back(name);    \
    }
    ADD_FEATURE("sse4.2")
    ADD_FEATURE("popcnt")
    ADD_FEATURE("pclmul")
    ADD_FEATURE("avx")
    ADD_FEATURE("fma")
    ADD_FEATURE("bmi")
    ADD_FEATURE("bmi2")
    ADD_FEATURE("avx2")
    ADD_FEATURE("avx512f")
    ADD_FEATURE("avx512dq")
    ADD_FEATURE("avx512bw")
    ADD_FEATURE("avx512vl")
#undef ADD_FEATURE
    return features;
}

}  // namespace vm::cli
