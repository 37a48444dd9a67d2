#include "vm/user/signals.h"

#include <signal.h>

#include "vm/user/host_signals.h"

namespace vm::user {

DefaultAction default_action(int signal) {
    switch (signal) {
        case SIGQUIT:
        case SIGILL:
        case SIGTRAP:
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGSEGV:
        case SIGXCPU:
        case SIGXFSZ:
        case SIGSYS:
            return DefaultAction::core;
        case SIGCHLD:
        case SIGURG:
        case SIGWINCH:
            return DefaultAction::ignore;
        case SIGSTOP:
        case SIGTSTP:
        case SIGTTIN:
        case SIGTTOU:
            return DefaultAction::stop;
        case SIGCONT:
            return DefaultAction::resume;
        default:
            return DefaultAction::terminate;
    }
}

const char* signal_name(int signal) {
    static constexpr const char* kNames[] = {
        "no signal", "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
        "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
        "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS"};
    return signal >= 0 and signal < 32 ? kNames[signal] : "a real-time signal";
}

bool fatal_by_default(int signal) {
    const DefaultAction action = default_action(signal);
    return action == DefaultAction::terminate or action == DefaultAction::core;
}

bool would_kill(const SignalState& state, const SignalActions& actions, int signal) {
    if (signal == SIGKILL) {
        return true;
    }
    return signal >= 1 and signal <= kSignalCount and (state.mask & signal_bit(signal)) == 0 and
           signal != kStopSignal and actions.at(signal).handler == abi::kSignalDefault and
           fatal_by_default(signal);
}

}  // namespace vm::user
