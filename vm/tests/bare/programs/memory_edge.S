# A misaligned access across pages works; one that leaves the memory (run with 64K) faults at the first byte beyond.
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
    ld a2, 0(a0)
1:  exit 1
    .align 2
handler:
    csrr a0, mcause
    li a1, 5
    bne a0, a1, 2f
    csrr a0, mtval
    li a1, 0x80010000
    bne a0, a1, 3f
    exit 0
2:  exit 2
3:  exit 3
    .bss
    .align 12
    .space 4096
page:
    .space 4096
