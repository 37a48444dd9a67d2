#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace vm::jit::x64 {

// Moves between registers of one file that happen at once, in an order in which none overwrites what another
// one has yet to read. Circles are opened by exchanges.
class ParallelMoves {
  public:
    void add(std::uint8_t to, std::uint8_t from) {
        if (to == from) return;
        source_[to] = from;
        pending_ |= 1U << to;
        ++readers_[from];
    }

    template <class Move, class Exchange>
    void run(Move move, Exchange exchange) {
        for (std::uint32_t left = pending_; left != 0; left &= left - 1) follow(lowest(left), move);
        // Circles are left, so each register has one reader. What lay in `to` is in `from` after the
        // exchange.
        while (pending_ != 0) {
            const std::uint8_t to = lowest(pending_);
            const std::uint8_t from = source_[to];
            exchange(to, from);
            pending_ &= ~(1U << to);
            const std::uint8_t next = reader_of(to);
            source_[next] = from;
            if (next == from) pending_ &= ~(1U << next);
        }
    }

  private:
    static std::uint8_t lowest(std::uint32_t mask) {
        return static_cast<std::uint8_t>(std::countr_zero(mask));
    }

    // The move into `to` unless somebody has yet to read that; then those that waited for it.
    template <class Move>
    void follow(std::uint8_t to, Move move) {
        while ((pending_ >> to & 1) != 0 and readers_[to] == 0) {
            const std::uint8_t from = source_[to];
            move(to, from);
            pending_ &= ~(1U << to);
            --readers_[from];
            to = from;
        }
    }
    std::uint8_t reader_of(std::uint8_t number) const {
        std::uint32_t left = pending_;
        while (source_[lowest(left)] != number) left &= left - 1;
        return lowest(left);
    }

    std::array<std::uint8_t, 16> source_{};  // of those that are pending
    std::array<std::uint8_t, 16> readers_{};
    std::uint32_t pending_ = 0;
};

}  // namespace vm::jit::x64
