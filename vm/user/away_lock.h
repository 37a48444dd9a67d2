#pragma once

#include <mutex>

#include "vm/engine/handshake.h"

namespace vm::user {

// Locks a mutex whose holder may be waiting for the threads of the program to answer it
// (engine::Handshake::ask_others): whoever has to wait for the mutex is away meanwhile. `member` is the
// calling thread's, which is not away; nullptr: there are no other threads.
std::unique_lock<std::mutex> lock_away(std::mutex& mutex, engine::Handshake::Member* member);

}  // namespace vm::user
