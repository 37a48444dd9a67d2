#pragma once

#include <cstdint>
#include <string>

namespace harness::model {

// What a result depends on besides the program.
struct Machine {
    std::string cpu_model;
    int cores = 0;
    std::int64_t memory_bytes = 0;
    std::string kernel;    // release, as `uname -r` prints it
    std::string governor;  // of frequency scaling; "none" where there is none
    bool virtualised = false;
    int numa_nodes = 1;
    bool operator==(const Machine&) const = default;
};

// Machines of one class are compared with each other, others only when asked for. The name is readable and
// ends in a hash: "intel-xeon-platinum-8370c-2c-8g-1f3a90bc". Memory counts in whole GiB and the kernel by
// its first two numbers, because firmware takes some megabytes and distributions patch weekly.
std::string machine_class(const Machine& machine);

}  // namespace harness::model
