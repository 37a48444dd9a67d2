#pragma once

#include <string>

namespace vm::cli {

// The complaint about the text of a --max-instructions, empty for a decimal number that fits 64 bits.
std::string check_instruction_count(const std::string& text);

}  // namespace vm::cli
