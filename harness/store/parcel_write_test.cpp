#include <gtest/gtest.h>

#include "harness/store/parcel.h"
#include "harness/store/testing.h"

namespace harness::store {
namespace {

TEST(WriteParcel, HasOneLineForEachBenchmarkAndProcess) {
    Parcel parcel;
    parcel.name = "main";
    parcel.created_ns = 5;
    parcel.suites = {{"memory", "Memory", "How \"fast\"?", ""}};
    model::RunRecord record;
    record.run = example_run(1);
    record.run.status = model::RunStatus::complete;
    record.builds = {{"0", "abc", false, "GCC 12", "-O3", "1234"}};
    record.benchmarks = {example_benchmark()};
    record.processes = {example_process(3, uuid(1), "0", example_benchmark())};
    record.samples = {example_samples(record.processes[0], 2.5)[1]};
    parcel.runs = {record};
    EXPECT_EQ(write_parcel(parcel), R"({
  "format": "vmbench-baseline",
  "version": 1,
  "name": "main",
  "created_ns": 5,
  "suites": [
    {"name":"memory","title":"Memory","question":"How \"fast\"?","description":""}
  ],
  "runs": [
    {
      "id": "00000000-0000-4000-8000-000000000001",
      "started_ns": 1000,
      "finished_ns": null,
      "profile": "quick",
      "seed": 7,
      "status": "complete",
      "command_line": "vmbench run",
      "harness_version": "0.1.0",
      "planned_processes": 6,
      "note": "",
      "machine": {"cpu_model":"Fast CPU","cores":2,"memory_bytes":8589934592,"kernel":"6.1.0","governor":"none","virtualised":true,"numa_nodes":1},
      "builds": [
        {"revision":"abc","dirty":false,"compiler":"GCC 12","flags":"-O3","program_hash":"1234"}
      ],
      "benchmarks": [
        {"suite":"memory","case":"read","version":1,"time_source":"cpu","metrics":[{"direction":"lower","name":"time","unit":"ns"},{"direction":"higher","name":"bytes_per_second","unit":"B/s"}],"tags":["quick"],"targets":[{"metric":"time","ratio":1.5,"vs":"raw_read"}],"versus":["raw_read"]}
      ],
      "processes": [
        {"id":"00000000-0000-4000-8000-000000000003","build":0,"benchmark":"memory/read","version":1,"replicate":0,"position":3,"exit_status":0,"error":"","started_ns":2000,"duration_ns":500,"user_ns":300,"system_ns":100,"max_rss_bytes":4096,"samples":[{"metric":"time","unit":"ns","direction":"lower","ordinal":0,"value":2.5,"iterations":1000}]}
      ]
    }
  ]
}
)");
}

TEST(WriteParcel, MendsTextThatIsNotUtf8) {
    Parcel parcel;
    parcel.name = "a\xff";
    EXPECT_NE(write_parcel(parcel).find("\"a\xef\xbf\xbd\""), std::string::npos);
}

}  // namespace
}  // namespace harness::store
