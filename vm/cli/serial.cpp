#include "vm/cli/serial.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "vm/cli/messages.h"

namespace vm::cli {
namespace {

constexpr std::string_view kSocket = "unix:";
// Where poll() finds room, a write of so many bytes does not wait: a pipe has it for PIPE_BUF bytes then
// (pipe(7)), a terminal perhaps for one alone.
constexpr std::size_t kPiece = 256;
constexpr std::size_t kPieceOfTerminal = 1;

// As in "tcp:127.0.0.1:1234", which is hardly meant for the name of a file.
bool has_other_scheme(const std::string& where) {
    const std::size_t colon = where.find(':');
    return colon != std::string::npos and where.find('/') > colon;
}

// Closes it unless it is taken out.
class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }
    int take() { return std::exchange(number_, -1); }

  private:
    int number_;
};

Result<sockaddr_un> socket_address(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() or path.size() >= sizeof address.sun_path) {
        return fail("the path of a socket has 1 to {} bytes: '{}'", sizeof address.sun_path - 1, path);
    }
    path.copy(static_cast<char*>(address.sun_path), path.size());
    return address;
}

const sockaddr* any(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// A socket on which nobody listens was left by a program that was killed.
void remove_abandoned(const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(static_cast<const char*>(address.sun_path), &status) != 0 or not S_ISSOCK(status.st_mode)) {
        return;
    }
    const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(probe.number(), any(address), sizeof address) != 0 and errno == ECONNREFUSED) {
        ::unlink(static_cast<const char*>(address.sun_path));
    }
}

}  // namespace

Serial::Serial(Serial&& other) noexcept
    : kind_(std::exchange(other.kind_, Kind::stdio)),
      input_(other.input_),
      output_(other.output_),
      abandoned_(std::exchange(other.abandoned_, -1)),
      piece_(other.piece_),
      path_(std::exchange(other.path_, {})),
      sending_(std::move(other.sending_)) {}

Serial::~Serial() {
    if (kind_ != Kind::stdio and output_ >= 0) {
        ::close(output_);
    }
    if (abandoned_ >= 0) {
        ::close(abandoned_);
    }
    if (not path_.empty()) {
        ::unlink(path_.c_str());
    }
}

Result<Serial> Serial::open(const std::string& where) {
    Serial serial(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (serial.abandoned_ < 0) {
        return fail("cannot watch the console: {}", std::strerror(errno));
    }
    Result<void> opened;
    if (where == "stdio") {
        serial.input_ = STDIN_FILENO;
        serial.output_ = STDOUT_FILENO;
    } else if (where.starts_with(kSocket)) {
        opened = serial.open_socket(where.substr(kSocket.size()));
    } else if (has_other_scheme(where)) {
        opened = fail("the console cannot go to '{}': stdio, a file or unix:PATH (a file of that name: ./{})",
                      where, where);
    } else {
        opened = serial.open_file(where);
    }
    if (not opened) {
        return tl::unexpected(opened.error());
    }
    serial.piece_ = ::isatty(serial.output_) == 1 ? kPieceOfTerminal : kPiece;
    return serial;
}

Result<void> Serial::open_file(const std::string& path) {
    kind_ = Kind::file;
    output_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (output_ < 0) {
        return fail("cannot write the console to '{}': {}", path, std::strerror(errno));
    }
    return {};
}

Result<void> Serial::open_socket(const std::string& path) {
    const auto address = socket_address(path);
    if (not address) {
        return tl::unexpected(address.error());
    }
    remove_abandoned(*address);
    const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (listener.number() < 0 or ::bind(listener.number(), any(*address), sizeof *address) != 0) {
        return fail("cannot make the socket '{}': {}", path, std::strerror(errno));
    }
    kind_ = Kind::socket;
    path_ = path;
    if (::listen(listener.number(), 1) != 0) {
        return fail("cannot make the socket '{}': {}", path, std::strerror(errno));
    }
    say(fmt::format("waiting for a client of the console on {}", path));
    do {
        output_ = ::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC);
    } while (output_ < 0 and errno == EINTR);
    if (output_ < 0) {
        return fail("no client on the socket '{}': {}", path, std::strerror(errno));
    }
    input_ = output_;
    return {};
}

// False when nobody is to wait. An end that is gone has room: writing there says so.
bool Serial::wait_for_room() const {
    std::array<pollfd, 2> wanted{{{output_, POLLOUT, 0}, {abandoned_, POLLIN, 0}}};
    while (::poll(wanted.data(), wanted.size(), -1) < 0) {
        if (errno != EINTR) {
            return false;
        }
    }
    return wanted[0].revents != 0;
}

void Serial::transmit(std::span<const std::byte> bytes) const {
    const std::lock_guard lock(*sending_);
    while (not bytes.empty() and wait_for_room()) {
        const std::size_t size = std::min(bytes.size(), piece_);
        // A client that has gone must not end the machine.
        const ssize_t count = kind_ == Kind::socket
                                  ? ::send(output_, bytes.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT)
                                  : ::write(output_, bytes.data(), size);
        if (count < 0 and (errno == EINTR or errno == EAGAIN)) {
            continue;
        }
        if (count <= 0) {
            return;
        }
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void Serial::abandon() const { (void)::eventfd_write(abandoned_, 1); }

}  // namespace vm::cli
