#include "vm/devices/virtio/mmio_transport.h"

#include <cstring>
#include <utility>

#include "vm/base/check.h"
#include "vm/devices/halves.h"
#include "vm/devices/virtio/features.h"

namespace vm::devices::virtio {
namespace {

// Virtio 1.2, table 4.1.
constexpr std::uint64_t kMagicValue = 0x000;
constexpr std::uint64_t kVersion = 0x004;
constexpr std::uint64_t kDeviceId = 0x008;
constexpr std::uint64_t kVendorId = 0x00c;
constexpr std::uint64_t kDeviceFeatures = 0x010;
constexpr std::uint64_t kDeviceFeaturesSelect = 0x014;
constexpr std::uint64_t kDriverFeatures = 0x020;
constexpr std::uint64_t kDriverFeaturesSelect = 0x024;
constexpr std::uint64_t kQueueSelect = 0x030;
constexpr std::uint64_t kQueueNumMax = 0x034;
constexpr std::uint64_t kQueueNum = 0x038;
constexpr std::uint64_t kQueueReady = 0x044;
constexpr std::uint64_t kQueueNotify = 0x050;
constexpr std::uint64_t kInterruptStatus = 0x060;
constexpr std::uint64_t kInterruptAck = 0x064;
constexpr std::uint64_t kStatus = 0x070;
constexpr std::uint64_t kQueueDescLow = 0x080;
constexpr std::uint64_t kQueueDescHigh = 0x084;
constexpr std::uint64_t kQueueDriverLow = 0x090;
constexpr std::uint64_t kQueueDriverHigh = 0x094;
constexpr std::uint64_t kQueueDeviceLow = 0x0a0;
constexpr std::uint64_t kQueueDeviceHigh = 0x0a4;
constexpr std::uint64_t kShmSelect = 0x0ac;
constexpr std::uint64_t kShmLengthLow = 0x0b0;
constexpr std::uint64_t kShmLengthHigh = 0x0b4;
constexpr std::uint64_t kShmBaseLow = 0x0b8;
constexpr std::uint64_t kShmBaseHigh = 0x0bc;
constexpr std::uint64_t kConfigGeneration = 0x0fc;
constexpr std::uint64_t kConfig = 0x100;

constexpr unsigned kRegisterBytes = 4;
constexpr std::uint32_t kMagic = 0x7472'6976;  // "virt"
constexpr std::uint32_t kVersion2 = 2;
constexpr std::uint32_t kVendor = 0x5652'4d56;  // "VMRV"
// Length and address of a shared memory region that does not exist; none does.
constexpr std::uint32_t kNoRegion = 0xffff'ffff;

// Device status (2.1).
constexpr std::uint32_t kAcknowledge = 1;
constexpr std::uint32_t kDriver = 2;
constexpr std::uint32_t kDriverOk = 4;
constexpr std::uint32_t kFeaturesOk = 8;
constexpr std::uint32_t kNeedsReset = 64;
constexpr std::uint32_t kFailed = 128;
constexpr std::uint32_t kStatusOfDriver = kAcknowledge | kDriver | kDriverOk | kFeaturesOk | kFailed;

// Reasons of an interrupt (4.2.2).
constexpr std::uint32_t kUsedBuffer = 1;
constexpr std::uint32_t kConfigChange = 2;

std::uint32_t half(std::uint64_t whole, std::uint32_t select) {
    switch (select) {
        case 0:
            return low_half(whole);
        case 1:
            return high_half(whole);
        default:
            return 0;
    }
}

}  // namespace

MmioTransport::MmioTransport(Device& device, mem::GuestRam& ram, std::function<void(bool)> interrupt)
    : device_(device), interrupt_(std::move(interrupt)) {
    for (const std::uint16_t size : device.queue_sizes()) {
        queues_.push_back({Queue(ram, halted_), {.size = size}, size});
    }
}

std::uint64_t MmioTransport::load(std::uint64_t offset, unsigned size) {
    const std::lock_guard lock(mutex_);
    if (offset >= kConfig) {
        return load_config(offset - kConfig, size);
    }
    return size == kRegisterBytes ? read_register(offset) : unknown_.note();
}

void MmioTransport::store(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const std::lock_guard lock(mutex_);
    if (offset >= kConfig) {
        store_config(offset - kConfig, size, value);
    } else if (size == kRegisterBytes) {
        write_register(offset, static_cast<std::uint32_t>(value));
    } else {
        unknown_.note();
    }
}

std::uint64_t MmioTransport::read_register(std::uint64_t offset) {
    switch (offset) {
        case kMagicValue:
            return kMagic;
        case kVersion:
            return kVersion2;
        case kDeviceId:
            return device_.id();
        case kVendorId:
            return kVendor;
        case kDeviceFeatures:
            return half(offered_features(), device_features_select_);
        case kQueueNumMax:
            return selected() != nullptr ? selected()->max_size : 0;
        case kQueueReady:
            return selected() != nullptr and selected()->queue.running() ? 1 : 0;
        case kInterruptStatus:
            return interrupt_status_;
        case kStatus:
            return status_;
        case kShmLengthLow:
        case kShmLengthHigh:
        case kShmBaseLow:
        case kShmBaseHigh:
            return kNoRegion;
        case kConfigGeneration:
            return config_generation_;
        default:
            return unknown_.note();
    }
}

void MmioTransport::write_register(std::uint64_t offset, std::uint32_t value) {
    switch (offset) {
        case kDeviceFeaturesSelect:
            device_features_select_ = value;
            break;
        case kDriverFeatures:
            write_driver_features(value);
            break;
        case kDriverFeaturesSelect:
            driver_features_select_ = value;
            break;
        case kQueueSelect:
            queue_select_ = value;
            break;
        case kQueueReady:
            write_queue_ready(value);
            break;
        case kQueueNotify:
            if (value < queues_.size()) {
                serve_locked(value);
            }
            break;
        case kInterruptAck:
            interrupt_status_ &= ~value;
            update_interrupt();
            break;
        case kStatus:
            write_status(value);
            break;
        case kShmSelect:
            break;  // there is none to select
        default:
            write_queue_register(offset, value);
    }
}

std::uint64_t MmioTransport::load_config(std::uint64_t offset, unsigned size) {
    const std::span<const std::byte> config = device_.config();
    if (offset > config.size() or size > config.size() - offset) {
        return unknown_.note();
    }
    std::uint64_t value = 0;
    std::memcpy(&value, config.data() + offset, size);
    return value;
}

void MmioTransport::store_config(std::uint64_t offset, unsigned size, std::uint64_t value) {
    const std::size_t end = device_.config().size();
    const auto bytes = std::as_bytes(std::span(&value, 1)).first(size);
    if (offset > end or size > end - offset or
        not device_.store_config(static_cast<std::uint32_t>(offset), bytes)) {
        unknown_.note();
    }
}

std::uint64_t MmioTransport::offered_features() const {
    return device_.features() | feature::kVersion1 | feature::kIndirectDescriptors | feature::kEventIndex;
}

// What was agreed on cannot be changed any more (2.2.1).
void MmioTransport::write_driver_features(std::uint32_t value) {
    if ((status_ & kFeaturesOk) != 0) {
        return;
    }
    if (driver_features_select_ == 0) {
        driver_features_ = with_low_half(driver_features_, value);
    } else if (driver_features_select_ == 1) {
        driver_features_ = with_high_half(driver_features_, value);
    }
}

// Bits are only ever added, but by a reset. FEATURES_OK is refused to a driver that wants what was not
// offered, and DRIVER_OK without it (2.1.2, 3.1.1).
void MmioTransport::write_status(std::uint32_t value) {
    if (value == 0) {
        reset();
        return;
    }
    std::uint32_t added = value & kStatusOfDriver & ~status_;
    const bool acceptable =
        (driver_features_ & ~offered_features()) == 0 and (driver_features_ & feature::kVersion1) != 0;
    if (not acceptable) {
        added &= ~kFeaturesOk;
    }
    if (((status_ | added) & kFeaturesOk) == 0) {
        added &= ~kDriverOk;
    }
    status_ |= added;
    if ((added & kDriverOk) != 0) {
        device_.start(driver_features_);
    }
}

void MmioTransport::reset() {
    device_.reset();
    for (QueueSlot& slot : queues_) {
        slot.queue.stop();
        slot.rings = {.size = slot.max_size};
    }
    status_ = 0;
    driver_features_ = 0;
    device_features_select_ = driver_features_select_ = queue_select_ = 0;
    interrupt_status_ = 0;
    update_interrupt();
}

bool MmioTransport::active() const { return (status_ & (kDriverOk | kNeedsReset | kFailed)) == kDriverOk; }

void MmioTransport::need_reset() {
    if ((status_ & kNeedsReset) == 0) {
        status_ |= kNeedsReset;
        announce_config();
    }
}

MmioTransport::QueueSlot* MmioTransport::selected() {
    return queue_select_ < queues_.size() ? &queues_[queue_select_] : nullptr;
}

std::uint64_t* MmioTransport::ring_address(std::uint64_t offset) {
    Queue::Rings& rings = selected()->rings;
    switch (offset) {
        case kQueueDescLow:
        case kQueueDescHigh:
            return &rings.descriptors;
        case kQueueDriverLow:
        case kQueueDriverHigh:
            return &rings.driver;
        case kQueueDeviceLow:
        case kQueueDeviceHigh:
            return &rings.device;
        default:
            return nullptr;
    }
}

// A queue that is running keeps what it was started with (4.2.2.2). A size that does not fit into 16 bits is
// none.
void MmioTransport::write_queue_register(std::uint64_t offset, std::uint32_t value) {
    QueueSlot* const slot = selected();
    std::uint64_t* const address = slot != nullptr ? ring_address(offset) : nullptr;
    if (address != nullptr) {
        const bool is_high = (offset & 4) != 0;
        *address = is_high ? with_high_half(*address, value) : with_low_half(*address, value);
    } else if (slot != nullptr and offset == kQueueNum) {
        slot->rings.size = value <= slot->max_size ? static_cast<std::uint16_t>(value) : 0;
    } else {
        unknown_.note();
    }
}

void MmioTransport::write_queue_ready(std::uint32_t value) {
    QueueSlot* const slot = selected();
    if (slot == nullptr) {
        unknown_.note();
    } else if ((value & 1) == 0) {
        slot->queue.stop();
    } else if (not slot->queue.running()) {
        slot->queue.start(slot->rings, driver_features_);
        if (slot->queue.broken()) {
            need_reset();
        }
    }
}

void MmioTransport::serve(unsigned index) {
    const std::lock_guard lock(mutex_);
    VM_CHECK(index < queues_.size());
    serve_locked(index);
}

void MmioTransport::go_on() {
    const std::lock_guard lock(mutex_);
    halted_.store(false, std::memory_order_relaxed);
    for (unsigned index = 0; index < queues_.size(); ++index) {
        serve_locked(index);
    }
}

void MmioTransport::serve_locked(unsigned index) {
    Queue& queue = queues_[index].queue;
    if (not active() or not queue.running()) {
        return;
    }
    device_.serve(index, queue);
    if (queue.broken()) {
        need_reset();
    } else if (queue.take_interrupt()) {
        raise(kUsedBuffer);
    }
}

void MmioTransport::change_config(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    change();
    announce_config();
}

// A driver that is not there yet reads the configuration when it comes, and is not interrupted before
// (2.1.2).
void MmioTransport::announce_config() {
    ++config_generation_;
    if ((status_ & kDriverOk) != 0) {
        raise(kConfigChange);
    }
}

void MmioTransport::raise(std::uint32_t reasons) {
    interrupt_status_ |= reasons;
    update_interrupt();
}

void MmioTransport::update_interrupt() {
    const bool raised = interrupt_status_ != 0;
    if (raised != raised_) {
        raised_ = raised;
        interrupt_(raised);
    }
}

DeviceTreeNode mmio_node(const Placement& placement) {
    return device_node("virtio_mmio", {"virtio,mmio"}, placement);
}

}  // namespace vm::devices::virtio
