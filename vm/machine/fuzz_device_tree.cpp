#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "vm/machine/device_tree.h"

// Any bytes are refused with a message or become a tree that is accepted again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    vm::machine::Chosen chosen;
    chosen.bootargs = "console=ttyS0";
    chosen.initrd = vm::machine::Initrd{vm::mem::PhysAddr{0x8400'0000}, vm::mem::PhysAddr{0x8400'1000}};
    chosen.rng_seed.resize(32);
    const auto patched = vm::machine::patch_device_tree(std::as_bytes(std::span(data, size)), "fuzz", chosen);
    if (not patched) {
        if (patched.error().message.empty()) {
            std::abort();
        }
        return 0;
    }
    if (not vm::machine::patch_device_tree(*patched, "patched", {})) {
        std::abort();
    }
    return 0;
}
