#include <gmock/gmock.h>

#include "vm/debug/conversation_fixture.h"
#include "vm/debug/packet.h"

namespace vm::debug {
namespace {

using Transfer = ConversationTest;

TEST_F(Transfer, DescriptionOfTheTargetIsTargetXml) {
    EXPECT_EQ(ask("qXfer:features:read:target.xml:0,fff"), "l" + target_.target_description());
    EXPECT_EQ(ask("qXfer:features:read:other.xml:0,fff"), "E01");
    EXPECT_EQ(ask("qXfer:features:read::0,fff"), "E01");
}

TEST_F(Transfer, PartsAreMarkedUntilTheLast) {
    const std::string all = target_.target_description();
    const std::size_t rest = all.size() - 5;
    EXPECT_EQ(ask("qXfer:features:read:target.xml:0,5"), fmt::format("m{}", all.substr(0, 5)));
    EXPECT_EQ(ask(fmt::format("qXfer:features:read:target.xml:5,{:x}", rest - 1)),
              fmt::format("m{}", all.substr(5, rest - 1)));
    EXPECT_EQ(ask(fmt::format("qXfer:features:read:target.xml:5,{:x}", rest)),
              fmt::format("l{}", all.substr(5)));
    EXPECT_EQ(ask("qXfer:features:read:target.xml:ffffffffffffffff,ffffffffffffffff"), "l");
}

TEST_F(Transfer, PartFitsIntoAPacketHoweverMuchIsAskedFor) {
    target_.auxiliary_vector_ = std::vector<std::byte>(3 * kMaxPacket, std::byte{'#'});
    const std::string reply = ask("qXfer:auxv:read::0,ffffffffffffffff");
    EXPECT_EQ(reply.substr(0, 2), "m#");
    EXPECT_EQ(reply.size(), kMaxPacket / 2);
}

TEST_F(Transfer, ThreadsHaveNumberNameAndStateAsSafeXml) {
    EXPECT_EQ(ask("qXfer:threads:read::0,fff"),
              "l<?xml version=\"1.0\"?>\n<threads>\n"
              "<thread id=\"1\" name=\"hart 0\">running</thread>\n"
              "<thread id=\"2\" name=\"hart 1\"></thread>\n"
              "<thread id=\"1f\" name=\"&#60;b&#38;?&#34;?\"></thread>\n"
              "</threads>\n");
}

TEST_F(Transfer, ProcessesHaveAnAuxiliaryVectorAndAnExecutable) {
    EXPECT_EQ(ask("qXfer:auxv:read::0,fff"), "E01");
    EXPECT_EQ(ask("qXfer:exec-file:read::0,fff"), "E01");
    target_.auxiliary_vector_ = to_bytes("\x06}");
    target_.executable_ = "/bin/a";
    EXPECT_EQ(ask("qXfer:auxv:read::0,fff"), "l\x06}");
    EXPECT_EQ(ask("qXfer:exec-file:read:1:0,fff"), "l/bin/a");
}

TEST_F(Transfer, OtherObjectsAndWritingAreNotSupported) {
    EXPECT_EQ(ask("qXfer:memory-map:read::0,fff"), "");
    EXPECT_EQ(ask("qXfer:auxv:write::0:00"), "");
    EXPECT_EQ(ask("qXfer:"), "");
    EXPECT_EQ(ask("qXfer:features"), "");
}

TEST_F(Transfer, MalformedRangesAreErrors) {
    for (const char* range : {"", "0", "0,", ",1", "0,1,", "x,1", "0:1"}) {
        EXPECT_EQ(ask(fmt::format("qXfer:features:read:target.xml:{}", range)), "E01") << range;
    }
}

}  // namespace
}  // namespace vm::debug
