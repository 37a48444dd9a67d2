#include "harness/cli/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fmt/chrono.h>

namespace harness::cli {

namespace {

struct Unit {
    std::string_view name;
    double seconds;
};
constexpr Unit kUnits[] = {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
constexpr double kLongestSeconds = 7 * 24 * 3600.0;

std::string quoted(std::string_view argument) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,%+@-";
    if (!argument.empty() && argument.find_first_not_of(kPlain) == std::string_view::npos)
        return std::string(argument);
    std::string text = "'";
    for (const char c : argument) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

}  // namespace

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string date_text(std::int64_t ns) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(ns / 1'000'000'000)));
}

std::string short_id(const std::string& id) { return id.substr(0, 8); }

std::string first_line(std::string_view text) { return std::string(text.substr(0, text.find('\n'))); }

std::string command_line_text(int argc, const char* const* argv) {
    std::string text = "vmbench";
    for (int i = 1; i < argc; ++i) text += " " + quoted(argv[i]);
    return text;
}

Result<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    const auto* found = std::ranges::find(kUnits, unit, &Unit::name);
    if (code != std::errc() || found == std::end(kUnits)) {
        return fail("'{}' is not a time: use a number and ms, s, m or h, as in 90s or 4m", text);
    }
    const double seconds = number * found->seconds;
    if (!(seconds >= 1e-3 && seconds <= kLongestSeconds)) {
        return fail("'{}' is not a usable time: use at least 1ms and at most 168h", text);
    }
    return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::string aligned(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

void say(std::string_view line) {
    const std::string text = fmt::format("vmbench: {}\n", line);
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return fail("cannot read '{}': it is a folder", path);
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail("cannot read '{}': {}", path, std::strerror(errno));
    std::string text;
    std::array<char, 65536> buffer;
    while (file.read(buffer.data(), buffer.size()), file.gcount() > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad()) return fail("cannot read '{}': {}", path, std::strerror(errno));
    return text;
}

Result<void> write_output(const std::string& path, std::string_view text) {
    if (path == "-") {
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
            return fail("cannot write: {}", std::strerror(errno));
        return {};
    }
    const std::string temporary = path + ".part";
    std::ofstream file(temporary, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    std::error_code error;
    if (!file) {
        const std::string reason = std::strerror(errno);
        std::filesystem::remove(temporary, error);
        return fail("cannot write '{}': {}", path, reason);
    }
    std::filesystem::rename(temporary, path, error);
    if (!error) return {};
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    return fail("cannot write '{}': {}", path, error.message());
}

}  // namespace harness::cli
