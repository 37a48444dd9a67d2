#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "vm/base/result.h"

namespace vm::cli {

// Where the two directions of a machine's console go: standard input and output ("stdio"), a file that takes
// what the guest writes (its path), or a client of a socket in the file system ("unix:PATH").
class Serial {
  public:
    // A socket is made here, and waits for its client, of which it says a line on standard error. A file
    // there that is no abandoned socket is an error, and so is another word than unix before a colon.
    static Result<Serial> open(const std::string& where);
    Serial(Serial&& other) noexcept;
    Serial& operator=(Serial&&) = delete;
    // A socket's file goes with it.
    ~Serial();

    // The descriptor that input comes from; -1: there is none.
    int input() const { return input_; }
    // All of it, however long the other side takes for that; what it cannot take any more is lost. A standard
    // output that is closed ends the process, as it does any program (SIGPIPE). From any thread.
    void transmit(std::span<const std::byte> bytes) const;
    // Nobody waits for the other side any more, now and later: what it does not take at once is lost. From
    // any thread.
    void abandon() const;

  private:
    enum class Kind : std::uint8_t { stdio, file, socket };

    explicit Serial(int abandoned) : abandoned_(abandoned) {}
    Result<void> open_file(const std::string& path);
    Result<void> open_socket(const std::string& path);
    bool wait_for_room() const;

    Kind kind_ = Kind::stdio;
    int input_ = -1;
    int output_ = -1;
    int abandoned_;          // an eventfd
    std::size_t piece_ = 1;  // bytes that are written at a time
    std::string path_;       // of a socket
    // Of harts that send at once, the second waits here: where one found room, two need not.
    std::unique_ptr<std::mutex> sending_ = std::make_unique<std::mutex>();
};

}  // namespace vm::cli
