#include "vm/ir/random_world.h"

#include "vm/ir/float_format.h"
#include "vm/ir/random.h"

namespace vm::ir {
namespace {

constexpr std::uint64_t kMemoryBase = 0x10000;
constexpr std::uint64_t kMemorySize = 512;
constexpr std::size_t kStateSize = 128;

std::uint64_t random_value(Random& random, std::size_t slot) {
    const Type type = kRandomSlots[slot].type;
    if (slot - kRandomIntegers < kRandomPointers) return kMemoryBase + kMemorySize / 2 + random.below(32);
    if (is_integer(type)) return random.integer();
    const bool boxed = type == Type::f64 and random.one_in(2);
    return boxed ? kBox | random.floating(Type::f32) : random.floating(type);
}

std::uint64_t hash(std::uint64_t seed, const std::vector<std::uint8_t>& bytes) {
    for (const std::uint8_t byte : bytes) seed = mix(seed, byte);
    return seed;
}

}  // namespace

World random_world(std::uint64_t seed) {
    Random random(~seed);
    World world;
    world.memory_base = kMemoryBase;
    world.rounding = static_cast<Rounding>(random.below(4));
    for (std::size_t i = 0; i < kMemorySize; ++i) {
        world.memory.push_back(static_cast<std::uint8_t>(random.next()));
    }
    world.state.resize(kStateSize);
    for (std::size_t i = 0; i < kRandomSlots.size(); ++i) {
        const std::uint64_t value = random_value(random, i);
        for (unsigned k = 0; k < kRandomSlots[i].bytes; ++k) {
            world.state[kRandomSlots[i].offset + k] = static_cast<std::uint8_t>(value >> (8 * k));
        }
    }
    return world;
}

HelperOutcome random_helper(World& world, std::uint32_t number, const OperandBits& arguments) {
    const std::uint32_t effects = number & kEffects;
    std::uint64_t result = number;
    for (const std::uint64_t argument : arguments) result = mix(result, argument);
    if ((effects & kReadsMemory) != 0) result = hash(result, world.memory);
    if ((effects & kReadsState) != 0) result = hash(result, world.state);
    if ((effects & kWritesMemory) != 0) {
        world.memory[result % world.memory.size()] = static_cast<std::uint8_t>(result >> 32);
    }
    if ((effects & kWritesState) != 0) {
        world.state[result % (8 * kRandomIntegers)] = static_cast<std::uint8_t>(result >> 40);
    }
    if ((effects & kFloatFlags) != 0) world.float_flags |= static_cast<std::uint8_t>(result >> 48 & 31);
    return {result, (effects & kExits) != 0 and (result >> 56) % 4 == 0};
}

}  // namespace vm::ir
