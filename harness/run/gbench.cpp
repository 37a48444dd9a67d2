#include "harness/run/gbench.h"

namespace harness::run {

Result<GbenchOutput> parse_gbench(std::string_view text) {
    const formats::Document document("its output", text);
    if (document.json() == nullptr) return fail("its output is not JSON");
    auto output = formats::parse_gbench(document);
    if (!output) return output;
    std::erase_if(output->rows, [](const GbenchRow& row) { return !row.aggregate.empty(); });
    for (GbenchRow& row : output->rows) {
        if (row.skipped) row.error = "it skipped itself";
    }
    return output;
}

}  // namespace harness::run
