#pragma once

#include <mutex>

#include "vm/user/kernel.h"

namespace vm::user {

// The exclusive use of an address space's mapping operations by one thread, for as long as this lives; other
// threads keep running. A thread that waits for its turn is away from guest code, so that the one whose turn
// it is can wait for everybody to let go of what it takes away. Memory that was looked up before is looked up
// again.
class MapChange {
  public:
    explicit MapChange(Kernel& kernel);
    ~MapChange();
    MapChange(const MapChange&) = delete;
    MapChange& operator=(const MapChange&) = delete;

  private:
    AddressSpace& memory_;
    std::unique_lock<std::mutex> lock_;
};

}  // namespace vm::user
