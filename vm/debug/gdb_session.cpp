#include "vm/debug/gdb_session.h"

#include <utility>

#include <fmt/format.h>

#include "vm/debug/commands.h"
#include "vm/debug/packet_text.h"
#include "vm/debug/stop_reply.h"

namespace vm::debug {
namespace {

// A client that sends on and on while the target runs.
constexpr std::size_t kMaxHeld = 64;
// Each - costs the client one byte and us a frame.
constexpr unsigned kMaxRepetitions = 8;
// An O packet holds two digits for each.
constexpr std::size_t kMaxPrinted = kMaxPacket / 2 - 1;

}  // namespace

GdbSession::GdbSession(DebugTarget& target, std::optional<Stop> stop)
    : conversation_{.target = target}, state_(stop ? State::stopped : State::attaching) {
    if (stop) {
        conversation_.stop = *stop;
    } else {
        interrupt();
    }
}

bool GdbSession::target_runs() const {
    return state_ == State::attaching or state_ == State::running or state_ == State::leaving;
}

std::optional<Stop> GdbSession::stop() const {
    const bool stands = state_ == State::finished ? target_stopped_ : not target_runs();
    return stands ? std::optional(conversation_.stop) : std::nullopt;
}

std::string GdbSession::take_output() { return std::exchange(output_, {}); }

void GdbSession::receive(std::string_view bytes) {
    for (const char byte : bytes) {
        if (state_ == State::finished or state_ == State::leaving) {
            return;
        }
        if (auto event = decoder_.push(byte)) {
            take(*std::move(event));
        }
    }
}

void GdbSession::take(PacketEvent event) {
    switch (event.kind) {
        case PacketEvent::Kind::acknowledged:
            repetitions_ = 0;
            last_frame_.clear();
            return;
        case PacketEvent::Kind::not_acknowledged:
            repeat_reply();
            return;
        case PacketEvent::Kind::interrupt:
            // One that crossed with a stop reply has been answered by it.
            if (target_runs()) {
                interrupt();
            }
            return;
        case PacketEvent::Kind::damaged:
            // Without acknowledgements there is no way to ask again, and the transport is trusted. ("Packet
            // Acknowledgment")
            if (conversation_.acknowledges) {
                output_ += '-';
                return;
            }
            [[fallthrough]];
        case PacketEvent::Kind::packet:
        case PacketEvent::Kind::too_long:
            take_packet(std::move(event));
            return;
    }
}

void GdbSession::take_packet(PacketEvent event) {
    if (conversation_.acknowledges) {
        output_ += '+';
    }
    if (not target_runs()) {
        carry_out(event);
        return;
    }
    if (held_.size() == kMaxHeld) {
        disconnected();
        return;
    }
    held_.push_back(std::move(event));
    interrupt();
}

// Once is enough until it runs again.
void GdbSession::interrupt() {
    if (not std::exchange(interrupt_asked_, true)) {
        conversation_.target.interrupt();
    }
}

void GdbSession::stopped(const Stop& stop) {
    const State before = state_;
    conversation_.stop = stop;
    conversation_.general_thread.reset();
    conversation_.resumed_thread.reset();
    if (before == State::leaving) {
        leave();
        return;
    }
    if (before == State::finished) {
        target_stopped_ = true;
        return;
    }
    state_ = State::stopped;
    interrupt_asked_ = false;
    if (before == State::running) {
        reply(stop_reply(conversation_));
    }
    carry_out_held();
}

void GdbSession::carry_out_held() {
    while (state_ == State::stopped and not held_.empty()) {
        const PacketEvent event = std::move(held_.front());
        held_.pop_front();
        carry_out(event);
    }
    if (state_ == State::running and not held_.empty()) {
        interrupt();
    }
}

void GdbSession::carry_out(const PacketEvent& event) {
    if (event.kind == PacketEvent::Kind::too_long) {
        reply(error_reply(conversation_, "the packet is longer than PacketSize"));
        return;
    }
    const Answer answer = debug::carry_out(conversation_, event.payload);
    print(answer.console);
    if (answer.reply) {
        reply(*answer.reply);
    }
    switch (answer.then) {
        case Answer::Then::listen:
            break;
        case Answer::Then::run:
            state_ = State::running;
            break;
        case Answer::Then::leave:
            state_ = State::finished;
            target_stopped_ = conversation_.stop.ended();
            break;
    }
}

void GdbSession::reply(std::string_view payload) {
    last_frame_ = encode_packet(payload);
    output_ += last_frame_;
}

void GdbSession::print(std::string_view text) {
    while (not text.empty()) {
        const std::string_view piece = text.substr(0, kMaxPrinted);
        reply(fmt::format("O{}", to_hex(piece)));
        text.remove_prefix(piece.size());
    }
}

void GdbSession::repeat_reply() {
    if (not conversation_.acknowledges or last_frame_.empty()) {
        return;
    }
    if (++repetitions_ > kMaxRepetitions) {
        disconnected();
        return;
    }
    output_ += last_frame_;
}

void GdbSession::disconnected() {
    switch (state_) {
        case State::leaving:
        case State::finished:
            return;
        case State::stopped:
            clear_breakpoints(conversation_);
            state_ = State::finished;
            target_stopped_ = true;
            return;
        case State::attaching:
        case State::running:
            break;
    }
    held_.clear();
    interrupt();
    state_ = State::leaving;
}

// The stop is the one that disconnected() asked for, or another that came first: the target goes on in either
// case, with the signal that it stopped for.
void GdbSession::leave() {
    state_ = State::finished;
    target_stopped_ = conversation_.stop.ended();
    clear_breakpoints(conversation_);
    if (not target_stopped_) {
        conversation_.target.detach();
    }
}

}  // namespace vm::debug
