#include "vm/debug/gdb_server.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/eventfd.h>
#include <system_error>
#include <utility>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace vm::debug {
namespace {

// Nothing more is read from a client that does not fetch what it asked for. With the size of one read it
// bounds what waits to be sent: the shortest request is eleven bytes long and its reply at most a packet.
constexpr std::size_t kMaxOutput = 4 * kMaxPacket;
constexpr std::size_t kReadSize = 1024;
// How long we leave callers waiting after the host had no descriptor for one.
constexpr int kRefusedMilliseconds = 200;

pollfd watched(const Descriptor& descriptor, bool condition, short events) {
    return {.fd = condition ? descriptor.number() : -1, .events = events, .revents = 0};
}

}  // namespace

GdbServer::GdbServer(DebugTarget& target, Descriptor listener, Descriptor wake, std::optional<Stop> stop)
    : target_(target),
      listener_(std::move(listener)),
      wake_(std::move(wake)),
      port_(local_port(listener_)),
      stop_(stop) {}

Result<std::unique_ptr<GdbServer>> GdbServer::start(DebugTarget& target, std::uint16_t port,
                                                    std::optional<Stop> stop) {
    auto listener = listen_on_loopback(port);
    if (not listener) {
        return tl::unexpected(listener.error());
    }
    Descriptor wake = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)).raised();
    if (not wake.is_open()) {
        return fail("cannot start the gdb server: {}", std::strerror(errno));
    }
    std::unique_ptr<GdbServer> server(
        new GdbServer(target, std::move(*listener).raised(), std::move(wake), stop));
    if (auto started = server->start_thread(); not started) {
        return tl::unexpected(started.error());
    }
    return server;
}

// Signals are the guest's business, and a thread inherits the mask of the one that starts it.
Result<void> GdbServer::start_thread() {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    Result<void> result;
    try {
        thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error& error) {
        result = fail("cannot start the gdb server: {}", error.what());
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return result;
}

GdbServer::~GdbServer() {
    if (not thread_.joinable()) {
        return;
    }
    {
        const std::scoped_lock lock(mutex_);
        end_ = true;
    }
    ::eventfd_write(wake_.number(), 1);
    thread_.join();
}

void GdbServer::abandon() {
    client_number_.store(-1, std::memory_order_relaxed);
    client_.close();
    listener_.close();
    wake_.close();
}

void GdbServer::report_stop(const Stop& stop) {
    {
        const std::scoped_lock lock(mutex_);
        reports_.push_back(stop);
    }
    ::eventfd_write(wake_.number(), 1);
}

bool GdbServer::owns(int descriptor) const {
    return descriptor >= 0 and (descriptor == listener_.number() or descriptor == wake_.number() or
                                descriptor == client_number_.load(std::memory_order_relaxed));
}

void GdbServer::serve() {
    while (true) {
        wait();
        const bool end = take_reports();
        if (readable_) {
            receive();
        }
        settle();
        if (end) {
            return;
        }
        if (caller_) {
            accept();
        }
    }
}

// A session whose client is gone waits for the target; whoever calls meanwhile waits for it.
void GdbServer::wait() {
    const bool listening = (not session_ or client_.is_open()) and not host_refuses_;
    const bool reading = client_.is_open() and output_.size() < kMaxOutput;
    const auto client_events = static_cast<short>((reading ? POLLIN : 0) | (output_.empty() ? 0 : POLLOUT));
    std::array<pollfd, 3> waited{
        watched(wake_, true, POLLIN),
        watched(listener_, listening, POLLIN),
        watched(client_, client_.is_open(), client_events),
    };
    const int timeout = std::exchange(host_refuses_, false) ? kRefusedMilliseconds : -1;
    ::poll(waited.data(), waited.size(), timeout);
    if (waited[0].revents != 0) {
        eventfd_t count = 0;
        ::eventfd_read(wake_.number(), &count);
    }
    caller_ = waited[1].revents != 0;
    readable_ = (waited[2].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

// Whether it is time to end.
bool GdbServer::take_reports() {
    std::vector<Stop> reports;
    bool end = false;
    {
        const std::scoped_lock lock(mutex_);
        reports.swap(reports_);
        end = end_;
    }
    for (const Stop& stop : reports) {
        take_stop(stop);
    }
    return end;
}

void GdbServer::take_stop(const Stop& stop) {
    if (session_) {
        session_->stopped(stop);
    } else if (stop.ended() or stop_) {
        stop_ = stop;
    } else {
        target_.detach();
    }
}

void GdbServer::accept() {
    if (client_.is_open() and hung_up(client_)) {
        // Whatever it sent last, it waits for no answer: the caller takes its place.
        client_gone();
        settle();
    }
    if (session_ and not client_.is_open()) {
        return;  // until the target has stopped for the one before
    }
    Descriptor caller = accept_client(listener_);
    if (not caller.is_open()) {
        host_refuses_ = errno != EAGAIN and errno != ECONNABORTED;
        return;
    }
    if (session_) {
        return;  // turned away
    }
    client_ = std::move(caller).raised();
    client_number_.store(client_.number(), std::memory_order_relaxed);
    connected_.store(true, std::memory_order_relaxed);
    session_.emplace(target_, stop_);
    stop_.reset();
}

void GdbServer::receive() {
    std::array<char, kReadSize> buffer;
    const auto received = receive_some(client_, buffer);
    if (received) {
        session_->receive({buffer.data(), *received});
    } else {
        client_gone();
    }
}

void GdbServer::send() {
    const auto sent = output_.empty() ? 0 : send_some(client_, output_);
    if (sent) {
        output_.erase(0, *sent);
    } else {
        client_gone();
    }
}

void GdbServer::client_gone() {
    client_number_.store(-1, std::memory_order_relaxed);
    client_.close();
    output_.clear();
    session_->disconnected();
}

// Sends what can be sent, and closes a conversation that is over.
void GdbServer::settle() {
    if (not session_) {
        return;
    }
    output_ += session_->take_output();
    if (client_.is_open()) {
        send();
    }
    if (session_->finished()) {
        stop_ = session_->stop();
        session_.reset();
        client_number_.store(-1, std::memory_order_relaxed);
        client_.close();
        output_.clear();
        connected_.store(false, std::memory_order_relaxed);
    }
}

}  // namespace vm::debug
