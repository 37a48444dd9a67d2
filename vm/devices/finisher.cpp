#include "vm/devices/finisher.h"

#include <optional>
#include <string>
#include <utility>

#include "vm/base/bits.h"

namespace vm::devices {
namespace {

// The register and what its low half means; the high half is the exit code of a failure.
constexpr std::uint64_t kFinish = 0;
constexpr std::uint32_t kPass = 0x5555;
constexpr std::uint32_t kFail = 0x3333;
constexpr std::uint32_t kReset = 0x7777;

std::optional<FinishRequest> decode(std::uint64_t value) {
    switch (bits(value, 0, 16)) {
        case kPass:
            return FinishRequest{FinishRequest::Kind::pass};
        case kFail:
            return FinishRequest{FinishRequest::Kind::fail, static_cast<std::uint16_t>(bits(value, 16, 16))};
        case kReset:
            return FinishRequest{FinishRequest::Kind::reset};
        default:
            return std::nullopt;
    }
}

DeviceTreeNode syscon_node(std::string kind, std::uint32_t phandle, std::uint32_t value) {
    using Cells = std::vector<std::uint32_t>;
    const auto compatible = std::vector<std::string>{"syscon-" + kind};
    return {std::move(kind),
            {{"compatible", compatible},
             {"regmap", Cells{phandle}},
             {"offset", Cells{static_cast<std::uint32_t>(kFinish)}},
             {"value", Cells{value}}}};
}

}  // namespace

Finisher::Finisher(std::function<void(FinishRequest)> finish) : finish_(std::move(finish)) {}

std::uint64_t Finisher::load(std::uint64_t offset, unsigned size) {
    return offset == kFinish and size != 1 ? 0 : unknown_.note();
}

// A store of 16 bits has no code, one of 64 bits ignores the upper half.
void Finisher::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const std::uint64_t known = size == 2 ? bits(value, 0, 16) : value;
    const auto request = decode(known);
    if (offset != kFinish or size == 1 or not request) {
        unknown_.note();
        return;
    }
    finish_(*request);
}

std::vector<DeviceTreeNode> finisher_nodes(mem::PhysAddr base, std::uint32_t phandle) {
    const auto compatible = std::vector<std::string>{"sifive,test1", "sifive,test0", "syscon"};
    return {{node_name("test", base),
             {{"compatible", compatible},
              reg(base, Finisher::kSize),
              {"phandle", std::vector<std::uint32_t>{phandle}}}},
            syscon_node("poweroff", phandle, kPass),
            syscon_node("reboot", phandle, kReset)};
}

}  // namespace vm::devices
