#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "harness/store/parcel.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

Json example() {
    Parcel parcel;
    parcel.name = "main";
    parcel.suites = {{"memory", "", "", ""}};
    model::RunRecord record;
    record.run = example_run(1);
    record.run.status = model::RunStatus::complete;
    record.builds = {{"0", "abc", false, "", "", ""}};
    record.benchmarks = {example_benchmark()};
    record.processes = {example_process(3, uuid(1), "0", example_benchmark())};
    record.samples = example_samples(record.processes[0], 2.5);
    parcel.runs = {record};
    return Json::parse(write_parcel(parcel));
}

// What is said of the example with the member at `pointer` replaced.
std::string message_with(const std::string& pointer, const Json& value) {
    Json json = example();
    json[Json::json_pointer(pointer)] = value;
    const auto parcel = read_parcel(json.dump());
    return parcel ? "accepted" : parcel.error().message;
}

std::string message_without(const std::string& pointer, const std::string& key) {
    Json json = example();
    json[Json::json_pointer(pointer)].erase(key);
    const auto parcel = read_parcel(json.dump());
    return parcel ? "accepted" : parcel.error().message;
}

TEST(ReadParcel, AcceptsWhatWasWritten) { EXPECT_TRUE(read_parcel(example().dump()).has_value()); }

TEST(ReadParcel, RefusesWhatIsNoBaseline) {
    EXPECT_EQ(read_parcel("").error().message, "it is not JSON");
    EXPECT_EQ(read_parcel("{").error().message, "it is not JSON");
    EXPECT_EQ(read_parcel("[]").error().message, "it is not a baseline exported by vmbench");
    EXPECT_EQ(read_parcel("{}").error().message, "it is not a baseline exported by vmbench");
    EXPECT_EQ(read_parcel(std::string(100'000, '[')).error().message, "it is not JSON");
}

TEST(ReadParcel, RefusesANewerFormat) {
    EXPECT_EQ(message_with("/version", 2),
              "it has format version 2, this vmbench reads version 1: update vmbench");
}

TEST(ReadParcel, SaysWhatIsMissing) {
    EXPECT_EQ(message_without("", "runs"), "the file: 'runs' is missing");
    EXPECT_EQ(message_without("/runs/0", "seed"), "a run: 'seed' is missing");
    EXPECT_EQ(message_without("/runs/0/machine", "cores"),
              "run 00000000-0000-4000-8000-000000000001: 'machine': 'cores' is missing");
    EXPECT_THAT(message_without("/runs/0/processes/0", "error"), HasSubstr("a process: 'error' is missing"));
    EXPECT_THAT(message_without("/runs/0/benchmarks/0", "tags"), HasSubstr("a benchmark: 'tags' is missing"));
}

TEST(ReadParcel, SaysWhatIsOfTheWrongKind) {
    EXPECT_EQ(message_with("/runs", Json::array()), "the file: it holds no runs");
    EXPECT_EQ(message_with("/runs", 3), "the file: 'runs' is not a list");
    EXPECT_EQ(message_with("/runs/0", "x"), "a run: is not an object");
    EXPECT_EQ(message_with("/runs/0/id", "../../x"), "a run: 'id' is not a UUID");
    EXPECT_EQ(message_with("/runs/0/seed", -1), "a run: 'seed' is negative");
    EXPECT_EQ(message_with("/runs/0/seed", 1e300), "a run: 'seed' is not an integer");
    EXPECT_EQ(message_with("/runs/0/seed", std::uint64_t{1} << 63), "a run: 'seed' is not an integer");
    EXPECT_EQ(message_with("/runs/0/status", "running"), "a run: it is still running");
    EXPECT_THAT(message_with("/runs/0/status", "won"), HasSubstr("unknown run status 'won'"));
    EXPECT_THAT(message_with("/runs/0/machine/cores", std::int64_t{1} << 40),
                HasSubstr("'cores' is too large"));
    EXPECT_THAT(message_with("/runs/0/machine/virtualised", 1),
                HasSubstr("'virtualised' is not true or false"));
    EXPECT_THAT(message_with("/runs/0/benchmarks/0/tags", Json::array({1})), HasSubstr("not text"));
    EXPECT_THAT(message_with("/runs/0/benchmarks/0/metrics/0/direction", "up"),
                HasSubstr("unknown direction 'up'"));
    EXPECT_THAT(message_with("/runs/0/processes/0/samples/0/value", "fast"),
                HasSubstr("'value' is not a number"));
}

TEST(ReadParcel, RefusesReferencesToNothing) {
    EXPECT_THAT(message_with("/runs/0/processes/0/build", 1), HasSubstr("there is no build 1"));
    EXPECT_THAT(message_with("/runs/0/processes/0/version", 9),
                HasSubstr("benchmark 'memory/read' version 9 is not described"));
    EXPECT_EQ(message_with("/suites", Json::array()), "suite 'memory' is not described");
}

}  // namespace
}  // namespace harness::store
