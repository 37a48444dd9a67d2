#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/formats/formats.h"

namespace harness::formats::testing {

// One line for each sample of a run: "SUITE/CASE #REPLICATE METRIC UNIT DIRECTION VALUE xITERATIONS".
inline std::vector<std::string> samples_of(const model::RunRecord& record) {
    std::vector<std::string> lines;
    for (const model::Process& process : record.processes) {
        for (const model::Sample& sample : record.samples) {
            if (sample.process_id != process.id) continue;
            lines.push_back(fmt::format("{} #{} {} {} {} {:.10g} x{}", sample.benchmark, process.replicate,
                                        sample.metric, sample.unit, model::to_string(sample.direction),
                                        sample.value, sample.iterations));
        }
    }
    return lines;
}

// What reading the text under this name gives; the message, where it is refused.
inline Imported imported(std::string_view text, const std::string& name = "file.txt",
                         const Options& options = {}) {
    const Document document(name, text);
    auto result = read(document, options);
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

inline model::RunRecord run_of(std::string_view text, const std::string& name = "file.txt",
                               const Options& options = {}) {
    return imported(text, name, options).runs.at(0);
}

inline std::string message_of(std::string_view text, const std::string& name = "file.txt",
                              std::string_view forced = "") {
    const Document document(name, text);
    const auto result = read(document, {}, forced);
    return result ? "accepted" : result.error().message;
}

}  // namespace harness::formats::testing
