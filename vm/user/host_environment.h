#pragma once

#include <string>
#include <vector>

namespace vm::user {

// Variables of the guest's environment ("NAME=VALUE") on their way through vm's own, when vm executes itself
// with another program. The host's loader and C library would obey some of them in vm instead (LD_PRELOAD
// runs code of the guest's choice there, LD_TRACE_LOADED_OBJECTS ends it): those get another name, and
// whatever has such a name gets its own back. (ld.so(8), mallopt(3))
std::vector<std::string> to_host_environment(std::vector<std::string> variables);
std::vector<std::string> from_host_environment(std::vector<std::string> variables);

}  // namespace vm::user
