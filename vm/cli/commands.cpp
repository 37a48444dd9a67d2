#include "vm/cli/commands.h"

#include <array>

#include "vm/cli/conformance_command.h"
#include "vm/cli/disasm_command.h"
#include "vm/cli/info_command.h"
#include "vm/cli/run_command.h"
#include "vm/cli/user_command.h"

namespace vm::cli {
namespace {

constexpr std::array kCommands{
    Command{"run", "Boot an operating system, or run a bare-metal program", declare_run},
    Command{"user", "Run a Linux program", declare_user},
    Command{"disasm", "Disassemble the executable segments of a program", declare_disasm},
    Command{"conformance", "Run a folder of programs that judge themselves", declare_conformance},
    Command{"info", "Show this build, the host's CPU features and the engines", declare_info},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace vm::cli
