#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "vm/base/result.h"
#include "vm/debug/debug_target.h"
#include "vm/debug/gdb_session.h"
#include "vm/debug/socket.h"

namespace vm::debug {

// Lets gdb connect to a target over TCP, on 127.0.0.1 only, one client at a time (another is turned away at
// once). It lives on a thread of its own, which makes all calls of DebugTarget and takes no signals; whoever
// runs the target only reports stops and never waits for a client, however slow or dead.
//
// A client that comes finds the target stopped: a running one is asked to stop. One that detaches leaves it
// running, one that vanishes leaves it as it was at that moment, stopped for the next client or running;
// either way its breakpoints are gone.
class GdbServer {
  public:
    // `stop`: where the target stands, waiting for a client; nothing when it runs. The target outlives the
    // server.
    static Result<std::unique_ptr<GdbServer>> start(DebugTarget& target, std::uint16_t port,
                                                    std::optional<Stop> stop);
    // Tells the client of stops that were reported, disconnects, and calls the target no more: what a session
    // left in it stays.
    ~GdbServer();
    GdbServer(const GdbServer&) = delete;
    GdbServer& operator=(const GdbServer&) = delete;

    std::uint16_t port() const { return port_; }

    // The target ran and has stopped, or has ended. From any thread, also inside DebugTarget::resume(). With
    // no client there it is sent on by detach(), unless it has ended.
    void report_stop(const Stop& stop);

    // Whether a client is there, to whom breakpoint instructions and signals of the guest mean something.
    // From any thread; a client may go at any moment.
    bool connected() const { return connected_.load(std::memory_order_relaxed); }

    // In the child of a fork, which has our descriptors but not our thread: closes them there. It is never
    // used again then, nor destroyed.
    void abandon();

    // Whether a host descriptor is one of ours, which a guest that shares our descriptors must not touch.
    // From any thread.
    bool owns(int descriptor) const;

  private:
    GdbServer(DebugTarget& target, Descriptor listener, Descriptor wake, std::optional<Stop> stop);

    Result<void> start_thread();
    void serve();
    void wait();
    bool take_reports();
    void take_stop(const Stop& stop);
    void accept();
    void receive();
    void send();
    void client_gone();
    void settle();

    DebugTarget& target_;
    Descriptor listener_;
    Descriptor wake_;  // an eventfd: there are reports, or it is time to end
    std::uint16_t port_;
    std::atomic<bool> connected_{false};
    std::atomic<int> client_number_{-1};

    std::mutex mutex_;
    std::vector<Stop> reports_;  // guarded by mutex_
    bool end_ = false;           // guarded by mutex_

    // Of the server's thread.
    std::optional<Stop> stop_;  // where the target stands while there is no session
    std::optional<GdbSession> session_;
    Descriptor client_;
    std::string output_;
    bool readable_ = false;
    bool caller_ = false;
    bool host_refuses_ = false;

    std::thread thread_;
};

}  // namespace vm::debug
