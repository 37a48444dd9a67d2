# A misaligned access across pages works; one that leaves the memory (run with 64K) faults at the first byte beyond, and
# one that begins below it at its own address, though the memory's first page is known.
    .include "bare.inc"
    .text
    .globl _start
_start:
    la t0, handler
    csrw mtvec, t0
    la a0, page
    li a1, 0x1122334455667788
    sd a1, -3(a0)
    ld a2, -3(a0)
    bne a1, a2, 1f
    li a0, 0x8000fffc
    li s0, 0x80010000
    la s1, below
    ld a2, 0(a0)
1:  exit 1
below:
    li a0, 0x80000000
    lw a1, 0(a0)
    li s0, 0x7ffffffc
    la s1, good
    ld a2, -4(a0)
    exit 4
good:
    exit 0
    .align 2
# Goes on at s1 after a load's access fault at s0.
handler:
    csrr a0, mcause
    li a1, 5
    bne a0, a1, 2f
    csrr a0, mtval
    bne a0, s0, 3f
    csrw mepc, s1
    mret
2:  exit 2
3:  exit 3
    .bss
    .align 12
    .space 4096
page:
    .space 4096
