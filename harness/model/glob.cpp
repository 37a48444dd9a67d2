#include "harness/model/glob.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace harness::model {

namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        parts.push_back(path.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

// Matches a sequence against a pattern in which `any` stands for any number of elements: only the last such
// element is ever tried again, for what an earlier one could take, the last one can take as well.
template <class Pattern, class Text, class IsAny, class Matches>
bool matches_with_any(const Pattern& pattern, const Text& text, IsAny is_any, Matches matches) {
    std::size_t at = 0;
    std::size_t wanted = 0;
    std::size_t retry = text.size() + 1;
    std::size_t retry_wanted = 0;
    while (at < text.size()) {
        if (wanted < pattern.size() && is_any(pattern[wanted])) {
            retry = at;
            retry_wanted = ++wanted;
        } else if (wanted < pattern.size() && matches(pattern[wanted], text[at])) {
            ++at;
            ++wanted;
        } else if (retry < text.size()) {
            at = ++retry;
            wanted = retry_wanted;
        } else {
            return false;
        }
    }
    while (wanted < pattern.size() && is_any(pattern[wanted])) ++wanted;
    return wanted == pattern.size();
}

bool part_matches(std::string_view glob, std::string_view part) {
    return matches_with_any(
        glob, part, [](char c) { return c == '*'; },
        [](char wanted, char c) { return wanted == '?' || wanted == c; });
}

}  // namespace

bool glob_matches(std::string_view glob, std::string_view path) {
    return matches_with_any(
        parts_of(glob), parts_of(path), [](std::string_view part) { return part == "**"; }, part_matches);
}

}  // namespace harness::model
