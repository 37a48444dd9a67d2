#include "vm/user/host_environment.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace vm::user {
namespace {

constexpr std::string_view kRenamed = "VM_GUEST_";

// The last one, so that names which look renamed already come back as they were.
constexpr std::string_view kObeyed[] = {"LD_", "GLIBC_TUNABLES=", "MALLOC_", kRenamed};

bool obeyed(const std::string& variable) {
    return std::any_of(std::begin(kObeyed), std::end(kObeyed),
                       [&](std::string_view start) { return variable.starts_with(start); });
}

}  // namespace

std::vector<std::string> to_host_environment(std::vector<std::string> variables) {
    for (std::string& variable : variables) {
        if (obeyed(variable)) {
            variable.insert(0, kRenamed);
        }
    }
    return variables;
}

std::vector<std::string> from_host_environment(std::vector<std::string> variables) {
    for (std::string& variable : variables) {
        if (variable.starts_with(kRenamed)) {
            variable.erase(0, kRenamed.size());
        }
    }
    return variables;
}

}  // namespace vm::user
