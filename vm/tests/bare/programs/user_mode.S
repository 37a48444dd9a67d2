# Enters U mode behind PMP, which is denied a load and a counter, and comes back by ecall each time. Exits with the
# number of the first check that fails.
    .include "bare.inc"
    .text
    .globl _start
_start:
    la t0, handler
    csrw mtvec, t0
    # Entry 0: the four bytes of `secret`, nothing allowed. Entry 1: everything.
    la t0, secret
    srli t0, t0, 2
    csrw pmpaddr0, t0
    li t0, -1
    csrw pmpaddr1, t0
    li t0, 0x1f10
    csrw pmpcfg0, t0
    la t0, in_user
    csrw mepc, t0
    csrw mstatus, zero
    mret

in_user:
    li s0, 5
    la s1, secret
    la s2, after_load
    lw a0, 0(s1)
    exit 1
after_load:
    li s0, 2
    mv s1, zero
    la s2, after_counter
1:  csrr a0, cycle
    exit 2
after_counter:
    li s0, 8
    mv s1, zero
    la s2, done
    ecall
    exit 3
done:
    lw a0, public
    li a1, 77
    bne a0, a1, 2f
    exit 0
2:  exit 4

# Expects cause s0, value s1 (unless it is an illegal instruction's), and continues at s2.
    .align 2
handler:
    csrr t0, mcause
    bne t0, s0, 1f
    li t1, 2
    beq t0, t1, 3f
    csrr t0, mtval
    bne t0, s1, 2f
3:  csrw mepc, s2
    mret
1:  exit 10
2:  exit 11

    .data
    .align 3
secret: .word 99
public: .word 77
