#include "harness/duel/twin.h"

#include <algorithm>
#include <string>
#include <utility>

namespace harness::duel {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMostNames = 1000;

// "~000017" for a name of seven letters: as long, and nobody's.
std::string twin_name(std::size_t length, std::size_t number) {
    const std::string digits = std::to_string(number);
    if (digits.size() + 1 > length) return "";
    return "~" + std::string(length - 1 - digits.size(), '0') + digits;
}

}  // namespace

fs::path plain_folder(const fs::path& folder) {
    const fs::path plain = fs::absolute(folder).lexically_normal();
    return plain.has_filename() ? plain : plain.parent_path();
}

Result<Twin> Twin::create(const fs::path& folder) {
    const fs::path original = plain_folder(folder);
    const std::size_t length = original.filename().string().size();
    for (std::size_t number = 0; number < kMostNames; ++number) {
        const std::string name = twin_name(length, number);
        if (name.empty()) break;
        std::error_code error;
        const fs::path path = original.parent_path() / name;
        const bool is_new = fs::create_directory(path, error);
        if (error) return fail("cannot copy '{}' beside itself: {}", original.string(), error.message());
        if (!is_new) continue;
        Twin twin(path);
        fs::copy(original, path, fs::copy_options::recursive, error);
        if (error)
            return fail("cannot copy '{}' to '{}': {}", original.string(), path.string(), error.message());
        return twin;
    }
    return fail("no free name as long as '{}' beside it", original.string());
}

Twin::Twin(Twin&& other) noexcept : path_(std::exchange(other.path_, fs::path())) {}

Twin::~Twin() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace harness::duel
