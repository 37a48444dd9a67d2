#include "harness/run/owner.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

namespace harness::run {

namespace {

namespace fs = std::filesystem;

std::string boot_id(const fs::path& proc) {
    std::ifstream file(proc / "sys/kernel/random/boot_id");
    std::string id;
    file >> id;
    return id.empty() ? "unknown" : id;
}

// Field 22 of /proc/PID/stat (proc(5)), counted after the name, which may hold spaces and parentheses. Empty
// when there is no such process or it is a zombie.
std::string start_ticks(const fs::path& proc, long pid) {
    std::ifstream file(proc / std::to_string(pid) / "stat");
    std::string line;
    std::getline(file, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    fields >> field;
    if (field == "Z" || field == "X") return {};
    constexpr int kStartTime = 22;
    for (int i = 4; i <= kStartTime; ++i) fields >> field;  // the state was field 3
    return fields ? field : std::string();
}

std::string identity_of(const fs::path& proc, long pid) {
    return fmt::format("{} {} {}", boot_id(proc), pid, start_ticks(proc, pid));
}

}  // namespace

std::string own_identity(const fs::path& proc) { return identity_of(proc, getpid()); }

bool is_alive(const std::string& identity, const fs::path& proc) {
    std::istringstream parts(identity);
    std::string boot;
    std::string ticks;
    long pid = 0;
    if (!(parts >> boot >> pid >> ticks)) return false;
    return identity == identity_of(proc, pid);
}

}  // namespace harness::run
