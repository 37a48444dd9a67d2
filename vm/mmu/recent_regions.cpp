#include "vm/mmu/recent_regions.h"

#include <sys/mman.h>

#include "vm/base/check.h"
#include "vm/mem/address.h"

namespace vm::mmu {
namespace {

// One page for all, for as long as the process lives.
std::uint64_t nowhere() {
    static const void* const page =
        ::mmap(nullptr, mem::kPageSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    VM_CHECK(page != MAP_FAILED);
    return reinterpret_cast<std::uint64_t>(page);
}

}  // namespace

void RecentRegions::clear() {
    bases.fill(kNoBase);
    limits.fill(mem::kPageSize - kAccess);
    hosts.fill(nowhere());
    used = 0;
}

}  // namespace vm::mmu
