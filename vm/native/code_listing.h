#pragma once

#include <string>

#include "vm/jit/code_observer.h"
#include "vm/native/guest_code.h"

namespace vm::native {

// The host code of a block, an instruction a line with its offset and bytes. Before what a node of the block
// became stands the node; before nodes that belong to later guest instructions than those above stand these,
// up to the one that the next exit, access or call is part of: nodes between two such know no instruction.
//
//       10236: 00b50533  add a0,a0,b1
//         ; %2 = add i64 %0, %1
//     +0x00e  4801f0                    add rax, rsi
std::string code_listing(const jit::Compilation& from, const GuestCode& guest, const jit::NativeBlock& block,
                         const jit::Stubs& stubs);

// Which host registers hold what wherever a block begins or ends: "rbx=x10 rsi=x11 ... rbp=state+128
// r14=countdown r15=memory".
std::string register_legend();

}  // namespace vm::native
