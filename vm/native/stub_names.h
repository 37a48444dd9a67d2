#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vm/jit/backend.h"

namespace vm::native {

struct NamedStub {
    std::uint64_t address = 0;
    std::string name;
};

// The pieces of code that blocks share, by address: "leave", "look_up_load_8".
std::vector<NamedStub> named_stubs(const jit::Stubs& stubs);

// What tools of the host know them as.
inline std::string tool_name(const NamedStub& stub) { return "vm:" + stub.name; }

}  // namespace vm::native
