#include "vm/user/map_change.h"

#include "vm/user/away_lock.h"

namespace vm::user {

MapChange::MapChange(Kernel& kernel)
    : memory_(kernel.memory), lock_(lock_away(kernel.process.mapping, kernel.member)) {
    memory_.set_others(kernel.others_let_go ? &kernel.others_let_go : nullptr);
}

MapChange::~MapChange() { memory_.set_others(nullptr); }

}  // namespace vm::user
