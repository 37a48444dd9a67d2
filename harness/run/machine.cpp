#include "harness/run/machine.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace harness::run {

namespace {

namespace fs = std::filesystem;

std::string first_line(const fs::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

struct CpuInfo {
    int cores = 0;
    std::map<std::string, std::string> first;  // the first value of each key
};

CpuInfo read_cpu_info(const fs::path& path) {
    CpuInfo info;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string key = trimmed(line.substr(0, colon));
        if (key == "processor") ++info.cores;
        info.first.emplace(key, trimmed(line.substr(colon + 1)));
    }
    return info;
}

std::string value_or_empty(const CpuInfo& info, const char* key) {
    const auto found = info.first.find(key);
    return found == info.first.end() ? std::string() : found->second;
}

// x86 names its model; Arm gives the implementer's and the part's numbers.
std::string model_of(const CpuInfo& info) {
    std::string model = value_or_empty(info, "model name");
    if (!model.empty()) return model;
    const std::string part = value_or_empty(info, "CPU part");
    return part.empty() ? "unknown"
                        : "implementer " + value_or_empty(info, "CPU implementer") + " part " + part;
}

std::int64_t memory_bytes(const fs::path& meminfo) {
    std::ifstream file(meminfo);
    for (std::string line; std::getline(file, line);) {
        constexpr std::string_view kKey = "MemTotal:";
        if (!line.starts_with(kKey)) continue;
        const std::string number = trimmed(line.substr(kKey.size()));
        std::int64_t kibibytes = 0;
        std::from_chars(number.data(), number.data() + number.size(), kibibytes);
        return kibibytes * 1024;
    }
    return 0;
}

bool has_word(const std::string& text, const std::string& word) {
    std::istringstream words(text);
    for (std::string each; words >> each;) {
        if (each == word) return true;
    }
    return false;
}

int numa_nodes(const fs::path& folder) {
    int nodes = 0;
    std::error_code ignored;  // no folder: one node
    for (const auto& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with("node") && name.size() > 4 &&
            name.find_first_not_of("0123456789", 4) == std::string::npos) {
            ++nodes;
        }
    }
    return std::max(nodes, 1);
}

}  // namespace

model::Machine fingerprint(const fs::path& root) {
    const CpuInfo cpu = read_cpu_info(root / "proc/cpuinfo");
    const std::string governor = first_line(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    model::Machine machine;
    machine.cpu_model = model_of(cpu);
    machine.cores = cpu.cores;
    machine.memory_bytes = memory_bytes(root / "proc/meminfo");
    machine.kernel = first_line(root / "proc/sys/kernel/osrelease");
    machine.governor = governor.empty() ? "none" : governor;
    machine.virtualised = has_word(value_or_empty(cpu, "flags"), "hypervisor");
    machine.numa_nodes = numa_nodes(root / "sys/devices/system/node");
    return machine;
}

}  // namespace harness::run
