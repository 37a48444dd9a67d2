"""Faults of the compiler that its tests must find: one change of a source each, and what is wrong with it.

Kept where a reader of the tests looks for it: whoever adds an emitter, a pass or a table adds faults of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    path: str
    before: str  # occurs once in the file
    after: str
    wrong: str


def _x64(name: str, before: str, after: str, wrong: str) -> Fault:
    return Fault(f"vm/jit/x64/{name}.cpp", before, after, wrong)


def _pass(name: str, before: str, after: str, wrong: str) -> Fault:
    return Fault(f"vm/ir/passes/{name}.cpp", before, after, wrong)


EMITTERS = [
    _x64("integer", "left ? (width - amount) & (width - 1) : amount", "amount", "rotates left as right"),
    _x64(
        "integer", "x86::ptr(gp64(left), -*number)", "x86::ptr(gp64(left), *number)", "adds what is taken off"
    ),
    _x64("integer", "first | count << 8", "first | (count + 1) << 8", "extracts one bit more"),
    _x64(
        "integer",
        "const std::uint8_t to = define_general(a == b ? 0 : mask_of(right), a);\n    if (to != left) assembler_.mov(gp(to, type), gp(left, type));\n    assembler_.sub",
        "const std::uint8_t to = define_general(0, b);\n    if (to != left) assembler_.mov(gp(to, type), gp(left, type));\n    assembler_.sub",
        "overwrites what is subtracted",
    ),
    _x64(
        "integer",
        "assembler_.movsx(gp(to, type), asmjit::x86::gpw(from))",
        "assembler_.movzx(gp(to, type), asmjit::x86::gpw(from))",
        "extends 16 bits without their sign",
    ),
    _x64("relation", "return CondCode::kA;", "return CondCode::kG;", "compares unsigned minima as signed"),
    _x64(
        "relation",
        "assembler_.cmp(gp(left, width), *number)",
        "assembler_.cmp(gp64(left), *number)",
        "compares words as double words",
    ),
    _x64(
        "relation",
        "yes.is_node() and yes != no ? mask_of(taken) : 0, no);\n    if (no",
        "0, no);\n    if (no",
        "a select overwrites what it takes",
    ),
    _x64(
        "runtime",
        "a.sub(gp64(kRsi), kAccess);",
        "a.sub(gp64(kRsi), kAccess / kAccess);",
        "accesses leave their region",
    ),
    _x64("memory", "        assembler_.jnz(outside(site));\n", "", "an address outside is not noticed"),
    _x64(
        "memory",
        "assembler_.movsxd(gp64(to), from);\n            return;\n        case ir::MemKind::u64",
        "assembler_.mov(gp32(to), from);\n            return;\n        case ir::MemKind::u64",
        "loads words without their sign",
    ),
    _x64(
        "memory",
        "(store ? memory_.stores : memory_.loads).recent",
        "memory_.loads.recent",
        "stores where loads may",
    ),
    _x64(
        "memory",
        "    out_->faults.push_back(site);\n",
        "    if (node().op == ir::Opcode::load) out_->faults.push_back(site);\n",
        "a store that fails is nobody's",
    ),
    _x64(
        "floating",
        "    assembler_.jp(entry);\n    assembler_.vmovapd(xmm(to), xmm(kVectorScratch));",
        "    assembler_.vmovapd(xmm(to), xmm(kVectorScratch));",
        "infinity times zero plus a NaN raises nothing",
    ),
    _x64(
        "floating",
        "    assembler_.jz(entry);  // also",
        "    assembler_.jp(entry);  // also",
        "the minimum of zeros of both signs",
    ),
    _x64("floating", "node().op == Opcode::feq ? 0 :", "node().op == Opcode::feq ? 16 :", "equality signals"),
    _x64("floating", "Opcode::flt ? 1 : 2;", "Opcode::flt ? 17 : 2;", "less than does not signal"),
    _x64("floating", "    assembler_.jo(entry);\n", "", "conversions out of range are the host's"),
    _x64(
        "floating",
        "    if (not quiet) {",
        "    if (false) {",
        "a NaN that signals is looked at by a comparison",
    ),
    _x64(
        "floating",
        "assembler_.cmp(gp32(kScratch), -1);",
        "assembler_.cmp(gp32(kScratch), gp32(kScratch));",
        "what is not boxed is read",
    ),
    _x64(
        "product",
        "mask_of(kRdx) | mask_of(dividend) | mask_of(divisor)",
        "mask_of(kRdx)",
        "a quotient overwrites what it is computed from",
    ),
]

TABLES = [
    _x64(
        "exits",
        "const std::uint32_t unretired = instructions_ - site.retired; unretired != 0",
        "const std::uint32_t unretired = instructions_ - site.retired; unretired > 1",
        "an exit forgets to give one instruction back",
    ),
    _x64(
        "exits",
        "    if (update.addend != 0) assembler_.add(gp64(to), update.addend);\n",
        "",
        "homes lack what exits add",
    ),
    _x64(
        "exits",
        "formed + static_cast<std::uint64_t>(update.addend));",
        "formed);",
        "homes lack what exits add to constants",
    ),
    _x64("exits", "    if (update.addend != 0) {\n", "    if (false) {\n", "slots lack what exits add"),
    Fault(
        "vm/jit/materialise.cpp",
        " + static_cast<std::uint64_t>(update(i).addend);",
        ";",
        "accesses that fail lack what exits add",
    ),
    _x64(
        "exits",
        "(site.pc ^ out_->pc) >> mem::kPageShift != 0",
        "false",
        "a machine's exits are linked across pages",
    ),
    _x64(
        "exits",
        "    if (has_value) load_general(site.operands[0], kScratch);\n    load_homes(site);",
        "    load_homes(site);\n    if (has_value) load_general(site.operands[0], kScratch);",
        "a jump's target is read after the homes were written",
    ),
    _x64(
        "state",
        "std::uint32_t left = kept_homes_; left",
        "std::uint32_t left = kept_homes_ & ~3U; left",
        "a register that was moved from its home is lost",
    ),
    _x64(
        "state", "        if (home != kNoHome) kept_homes_ &= ~(1U << home);\n", "", "a home has two values"
    ),
    _x64(
        "state",
        "    if (liveness_.is_written(index_)) {",
        "    if (false) {",
        "a slot is read after it was written",
    ),
    _x64(
        "registers",
        "    copy_[value] = from;\n",
        "    copy_[value] = from;\n    if (from.kind == Place::Kind::spill) free_spills_.push_back(from.index);\n",
        "a copy on the stack is overwritten",
    ),
    _x64(
        "registers",
        "        forget_slot(value);\n    }\n}",
        "    }\n}",
        "a slot that a call has written is read for what it held",
    ),
    Fault(
        "vm/jit/liveness.cpp",
        "const ir::Value value = carrier(block, block.writes()[write].value);\n    if (not",
        "const ir::Value value = block.writes()[write].value;\n    if (not",
        "what an exit writes half of may be gone by then",
    ),
    _x64("memory", "index), 0,\n", "index), 1,\n", "addresses are twice what they are"),
    _x64(
        "registers",
        "            if (death <= index) {\n",
        "            if (death <= index + 1) {\n",
        "a register is given away too early",
    ),
    _x64(
        "runtime",
        "a.or_(gp64(kRsi), x86::qword_ptr(memory, found.asid));",
        "",
        "translations of other address spaces are found",
    ),
    _x64(
        "lowering",
        "        a.add(gp64(kCountdownRegister), instructions_);\n",
        "",
        "a block that was not entered is counted",
    ),
    Fault(
        "vm/jit/liveness.cpp",
        "    show_write(block, write, at);",
        "    show_write(block, write, -1);",
        "what an exit writes may be gone by then",
    ),
    Fault(
        "vm/jit/jump_cache.h",
        "        entries[0].pc = 2;\n",
        "",
        "jumps to address zero lead to where no code is",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "region.blocks.size() > (region.end - region.begin) / kLeastBlock;",
        "region.blocks.size() > region.end * kLeastBlock;",
        "what is remembered of small blocks has no bound",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "        request.scope = Scope::none;\n",
        "",
        "what is placed behind its being overwritten is found by others",
    ),
    Fault(
        "vm/guest/riscv/core.h",
        "    forget_overwritten([](const std::byte*) {});\n",
        "    generation_ = memory_.code_generation();\n",
        "whoever forgets all leaves compiled code that was overwritten",
    ),
    Fault(
        "vm/guest/riscv/core.h",
        "tier->forgotten() : ",
        "memory_.code_generation() : ",
        "a new hart finds code that was overwritten before",
    ),
    Fault(
        "vm/guest/riscv/core_blocks.h",
        "kept and (block->page == 0 or block->page == space_->page(block->pc, memory_.slow().code));",
        "kept;",
        "a block is compiled of bytes that are not its own",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "not memory_ and not watched and",
        "not watched and",
        "threads of a program that is compiled wait as if it were not",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "options_.observer != nullptr;\n    if (not memory_",
        "false;\n    if (not memory_",
        "what is looked at is not compiled from the beginning",
    ),
    Fault(
        "vm/jit/materialise.cpp",
        "return sext32(bits);",
        "return zext32(bits);",
        "registers at a fault lack their sign",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "    block.incoming.clear();\n",
        "    block.incoming.clear();\n    if (true) return;\n",
        "what was dropped is still found",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "backend_->unlink(*each.exit, writable(*each.exit->block));",
        "",
        "exits lead to what was dropped",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "    if (not everybody_left(next)) {\n        return false;\n    }\n",
        "",
        "code is overwritten below a hart",
    ),
    Fault(
        "vm/jit/code_cache.cpp",
        "return from.scope == Scope::all or (from.scope == Scope::page and same_page);",
        "return true;",
        "exits are linked across pages",
    ),
    Fault(
        "vm/guest/riscv/jump_spaces.h",
        "each.number > forgotten_ and ",
        "",
        "a fence leaves old jumps in place",
    ),
]

PASSES = [
    _pass(
        "common",
        "and (epoch == 0 or earlier >= epoch)",
        "",
        "a register read before a call is taken for one behind it",
    ),
    _pass(
        "common",
        "if ((flags(node) & kWritesState) != 0) epoch_ = index + std::uint64_t{1};",
        "",
        "reads around a call are one",
    ),
    _pass(
        "fold", "holds(condition(node)", "not holds(condition(node)", "takes the branch that is never taken"
    ),
    _pass("forward", "known.size >= place.size", "true", "a load is given bytes that were not stored"),
    _pass("forward", "if (is_barrier(old)) known_.clear();", "", "what is known of memory outlives a call"),
    _pass(
        "forward", "ahead >= a.size and", "ahead + 1 >= a.size and", "accesses that overlap are taken apart"
    ),
    _pass(
        "narrow",
        "return (block_.bits(amount) & 32) == 0;",
        "return true;",
        "shifts by 32 and more are those of words",
    ),
    _pass(
        "narrow",
        "return is_zext(a) and amount_below_32(b) ? Opcode::zext : Opcode::nop;",
        "return amount_below_32(b) ? Opcode::zext : Opcode::nop;",
        "shifts in what lies above a word",
    ),
    _pass("narrow", "return node.op == Opcode::select ? 2 : 0;", "return 0;", "a select compares words"),
    _pass(
        "fuse",
        "block_.bits(amount) - 1 > 2",
        "block_.bits(amount) - 1 > 3",
        "shifts further than addresses can",
    ),
    _pass(
        "fuse",
        "if (factor == 5) add_shifted(node, node.operands[0], 2",
        "if (factor == 5) add_shifted(node, node.operands[0], 3",
        "nine times for five",
    ),
    _pass(
        "reassociate",
        "inner.constant << shift",
        "inner.constant << (shift & 1)",
        "constants come out of shifts as they went in",
    ),
    _pass(
        "reassociate",
        ": shifted ? node.imm",
        ": shifted ? 0",
        "constants that are shifted and added are not shifted",
    ),
    _pass("sink", "{ return needed_[node] == 0; }", "{ return needed_[node] < 2; }", "a form is made twice"),
    _pass(
        "sink",
        "            return Form::sext;",
        "            return Form::zext;",
        "registers written by exits lack their sign",
    ),
    _pass(
        "dead",
        "for (const Write& write : block.writes()) need(write.value);",
        "",
        "what exits write is removed",
    ),
]

TRANSLATIONS = [
    Fault(
        "vm/mmu/tlb.h",
        "kFolded = kEntries / 2;",
        "kFolded = kEntries;",
        "an access crosses into a page that has the entry of the one before",
    ),
    Fault(
        "vm/mmu/tlb.h", "            part_neighbours(address);\n", "", "a fence leaves a page in its region"
    ),
    Fault(
        "vm/mmu/tlb.h",
        "                reaches_[i] = kPageReach;\n",
        "",
        "a region keeps a page that the host took away",
    ),
    Fault(
        "vm/mmu/tlb.h",
        "entry.tag == (page | asid_) and entry.addend == addend",
        "entry.tag == (page | asid_) and addend != 1",
        "regions hold pages that lie apart",
    ),
    Fault(
        "vm/guest/riscv/system_memory.cpp",
        "const bool one = data_.paged or",
        "const bool one = true or data_.paged or",
        "one access is decided by two entries of PMP",
    ),
]

AUDIT = [
    Fault(
        "vm/native/audit.cpp",
        "    undo();\n    restore(hart_, states_.front());",
        "    restore(hart_, states_.front());",
        "the audit leaves what it wrote",
    ),
    Fault(
        "vm/native/audit.cpp",
        "if (found != byte) different",
        "if (false and found != byte) different",
        "the audit does not look at memory",
    ),
]

FAULTS = [*EMITTERS, *TABLES, *PASSES, *TRANSLATIONS, *AUDIT]
