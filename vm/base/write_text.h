#pragma once

#include <string_view>

namespace vm {

// Writes all of the text to a descriptor, by one call as a rule, so that other processes write before or
// behind it. Returns 0, or the number of what stands against it (errno.h). That comes as no signal: SIGPIPE
// and SIGXFSZ would be the guest's, or end vm.
int write_text(int descriptor, std::string_view text);

}  // namespace vm
