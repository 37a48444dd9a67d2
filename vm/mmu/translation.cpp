#include "vm/mmu/translation.h"

#include "vm/mmu/pte.h"

namespace vm::mmu {

bool permits(std::uint8_t rights, mem::Access access, Accessor accessor) {
    const bool user_page = (rights & pte::kUser) != 0;
    if (accessor.mode == AccessorMode::user) {
        if (not user_page) {
            return false;
        }
    } else if (user_page and (access == mem::Access::fetch or not accessor.sum)) {
        return false;  // whatever SUM says, a supervisor does not execute user pages
    }
    switch (access) {
        case mem::Access::load:
            return (rights & (pte::kRead | (accessor.mxr ? pte::kExecute : 0))) != 0;
        case mem::Access::store:
            return (rights & pte::kWrite) != 0;
        case mem::Access::fetch:
            break;
    }
    return (rights & pte::kExecute) != 0;
}

bool needs_update(std::uint8_t rights, mem::Access access) {
    return (rights & pte::kAccessed) == 0 or (access == mem::Access::store and (rights & pte::kDirty) == 0);
}

}  // namespace vm::mmu
