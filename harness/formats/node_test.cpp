#include "harness/formats/node.h"

#include <gtest/gtest.h>

namespace harness::formats {
namespace {

// What reading `text` with `use` complains about.
template <class Use>
std::string complaint(std::string_view text, Use use) {
    const Document document("f", text);
    Complaints complaints(document);
    use(Node(complaints));
    return complaints.ok() ? "" : complaints.failure().value().message;
}

TEST(Node, ReadsWhatFits) {
    const std::string text = R"({"n": 1.5, "i": 3, "r": 4.0, "t": "x", "l": [1, 2], "z": null})";
    EXPECT_EQ(complaint(text,
                        [](const Node& root) {
                            EXPECT_EQ(root.member("n").number(), 1.5);
                            EXPECT_EQ(root.member("i").count(), 3);
                            EXPECT_EQ(root.member("r").count(), 4);
                            EXPECT_EQ(root.member("t").text(), "x");
                            EXPECT_EQ(root.optional_text("t"), "x");
                            EXPECT_EQ(root.optional_text("n"), "");
                            EXPECT_EQ(root.member("l").elements().size(), 2U);
                            EXPECT_EQ(root.members().size(), 6U);
                            EXPECT_FALSE(root.find("z").has_value());
                            EXPECT_TRUE(root.member("z").is_null());
                        }),
              "");
}

TEST(Node, NamesFileLineAndField) {
    const std::string text = "{\"rows\": [\n{\"a\": 1},\n{\"a\": {\"b\": \"x\"}}]}";
    EXPECT_EQ(complaint(text,
                        [](const Node& root) {
                            (void)root.member("rows").elements()[1].member("a").member("b").number();
                        }),
              "f:3: rows[1].a.b must be a number");
    EXPECT_EQ(complaint(text, [](const Node& root) { (void)root.member("rows").elements()[0].member("c"); }),
              "f:2: rows[0].c is missing");
    EXPECT_EQ(complaint("[1]", [](const Node& root) { (void)root.elements()[0].text(); }),
              "f:1: [0] must be text");
    EXPECT_EQ(complaint("[1]", [](const Node& root) { (void)root.member("a"); }),
              "f:1: the document must be an object");
}

TEST(Node, RefusesNumbersThatCannotBe) {
    const auto of = [](std::string_view number, auto read) {
        return complaint(fmt::format("[{}]", number),
                         [&](const Node& root) { (void)(root.elements()[0].*read)(); });
    };
    EXPECT_EQ(of("-1", &Node::amount), "f:1: [0] is -1, less than zero");
    EXPECT_EQ(of("1.5", &Node::count), "f:1: [0] must be a whole number from 0 to 2^53");
    EXPECT_EQ(of("-1", &Node::count), "f:1: [0] must be a whole number from 0 to 2^53");
    EXPECT_EQ(of("1e300", &Node::count), "f:1: [0] must be a whole number from 0 to 2^53");
    EXPECT_EQ(of("NaN", &Node::number), "f:1: [0] must be a number");
    EXPECT_EQ(of("\"1\"", &Node::number), "f:1: [0] must be a number");
    EXPECT_EQ(of("\"\"", &Node::text), "f:1: [0] must not be empty");
}

TEST(Node, KeepsTheFirstComplaintAndReadsNothingAfterIt) {
    EXPECT_EQ(complaint(R"({"a": 1, "l": [1]})",
                        [](const Node& root) {
                            (void)root.member("x");
                            EXPECT_EQ(root.member("a").number(), 0);
                            EXPECT_TRUE(root.member("l").elements().empty());
                            (void)root.member("y");
                        }),
              "f:1: x is missing");
}

TEST(Node, PutsTextsOnOneLine) {
    const Document document("f", R"(["a\nb\u001b[31m"])");
    Complaints complaints(document);
    EXPECT_EQ(Node(complaints).elements()[0].text(), "a b [31m");
    EXPECT_EQ(one_line("a\tb\x7f"), "a b ");
}

}  // namespace
}  // namespace harness::formats
