#pragma once

#include <string_view>

#include "vm/base/result.h"

// What vm says. Where standard error cannot be written nobody is left to be told: what was asked for is
// carried out all the same, and its exit code stands.
namespace vm::cli {

// A line of vm's own on standard error.
void say(std::string_view line);
// Text on standard error as it is.
void write_error(std::string_view text);

// Text on standard output. That it came there flush_output() says, which whoever writes ends with.
void write_output(std::string_view text);
Result<void> flush_output();

}  // namespace vm::cli
