#pragma once

// For tests: a conversation about a fake target that stopped with SIGTRAP in its first thread.

#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "vm/debug/commands.h"
#include "vm/debug/fake_target.h"

namespace vm::debug {

class ConversationTest : public ::testing::Test {
  protected:
    using Notes = std::vector<std::string>;

    // The reply to a packet that must have one and must not end anything.
    std::string ask(std::string_view packet) {
        const Answer answer = carry_out(conversation_, packet);
        EXPECT_EQ(answer.then, Answer::Then::listen) << packet;
        EXPECT_TRUE(answer.reply) << packet;
        return answer.reply.value_or("none");
    }

    // For packets that let the target run: what it was told.
    Notes run(std::string_view packet) {
        const Answer answer = carry_out(conversation_, packet);
        EXPECT_EQ(answer.then, Answer::Then::run) << packet << ": " << answer.reply.value_or("none");
        EXPECT_FALSE(answer.reply) << packet;
        return target_.take_notes();
    }

    void put(std::uint64_t address, std::string_view text) {
        EXPECT_TRUE(target_.write_memory(FakeTarget::kFirst, address, to_bytes(text)));
    }
    std::string text_at(std::uint64_t address, std::size_t length) {
        return to_text(target_.read_memory(FakeTarget::kFirst, address, length).value());
    }

    void set_register(ThreadId thread, unsigned number, std::string_view digits) {
        target_.registers_[{raw(thread), number}] = from_hex(digits).value();
    }
    std::string register_of(ThreadId thread, unsigned number) {
        return to_hex(target_.read_register(thread, number).value());
    }

    FakeTarget target_;
    Conversation conversation_{.target = target_, .stop = signal_stop(FakeTarget::kFirst, SIGTRAP)};
};

}  // namespace vm::debug
