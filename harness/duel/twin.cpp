#include "harness/duel/twin.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

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

// In every twin, so that no other folder is ever taken for one.
constexpr const char* kMark = ".vmbench-twin";

// A folder that nobody holds, locked: a new one, or a twin whose owner was killed, without its files. -1 for
// any other.
int take(const fs::path& path, std::error_code& error) {
    const bool is_new = fs::create_directory(path, error);
    if (error) return -1;
    const int lock = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (lock < 0) return -1;
    if (flock(lock, LOCK_EX | LOCK_NB) != 0 || (!is_new && !fs::exists(path / kMark))) {
        close(lock);
        return -1;
    }
    std::error_code ignored;
    for (const fs::path& left : fs::directory_iterator(path, ignored)) fs::remove_all(left, ignored);
    std::ofstream(path / kMark) << "a copy that vmbench measures against\n";
    return lock;
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
        const int lock = take(path, error);
        if (error) return fail("cannot copy '{}' beside itself: {}", original.string(), error.message());
        if (lock < 0) continue;
        Twin twin(path, lock);
        fs::copy(original, path, fs::copy_options::recursive, error);
        if (error)
            return fail("cannot copy '{}' to '{}': {}", original.string(), path.string(), error.message());
        return twin;
    }
    return fail("no free name as long as '{}' beside it", original.string());
}

Twin::Twin(Twin&& other) noexcept
    : path_(std::exchange(other.path_, fs::path())), lock_(std::exchange(other.lock_, -1)) {}

Twin::~Twin() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
    if (lock_ >= 0) close(lock_);
}

}  // namespace harness::duel
