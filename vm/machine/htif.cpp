#include "vm/machine/htif.h"

#include <algorithm>

namespace vm::machine {

HtifRequest decode_tohost(std::uint64_t value) {
    if (value == 0) {
        return {HtifRequest::Kind::none, 0};
    }
    if ((value & 1) == 0) {
        return {HtifRequest::Kind::service, 0};
    }
    return {HtifRequest::Kind::exit, value >> 1};
}

// Truncation could turn a failure into 0.
int process_exit_code(std::uint64_t exit_code) {
    return static_cast<int>(std::min(exit_code, std::uint64_t{255}));
}

}  // namespace vm::machine
