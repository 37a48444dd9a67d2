# The instruction counter counts each instruction once, and a write is what the next instruction reads.
    .include "bare.inc"
    .text
    .globl _start
_start:
    csrr a0, minstret
    nop
    nop
    csrr a1, minstret
    sub a1, a1, a0
    li a2, 3
    bne a1, a2, 1f
    li a0, 1000
    csrw minstret, a0
    csrr a1, minstret
    bne a0, a1, 2f
    csrwi mcountinhibit, 4
    csrr a0, minstret
    nop
    csrr a1, minstret
    bne a0, a1, 3f
    exit 0
1:  exit 1
2:  exit 2
3:  exit 3
