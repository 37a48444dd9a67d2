#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "vm/base/result.h"
#include "vm/cli/console_keys.h"

namespace vm::cli {

// Feeds what comes in on a file descriptor to a machine's console from a thread of its own, without losing a
// byte however fast it comes, and answers signals that ask to end. The end of input is not the end of the
// machine.
class Console {
  public:
    struct Machine {
        std::function<std::size_t(std::span<const std::byte>)> receive;  // how many of the first were taken
        std::function<void()> stop;
    };

    // Whether a person types there, whose escape key is for vm, or a file is read, whose bytes are all meant.
    enum class Source : std::uint8_t { person, file };

    // Signals that ask to end kill nobody any more, but wait for a console. Before there are other threads,
    // and before the terminal is changed that they would leave so.
    static void hold_signals();
    // input: -1 for none. Holds signals, too.
    static Result<std::unique_ptr<Console>> create(int input, Source source, Machine machine);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    // Feeds from now on; once.
    void begin();

    // The machine takes bytes again. From any thread, inside receive as well.
    void room();

  private:
    Console(int input, Source source, Machine machine, int signals, int wake);

    void work();
    bool wants_input() const;
    bool read_input();
    void deliver();

    int input_;
    Source source_;
    Machine machine_;
    int signals_;
    int wake_;  // an eventfd
    std::atomic<bool> ending_ = false;
    // Of the thread.
    ConsoleKeys keys_;
    std::vector<std::byte> waiting_;  // read, and not taken yet
    bool more_;
    std::thread thread_;
};

}  // namespace vm::cli
