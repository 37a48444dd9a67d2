#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/formats/document.h"
#include "harness/formats/record.h"

namespace harness::formats {

// What a file held. Runs carry ids derived from what they were read from; builds have their place as id.
struct Imported {
    std::vector<model::RunRecord> runs;  // in the file's order, at least one
    std::vector<std::string> notes;      // what was left out and why, one sentence each
};

// One foreign format. detect looks for what only this format has; read may assume that the text is JSON when
// `is_json` says so.
struct Format {
    std::string_view name;
    std::string_view description;
    bool is_json;
    bool (*detect)(const Document& document);
    Result<Imported> (*read)(const Document& document, const Options& options);
};

// Every format, in the order in which help lists them.
std::span<const Format> formats();

// "gbench, hyperfine, ..."
std::string format_names();

// The only format whose marks the document has, or the one that is forced by name.
Result<const Format*> choose_format(const Document& document, std::string_view forced = "");

// Reads a whole file or nothing: the first thing wrong is an error that names file, line and field.
Result<Imported> read(const Document& document, const Options& options, std::string_view forced = "");

}  // namespace harness::formats
