#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "vm/machine/sbi_host.h"

namespace vm::machine::testing {

// Notes what it is asked for; answers `answer` where there is a choice.
class TestSbiHost final : public SbiHost {
  public:
    void set_timer(unsigned hart, std::uint64_t time) override { timers[hart] = time; }
    void send_ipi(HartMask harts) override { ipis.push_back(harts); }
    void remote_fence(unsigned, HartMask harts, const RemoteFence& fence) override {
        fences.emplace_back(harts, fence);
    }

    SbiError hart_start(unsigned hart, const HartEntry& entry) override {
        started[hart] = entry;
        return answer;
    }
    SbiError hart_stop(unsigned hart) override {
        stopped.push_back(hart);
        return answer;
    }
    SbiError hart_suspend(unsigned hart, HartSuspend kind, const HartEntry& entry) override {
        suspended = {hart, kind, entry};
        return answer;
    }
    HartStatus hart_status(unsigned) override { return status; }

    SbiError system_reset(ResetType type, ResetReason reason) override {
        reset = {type, reason};
        return answer;
    }

    std::size_t console_write(std::span<const std::byte> bytes) override {
        const std::size_t taken = std::min(bytes.size(), console_room);
        written.append(reinterpret_cast<const char*>(bytes.data()), taken);
        return taken;
    }
    std::size_t console_read(std::span<std::byte> bytes) override {
        const std::size_t read = std::min(bytes.size(), typed.size());
        std::transform(typed.begin(), typed.begin() + static_cast<std::ptrdiff_t>(read), bytes.begin(),
                       [](char c) { return static_cast<std::byte>(c); });
        typed.erase(0, read);
        return read;
    }

    void start_counter(unsigned, HardwareCounter counter) override { running[counter] = true; }
    void stop_counter(unsigned, HardwareCounter counter) override { running[counter] = false; }
    void write_counter(unsigned, HardwareCounter counter, std::uint64_t value) override {
        counters[counter] = value;
    }

    struct Suspended {
        unsigned hart;
        HartSuspend kind;
        HartEntry entry;
    };

    SbiError answer = SbiError::success;
    HartStatus status = HartStatus::stopped;
    std::size_t console_room = 1 << 20;
    std::string typed;

    std::map<unsigned, std::uint64_t> timers;
    std::vector<HartMask> ipis;
    std::vector<std::pair<HartMask, RemoteFence>> fences;
    std::map<unsigned, HartEntry> started;
    std::vector<unsigned> stopped;
    std::optional<Suspended> suspended;
    std::optional<std::pair<ResetType, ResetReason>> reset;
    std::string written;
    std::map<HardwareCounter, bool> running;
    std::map<HardwareCounter, std::uint64_t> counters;
};

}  // namespace vm::machine::testing
