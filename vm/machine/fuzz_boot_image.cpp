#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "vm/machine/boot_plan.h"

namespace {

// An image that is accepted has its entry and its bytes inside what it asks for, and where it is put inside
// the memory.
void check(const vm::machine::BootImage& image) {
    if (image.bytes.size() > image.memory_size or image.entry >= image.memory_size) {
        std::abort();
    }
    vm::machine::BootRequest request;
    request.kernel = &image;
    request.device_tree_size = 4096;
    const auto plan = vm::machine::plan_boot(request);
    if (plan and (*plan->kernel < request.ram_base or
                  *plan->kernel + image.memory_size > request.ram_base + request.ram_size)) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto* first = reinterpret_cast<const std::byte*>(data);
    const auto image = vm::machine::parse_kernel(std::vector<std::byte>(first, first + size), "fuzz");
    if (image) {
        check(*image);
    } else if (image.error().message.empty()) {
        std::abort();
    }
    return 0;
}
