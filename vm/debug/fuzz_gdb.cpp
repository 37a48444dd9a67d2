#include <algorithm>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "vm/debug/fake_target.h"
#include "vm/debug/gdb_session.h"

namespace {

using vm::debug::FakeTarget;
using vm::debug::GdbSession;
using vm::debug::PacketDecoder;
using vm::debug::PacketEvent;

// Whatever a session sends is made of whole packets and acknowledgements.
void check_output(const std::string& output) {
    PacketDecoder decoder;
    bool between = true;
    for (const char byte : output) {
        const auto event = decoder.push(byte);
        if (between and byte != '$' and byte != '+' and byte != '-') {
            std::abort();
        }
        if (event and event->kind == PacketEvent::Kind::damaged) {
            std::abort();
        }
        between = event.has_value();
    }
    if (not between) {
        std::abort();
    }
}

void run(const std::string& bytes, std::size_t piece, bool stopped) {
    FakeTarget target;
    const vm::debug::Stop stop = vm::debug::signal_stop(FakeTarget::kFirst, SIGTRAP);
    GdbSession session(target, stopped ? std::optional(stop) : std::nullopt);
    for (std::size_t at = 0; at < bytes.size() and not session.finished(); at += piece) {
        session.receive(std::string_view(bytes).substr(at, piece));
        check_output(session.take_output());
        if (not session.stop()) {
            session.stopped(stop);
        }
    }
    session.disconnected();
    if (not session.stop()) {
        session.stopped(stop);
    }
    check_output(session.take_output());
    if (not session.finished()) {
        std::abort();
    }
}

// Its lines as packets, so that chance need not find checksums.
std::string framed(std::string_view lines) {
    std::string bytes;
    while (not lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        bytes += vm::debug::encode_packet(line);
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    }
    return bytes;
}

}  // namespace

// Any bytes in pieces of any size, as a client sends them or as the contents of packets, are answered in
// whole packets and leave nothing behind. The first byte chooses.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool stopped = (data[0] & 1) != 0;
    const std::size_t piece = 1 + (data[0] >> 2);
    run((data[0] & 2) != 0 ? framed(bytes) : bytes, piece, stopped);
    return 0;
}
