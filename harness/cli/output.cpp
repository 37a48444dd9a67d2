#include "harness/cli/output.h"

#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/github.h"
#include "harness/cli/text.h"
#include "harness/report/format.h"

namespace harness::cli {

namespace {

using report::Format;

template <class Function>
std::string names(Function Format::*function) {
    std::string text;
    for (const Format& format : report::formats()) {
        if (format.*function != nullptr) text += fmt::format("{}{}", text.empty() ? "" : ", ", format.name);
    }
    return text;
}

template <class Function>
Result<void> check(const std::string& name, Function Format::*function) {
    for (const Format& format : report::formats()) {
        if (format.name == name && format.*function != nullptr) return {};
    }
    return fail("no format '{}' here (there are: {})", name, names(function));
}

// Colours are for people who look at a terminal and have not asked for none. (no-color.org)
report::Colour colour_for(const std::string& output) {
    const char* refused = std::getenv("NO_COLOR");
    const bool wanted =
        output == "-" && isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0');
    return wanted ? report::Colour::always : report::Colour::never;
}

template <class What>
Result<void> show(const What& what, const std::string& format, const std::string& output) {
    const auto text = report::render(format, what, colour_for(output));
    if (!text) return tl::unexpected(text.error());
    return write_output(output, *text);
}

// Annotations are lines of standard output, which a program may be reading.
bool leaves_room_for_annotations(const std::string& format, const std::string& output) {
    return output != "-" || format == "terminal" || format == "markdown";
}

}  // namespace

std::string comparison_formats() { return names(&Format::comparison); }

std::string run_formats() { return names(&Format::run); }

Result<void> check_comparison_format(const std::string& format) { return check(format, &Format::comparison); }

Result<void> check_run_format(const std::string& format) { return check(format, &Format::run); }

Result<void> write_comparison(const model::Comparison& comparison, const std::string& format,
                              const std::string& output) {
    return show(comparison, format, output);
}

Result<void> show_comparison(const model::Comparison& comparison, const std::string& format,
                             const std::string& output) {
    if (auto shown = show(comparison, format, output); !shown) return shown;
    return leaves_room_for_annotations(format, output) ? tell_github(comparison) : Result<void>();
}

Result<void> show_run(const model::RunRecord& record, const std::string& format, const std::string& output) {
    return show(record, format, output);
}

}  // namespace harness::cli
