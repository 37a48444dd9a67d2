// Files of other tools may hold anything: reading one ends in runs that keep what a record promises, or in an
// error of one line.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>

#include "harness/formats/formats.h"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void check_record(const harness::model::RunRecord& record) {
    require(!record.processes.empty());
    std::set<std::string> benchmarks;
    for (const auto& benchmark : record.benchmarks) require(benchmarks.insert(benchmark.id).second);
    std::map<std::string, std::string> processes;
    for (const auto& process : record.processes) {
        require(benchmarks.contains(process.benchmark));
        require(processes.emplace(process.id, process.benchmark).second);
    }
    for (const auto& sample : record.samples) require(processes.at(sample.process_id) == sample.benchmark);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const harness::formats::Document document("criterion/a/new/input", text);
    for (const auto& format : harness::formats::formats()) {
        const auto imported = harness::formats::read(document, {}, format.name);
        if (imported) {
            for (const auto& record : imported->runs) check_record(record);
        } else {
            require(!imported.error().message.empty());
            require(imported.error().message.find('\n') == std::string::npos);
        }
    }
    (void)harness::formats::read(document, {});
    return 0;
}
