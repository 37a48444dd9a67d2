#include <algorithm>

#include "vm/debug/commands.h"
#include "vm/debug/gdb_signals.h"
#include "vm/debug/stop_reply.h"

namespace vm::debug::command {
namespace {

using Kind = ThreadAction::Kind;

// What one thread, or several, are to do.
struct Order {
    Kind kind = Kind::go;
    int signal = 0;
};

std::vector<ThreadAction> everybody_stays(const Conversation& conversation) {
    std::vector<ThreadAction> actions;
    for (const ThreadInfo& info : conversation.target.threads()) {
        actions.push_back({info.id, Kind::stay, 0});
    }
    return actions;
}

Answer resume_with(Conversation& conversation, const std::vector<ThreadAction>& actions) {
    if (std::all_of(actions.begin(), actions.end(),
                    [](const ThreadAction& action) { return action.kind == Kind::stay; })) {
        return error_reply(conversation, "no thread would run");
    }
    conversation.target.resume(actions);
    return Answer::Then::run;
}

// A step is of one thread, while others stay; else all go on, and that one gets the signal.
Answer resume_one_or_all(Conversation& conversation, const Order& order) {
    const ThreadId thread = conversation.resumed_thread.value_or(conversation.stop.thread);
    auto actions = everybody_stays(conversation);
    for (ThreadAction& action : actions) {
        if (action.thread == thread) {
            action = {thread, order.kind, order.signal};
        } else if (order.kind == Kind::go) {
            action.kind = Kind::go;
        }
    }
    return resume_with(conversation, actions);
}

Result<void> set_pc(Conversation& conversation, std::uint64_t address) {
    const unsigned number = conversation.target.pc_register();
    std::vector<std::byte> value(conversation.target.register_size(number));
    for (std::size_t at = 0; at < value.size() and at < sizeof address; ++at) {
        value[at] = static_cast<std::byte>(address >> (8 * at));
    }
    const ThreadId thread = conversation.resumed_thread.value_or(conversation.stop.thread);
    return conversation.target.write_register(thread, number, value);
}

// [ADDRESS], where to go on.
Answer resume_from(Conversation& conversation, PacketReader arguments, const Order& order) {
    if (conversation.stop.ended()) {
        return stop_reply(conversation);
    }
    if (not arguments.done()) {
        const auto address = arguments.number();
        if (not address or not arguments.done()) {
            return error_reply(conversation, "the address to resume at is not a number");
        }
        if (const auto set = set_pc(conversation, *address); not set) {
            return error_reply(conversation, set.error().message);
        }
    }
    return resume_one_or_all(conversation, order);
}

std::optional<int> read_signal(PacketReader& arguments) {
    const auto number = arguments.number();
    return number ? linux_signal(*number) : std::nullopt;
}

// SIGNAL[;ADDRESS]
Answer resume_with_signal(Conversation& conversation, PacketReader arguments, Kind kind) {
    const auto signal = read_signal(arguments);
    if (not signal or not(arguments.done() or arguments.skip(";"))) {
        return error_reply(conversation, "no signal of that number");
    }
    return resume_from(conversation, arguments, {kind, *signal});
}

// c, s, C SIGNAL or S SIGNAL, as vCont has them.
std::optional<Order> read_order(PacketReader& arguments) {
    const bool with_signal = arguments.rest().starts_with("C") or arguments.rest().starts_with("S");
    Order order;
    if (arguments.skip("s") or arguments.skip("S")) {
        order.kind = Kind::step;
    } else if (not arguments.skip("c") and not arguments.skip("C")) {
        return std::nullopt;
    }
    if (with_signal) {
        const auto signal = read_signal(arguments);
        if (not signal) {
            return std::nullopt;
        }
        order.signal = *signal;
    }
    return order;
}

bool selects(const ThreadSelector& selector, ThreadId thread, const Conversation& conversation) {
    switch (selector.which) {
        case ThreadSelector::Which::all:
            return true;
        case ThreadSelector::Which::any:
            return thread == conversation.stop.thread;
        case ThreadSelector::Which::one:
            break;
    }
    return thread == selector.id;
}

// One ACTION[:THREAD] of vCont, for those threads that no earlier one was for. (GDB manual, vCont: the
// leftmost action with a matching thread holds)
bool apply_action(const Conversation& conversation, std::string_view text,
                  std::vector<ThreadAction>& actions) {
    PacketReader reader(text);
    const auto order = read_order(reader);
    std::optional<ThreadSelector> selector = ThreadSelector{};
    if (reader.skip(":")) {
        selector = read_thread(reader);
    }
    if (not order or not selector or not reader.done()) {
        return false;
    }
    for (ThreadAction& action : actions) {
        if (action.kind == Kind::stay and selects(*selector, action.thread, conversation)) {
            action = {action.thread, order->kind, order->signal};
        }
    }
    return true;
}

}  // namespace

Answer last_stop(Conversation& conversation, PacketReader) { return stop_reply(conversation); }

Answer go(Conversation& conversation, PacketReader arguments) {
    return resume_from(conversation, arguments, {Kind::go, 0});
}

Answer go_with_signal(Conversation& conversation, PacketReader arguments) {
    return resume_with_signal(conversation, arguments, Kind::go);
}

Answer step(Conversation& conversation, PacketReader arguments) {
    return resume_from(conversation, arguments, {Kind::step, 0});
}

Answer step_with_signal(Conversation& conversation, PacketReader arguments) {
    return resume_with_signal(conversation, arguments, Kind::step);
}

// gdb uses vCont only when all four are there.
Answer resume_actions(Conversation&, PacketReader) { return "vCont;c;C;s;S"; }

Answer resume(Conversation& conversation, PacketReader arguments) {
    if (conversation.stop.ended()) {
        return stop_reply(conversation);
    }
    auto actions = everybody_stays(conversation);
    while (not arguments.done()) {
        if (not apply_action(conversation, arguments.until(';'), actions)) {
            return error_reply(conversation, "vCont needs c, s, C SIGNAL or S SIGNAL for threads");
        }
    }
    return resume_with(conversation, actions);
}

Answer detach(Conversation& conversation, PacketReader arguments) {
    if (not arguments.done() and not arguments.skip(";")) {
        return "";
    }
    if (not conversation.stop.ended()) {
        clear_breakpoints(conversation);
        conversation.target.detach();
    }
    return {Answer::Then::leave, "OK"};
}

Answer kill(Conversation& conversation, PacketReader) {
    if (not conversation.stop.ended()) {
        clear_breakpoints(conversation);
        conversation.target.kill();
    }
    return Answer::Then::leave;
}

// There is only one process, whatever number gdb has for it.
Answer kill_process(Conversation& conversation, PacketReader arguments) {
    kill(conversation, arguments);
    return {Answer::Then::leave, "OK"};
}

}  // namespace vm::debug::command
