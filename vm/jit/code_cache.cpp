#include "vm/jit/code_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <utility>

#include "vm/base/bits.h"
#include "vm/base/check.h"
#include "vm/ir/verify.h"
#include "vm/mem/address.h"

namespace vm::jit {
namespace {

constexpr std::size_t kAlignment = 16;
// What a block takes of a region on average, at least: what is remembered of each lies elsewhere, 2 KiB or
// more. Of a kernel and its programs blocks have 750 bytes.
constexpr std::size_t kLeastBlock = 256;

// A twentieth of the time that compiling takes.
#ifdef NDEBUG
constexpr bool kVerifies = false;
#else
constexpr bool kVerifies = true;
#endif

using Scope = engine::NativeRequest::Scope;

std::uintptr_t page_of(const std::byte* code) {
    return reinterpret_cast<std::uintptr_t>(code) >> mem::kPageShift;
}

}  // namespace

CodeCache::Visitor::Visitor(CodeCache& cache) : cache_(cache) {
    const std::lock_guard lock(cache_.mutex_);
    cache_.visitors_.push_back(this);
    catch_up();
}

CodeCache::Visitor::~Visitor() {
    const std::lock_guard lock(cache_.mutex_);
    std::erase(cache_.visitors_, this);
}

std::size_t CodeCache::Hash::operator()(const Key& key) const {
    const auto bytes = reinterpret_cast<std::uintptr_t>(key.bytes);
    return std::hash<std::uint64_t>{}(key.pc ^ key.context ^ bytes * 0x9e37'79b9'7f4a'7c15);
}

std::size_t CodeCache::Pages::index(const std::byte* code) { return page_of(code) % kCount; }

CodeCache::CodeCache(const EdgeAbi& abi, std::unique_ptr<Backend> backend, const CodeCacheOptions& options)
    : abi_(abi), backend_(std::move(backend)), options_(options) {}

CodeCache::~CodeCache() {
    for (const Region& region : regions_) tell_dropped(region);
    if (memory_ and options_.observer != nullptr) options_.observer->stubs_dropped(backend_->stubs());
}

bool CodeCache::have_memory() {
    if (memory_ or no_memory_) {
        return memory_.has_value();
    }
    no_memory_ = true;
    auto memory = CodeMemory::create(options_.code_bytes);
    if (not memory) {
        return false;
    }
    const auto stubs = backend_->make_stubs(memory->writable(), memory->address(0), memory->size());
    if (not stubs) {
        return false;
    }
    const std::size_t first = align_up(*stubs, kAlignment);
    const std::size_t size = (memory->size() - first) / kRegions / kAlignment * kAlignment;
    for (std::size_t number = 0; number < kRegions; ++number) {
        Region& region = regions_[number];
        region.begin = region.used = first + number * size;
        region.end = region.begin + size;
    }
    memory_ = std::move(*memory);
    if (options_.observer != nullptr) {
        options_.observer->stubs_made(backend_->stubs(), memory_->address(*stubs));
    }
    return true;
}

const void* CodeCache::find(const engine::NativeRequest& request) {
    if (request.scope == Scope::none or not pages_.may_hold(request.bytes.data())) {
        return nullptr;
    }
    const std::lock_guard lock(mutex_);
    return look_up(request);
}

const void* CodeCache::look_up(const engine::NativeRequest& request) {
    const auto found = table_.find({request.pc, request.bytes.data(), request.context});
    if (request.scope == Scope::none or found == table_.end()) {
        return nullptr;
    }
    ++counts_.found;
    return memory_->executable() + found->second->offset;
}

// What is too large for one block may be less of one. Returns of how many instructions it is, 0 where there
// is none.
std::uint32_t CodeCache::make_block(engine::Frontend& frontend, engine::NativeRequest request,
                                    std::uint64_t address, NativeBlock& block) {
    constexpr std::uint32_t kFewest = 8;
    while (const std::uint32_t instructions = frontend.lift(scratch_, request)) {
        if (options_.observer != nullptr) lifted_ = scratch_;
        ir::passes::optimise(scratch_, options_.level, options_.passes_off);
        VM_CHECK(not kVerifies or ir::verify(scratch_).has_value());
        const auto made = backend_->compile(scratch_, request.pc, address, block);
        if (made) {
            return instructions;
        }
        ++counts_.failed;
        if (options_.observer != nullptr) {
            options_.observer->failed({request, lifted_, scratch_}, made.error().message);
        }
        if (instructions <= kFewest) break;
        request.instructions = instructions / 2;
    }
    return 0;
}

// Who asks may have waited for the lock while its bytes were overwritten and forgotten. The code is then
// found by nobody else: it would not be forgotten again.
engine::NativeCode CodeCache::compile(engine::Frontend& frontend, engine::NativeRequest request) {
    const std::lock_guard lock(mutex_);
    if (request.generation < forgotten_) {
        request.scope = Scope::none;
    }
    if (const void* const entry = look_up(request)) {
        return {entry};
    }
    const bool watched = options_.observer != nullptr;
    if (not memory_ and not watched and request.ran < options_.begin_after) {
        return {.later = true};
    }
    const auto start = std::chrono::steady_clock::now();
    const engine::NativeCode code = make(frontend, request);
    counts_.compile_time += std::chrono::steady_clock::now() - start;
    return code;
}

engine::NativeCode CodeCache::make(engine::Frontend& frontend, const engine::NativeRequest& request) {
    bool later = false;
    for (unsigned attempt = 0; attempt < 2 and have_memory(); ++attempt) {
        Region& region = regions_[open_];
        Placed& block = region.blocks.emplace_back();
        block.offset = region.used;
        const std::uint32_t made =
            make_block(frontend, request, memory_->address(block.offset), block.native);
        const bool crowded = region.blocks.size() > (region.end - region.begin) / kLeastBlock;
        if (made != 0 and not crowded and block.native.code.size() <= region.end - region.used) {
            counts_.guest_instructions += made;
            return {place(block, region, request)};
        }
        region.blocks.pop_back();
        const bool fits_elsewhere = made != 0 and region.used != region.begin;
        if (not fits_elsewhere) break;
        later = not open_next_region();
        if (later) break;
    }
    ++counts_.refused;
    return {nullptr, later};
}

const void* CodeCache::place(Placed& block, Region& region, const engine::NativeRequest& request) {
    std::vector<std::byte>& code = block.native.code;
    std::memcpy(memory_->writable() + block.offset, code.data(), code.size());
    ++counts_.compiled;
    counts_.host_bytes += code.size();
    region.used = std::min(align_up(block.offset + code.size(), kAlignment), region.end);
    if (options_.observer != nullptr) {
        options_.observer->compiled({request, lifted_, scratch_}, block.native, backend_->stubs());
    }
    code = {};
    block.native.marks = {};
    block.key = {request.pc, request.bytes.data(), request.context};
    block.scope = request.scope;
    block.generation = request.generation;
    if (block.scope != Scope::none) {
        table_.emplace(block.key, &block);
        by_page_[page_of(block.key.bytes)].push_back(&block);
        pages_.add(block.key.bytes);
    }
    return memory_->executable() + block.offset;
}

bool CodeCache::open_next_region() {
    const auto behind = [](std::size_t number) { return (number + 1) % kRegions; };
    const std::size_t number = behind(open_);
    Region& next = regions_[number];
    evict(next);
    if (not everybody_left(next)) {
        return false;
    }
    tell_dropped(next);
    next.blocks.clear();
    next.used = next.begin;
    next.evicted_at = 0;
    ++next.life;
    open_ = number;
    evict(regions_[behind(open_)]);
    return true;
}

void CodeCache::evict(Region& region) {
    if (region.blocks.empty() or region.evicted_at != 0) {
        return;
    }
    for (Placed& block : region.blocks) {
        drop(block);
        block.stale = true;
    }
    counts_.evicted += region.blocks.size();
    region.evicted_at = epoch_.load(std::memory_order_relaxed) + 1;
    epoch_.store(region.evicted_at, std::memory_order_seq_cst);
}

void CodeCache::tell_dropped(const Region& region) {
    if (options_.observer == nullptr) return;
    for (const Placed& block : region.blocks) options_.observer->dropped(block.native);
}

bool CodeCache::everybody_left(const Region& region) const {
    return std::all_of(visitors_.begin(), visitors_.end(), [&](const Visitor* each) {
        return each->entered_.load(std::memory_order_seq_cst) >= region.evicted_at;
    });
}

// It is found and led to no more.
void CodeCache::drop(Placed& block) {
    for (const Incoming& each : block.incoming) {
        if (regions_[each.region].life == each.life) {
            backend_->unlink(*each.exit, writable(*each.exit->block));
        }
    }
    block.incoming.clear();
    const auto found = table_.find(block.key);
    if (found == table_.end() or found->second != &block) {
        return;
    }
    table_.erase(found);
    const auto page = by_page_.find(page_of(block.key.bytes));
    std::erase(page->second, &block);
    if (page->second.empty()) {
        by_page_.erase(page);
    }
}

void CodeCache::link(const Visitor& visitor, const Site& exit, const void* entry) {
    const std::lock_guard lock(mutex_);
    if (not visitor.is_caught_up()) {
        return;  // either may be gone
    }
    const Placed* const from = placed_at(exit.block->address);
    Placed* const to = placed_at(reinterpret_cast<std::uint64_t>(entry));
    VM_CHECK(from != nullptr and to != nullptr);
    if (exit.pc != to->key.pc or not may_lead_to(*from, *to)) {
        return;
    }
    backend_->link(exit, writable(*exit.block), to->native.address);
    ++counts_.links;
    if (to->incoming.empty() or to->incoming.back().exit != &exit) {
        const std::size_t region = region_at(from->offset);
        to->incoming.push_back({&exit, region, regions_[region].life});
    }
}

bool CodeCache::may_lead_to(const Placed& from, const Placed& to) {
    if (from.stale or to.stale or from.scope != to.scope or from.key.context != to.key.context) {
        return false;
    }
    const bool same_page = (from.key.pc ^ to.key.pc) >> mem::kPageShift == 0 and
                           page_of(from.key.bytes) == page_of(to.key.bytes);
    return from.scope == Scope::all or (from.scope == Scope::page and same_page);
}

void CodeCache::forget_code(const std::byte* code, std::uint64_t generation) {
    const std::lock_guard lock(mutex_);
    forgotten_ = std::max(forgotten_, generation);
    std::vector<Placed*> older;
    const auto collect = [&](const std::vector<Placed*>& blocks) {
        std::copy_if(blocks.begin(), blocks.end(), std::back_inserter(older),
                     [&](const Placed* each) { return each->generation < generation; });
    };
    if (code == nullptr) {
        for (const auto& page : by_page_) collect(page.second);
    } else if (const auto page = by_page_.find(page_of(code)); page != by_page_.end()) {
        collect(page->second);
    }
    for (Placed* const block : older) {
        drop(*block);
        block->stale = true;
    }
    counts_.invalidated += older.size();
}

std::uint64_t CodeCache::forgotten() const {
    const std::lock_guard lock(mutex_);
    return forgotten_;
}

std::size_t CodeCache::region_at(std::size_t offset) const {
    return (offset - regions_.front().begin) / (regions_.front().end - regions_.front().begin);
}

CodeCache::Placed* CodeCache::placed_at(std::uint64_t address) {
    const std::uint64_t offset = address - memory_->address(0);
    if (offset < regions_.front().begin or offset >= regions_.back().end) {
        return nullptr;
    }
    std::deque<Placed>& blocks = regions_[region_at(offset)].blocks;
    const auto behind = std::upper_bound(blocks.begin(), blocks.end(), offset,
                                         [](std::size_t at, const Placed& each) { return at < each.offset; });
    return behind == blocks.begin() ? nullptr : &*(behind - 1);
}

std::byte* CodeCache::writable(const NativeBlock& block) {
    return memory_->writable() + (block.address - memory_->address(0));
}

// Whoever holds the lock is another thread, which is not in compiled code.
const Site* CodeCache::fault_at(std::uint64_t host_pc) {
    const std::lock_guard lock(mutex_);
    const Placed* const placed = placed_at(host_pc);
    if (placed == nullptr) {
        return nullptr;
    }
    for (const std::uint32_t index : placed->native.faults) {
        const Site& site = placed->native.sites[index];
        if (placed->native.address + site.host_offset == host_pc) {
            return &site;
        }
    }
    return nullptr;
}

Counts CodeCache::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

}  // namespace vm::jit
