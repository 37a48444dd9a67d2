#include "vm/debug/commands.h"

#include <algorithm>
#include <array>

namespace vm::debug {
namespace {

enum class Arguments : std::uint8_t { none, some };   // none: the name is the whole packet
enum class Needs : std::uint8_t { nothing, living };  // living: refused once the target has ended

struct Command {
    std::string_view name;
    Arguments arguments;
    Needs needs;
    Answer (*carry_out)(Conversation& conversation, PacketReader arguments);
};

// A name that begins with another comes before it.
constexpr std::array kCommands{
    Command{"?", Arguments::none, Needs::nothing, command::last_stop},
    Command{"g", Arguments::none, Needs::living, command::read_registers},
    Command{"G", Arguments::some, Needs::living, command::write_registers},
    Command{"p", Arguments::some, Needs::living, command::read_register},
    Command{"P", Arguments::some, Needs::living, command::write_register},
    Command{"m", Arguments::some, Needs::living, command::read_memory},
    Command{"x", Arguments::some, Needs::living, command::read_memory_binary},
    Command{"M", Arguments::some, Needs::living, command::write_memory},
    Command{"X", Arguments::some, Needs::living, command::write_memory_binary},
    Command{"Z", Arguments::some, Needs::living, command::insert_breakpoint},
    Command{"z", Arguments::some, Needs::living, command::remove_breakpoint},
    Command{"c", Arguments::some, Needs::nothing, command::go},
    Command{"C", Arguments::some, Needs::nothing, command::go_with_signal},
    Command{"s", Arguments::some, Needs::nothing, command::step},
    Command{"S", Arguments::some, Needs::nothing, command::step_with_signal},
    Command{"vCont?", Arguments::none, Needs::nothing, command::resume_actions},
    Command{"vCont;", Arguments::some, Needs::nothing, command::resume},
    Command{"D", Arguments::some, Needs::nothing, command::detach},
    Command{"k", Arguments::none, Needs::nothing, command::kill},
    Command{"vKill;", Arguments::some, Needs::nothing, command::kill_process},
    Command{"H", Arguments::some, Needs::nothing, command::choose_thread},
    Command{"T", Arguments::some, Needs::nothing, command::thread_alive},
    Command{"qC", Arguments::none, Needs::nothing, command::current_thread},
    Command{"qfThreadInfo", Arguments::none, Needs::nothing, command::first_threads},
    Command{"qsThreadInfo", Arguments::none, Needs::nothing, command::more_threads},
    Command{"qThreadExtraInfo,", Arguments::some, Needs::living, command::thread_extra_info},
    Command{"qSupported", Arguments::some, Needs::nothing, command::supported},
    Command{"QStartNoAckMode", Arguments::none, Needs::nothing, command::start_no_ack_mode},
    Command{"qAttached", Arguments::some, Needs::nothing, command::attached},
    Command{"qOffsets", Arguments::none, Needs::living, command::offsets},
    Command{"vMustReplyEmpty", Arguments::none, Needs::nothing, command::must_reply_empty},
    Command{"qRcmd,", Arguments::some, Needs::living, command::monitor},
    Command{"qXfer:", Arguments::some, Needs::living, command::transfer},
};

bool matches(const Command& command, std::string_view packet) {
    return command.arguments == Arguments::none ? packet == command.name : packet.starts_with(command.name);
}

}  // namespace

Answer carry_out(Conversation& conversation, std::string_view packet) {
    const auto command = std::find_if(kCommands.begin(), kCommands.end(),
                                      [packet](const Command& each) { return matches(each, packet); });
    if (command == kCommands.end()) {
        return "";
    }
    if (command->needs == Needs::living and conversation.stop.ended()) {
        return error_reply(conversation, "the program has ended");
    }
    return command->carry_out(conversation, PacketReader(packet.substr(command->name.size())));
}

}  // namespace vm::debug
