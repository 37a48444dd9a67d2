#include "vm/debug/packet.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vm::debug {

// For the messages of failed tests.
void PrintTo(const PacketEvent& event, std::ostream* out) {
    *out << "event " << static_cast<int>(event.kind) << " '" << event.payload << "'";
}

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = PacketEvent::Kind;

MATCHER_P2(Event, kind, payload, "") { return arg.kind == kind and arg.payload == payload; }
MATCHER_P(Event, kind, "") { return arg.kind == kind and arg.payload.empty(); }

std::vector<PacketEvent> events(std::string_view bytes, Runs runs = Runs::keep) {
    PacketDecoder decoder(runs);
    std::vector<PacketEvent> all;
    for (const char byte : bytes) {
        if (auto event = decoder.push(byte)) {
            all.push_back(*std::move(event));
        }
    }
    return all;
}

TEST(PacketDecoder, PacketsAcknowledgementsAndInterruptsComeInOrder) {
    EXPECT_THAT(events("+$g#67-\x03$OK#9a"), ElementsAre(Event(Kind::acknowledged), Event(Kind::packet, "g"),
                                                         Event(Kind::not_acknowledged),
                                                         Event(Kind::interrupt), Event(Kind::packet, "OK")));
}

TEST(PacketDecoder, EmptyPayloadIsAPacket) { EXPECT_THAT(events("$#00"), ElementsAre(Event(Kind::packet))); }

TEST(PacketDecoder, ChecksumMayHaveCapitalDigits) {
    EXPECT_THAT(events("$OK#9A"), ElementsAre(Event(Kind::packet, "OK")));
}

TEST(PacketDecoder, OtherChecksumIsDamage) {
    EXPECT_THAT(events("$OK#9b"), ElementsAre(Event(Kind::damaged, "OK")));
    EXPECT_THAT(events("$OK#9x"), ElementsAre(Event(Kind::damaged, "OK")));
    EXPECT_THAT(events("$OK#x9"), ElementsAre(Event(Kind::damaged, "OK")));
}

TEST(PacketDecoder, NothingIsSaidBeforeTheLastDigit) { EXPECT_THAT(events("$OK#9"), IsEmpty()); }

TEST(PacketDecoder, WhatLiesBetweenPacketsIsPassedOver) {
    EXPECT_THAT(events("hello #12 $g#67\r\n"), ElementsAre(Event(Kind::packet, "g")));
}

TEST(PacketDecoder, DollarInsideAPacketBeginsANewOne) {
    EXPECT_THAT(events("$m10$g#67"), ElementsAre(Event(Kind::packet, "g")));
}

TEST(PacketDecoder, InterruptByteInsideAPacketIsData) {
    EXPECT_THAT(events("$\x03#03"), ElementsAre(Event(Kind::packet, "\x03")));
}

TEST(PacketDecoder, EscapedByteIsTakenWithTheBitOf0x20Changed) {
    EXPECT_THAT(events("$X}\x03}\x04}]}\x0a#97"), ElementsAre(Event(Kind::damaged, "X#$}*")));
    EXPECT_THAT(events(encode_packet("X#$}*")), ElementsAre(Event(Kind::packet, "X#$}*")));
}

TEST(PacketDecoder, EscapeOfNothingIsAByteLikeOthers) {
    EXPECT_THAT(events("$}#7d"), ElementsAre(Event(Kind::packet, "}")));
}

TEST(PacketDecoder, StarIsAByteLikeOthersInRequests) {
    EXPECT_THAT(events("$0* #7a"), ElementsAre(Event(Kind::packet, "0* ")));
}

TEST(PacketDecoder, RunsAreExpandedWhenAskedFor) {
    EXPECT_THAT(events("$0* #7a", Runs::expand), ElementsAre(Event(Kind::packet, "0000")));
    EXPECT_THAT(events("$ab*\"c#8f", Runs::expand), ElementsAre(Event(Kind::damaged, "abbbbbbc")));
}

TEST(PacketDecoder, RunOfNothingAndRunWithoutCountAreLeft) {
    EXPECT_THAT(events("$* #4a", Runs::expand), ElementsAre(Event(Kind::packet, "* ")));
    EXPECT_THAT(events("$0*#5a", Runs::expand), ElementsAre(Event(Kind::packet, "0*")));
    EXPECT_THAT(events("$0*\x1f#79", Runs::expand), ElementsAre(Event(Kind::packet, "0*\x1f")));
}

TEST(PacketDecoder, LongestPacketIsTakenAndOneByteMoreIsNot) {
    const std::string longest(kMaxPacket, 'a');
    EXPECT_THAT(events(encode_packet(longest)), ElementsAre(Event(Kind::packet, longest)));
    EXPECT_THAT(events(encode_packet(longest + 'a')), ElementsAre(Event(Kind::too_long)));
}

TEST(PacketDecoder, PacketAfterOneThatWasTooLongIsTaken) {
    EXPECT_THAT(events(encode_packet(std::string(3 * kMaxPacket, 'a')) + "$g#67"),
                ElementsAre(Event(Kind::too_long), Event(Kind::packet, "g")));
}

TEST(PacketDecoder, RunsDoNotMakeAPacketLongerThanTheLimit) {
    std::string bomb = "0";
    for (std::size_t i = 0; i < kMaxPacket / 97 + 1; ++i) {
        bomb += "*~";
    }
    EXPECT_THAT(events("$" + bomb + "#00", Runs::expand), ElementsAre(Event(Kind::too_long)));
}

TEST(EncodePacket, FramesThePayloadWithItsChecksum) {
    EXPECT_EQ(encode_packet(""), "$#00");
    EXPECT_EQ(encode_packet("OK"), "$OK#9a");
}

TEST(EncodePacket, BytesThatMeanSomethingInFramesAreEscaped) {
    EXPECT_EQ(encode_packet("#"), "$}\x03#80");
    EXPECT_EQ(encode_packet("$"), "$}\x04#81");
    EXPECT_EQ(encode_packet("}"), "$}]#da");
    EXPECT_EQ(encode_packet("*"), "$}\x0a#87");
}

TEST(EncodePacket, EveryByteSurvives) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    EXPECT_THAT(events(encode_packet(all)), ElementsAre(Event(Kind::packet, all)));
    EXPECT_THAT(events(encode_packet(all), Runs::expand), ElementsAre(Event(Kind::packet, all)));
}

}  // namespace
}  // namespace vm::debug
