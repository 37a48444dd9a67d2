# Enters S mode with paging on, where each kind of page fault, a trap from U and an interrupt are taken by S itself.
# Exits with the number of the first check that fails.
    .include "bare.inc"
    .include "paging.inc"
    .text
    .globl _start
_start:
    la t0, machine_handler
    csrw mtvec, t0
    li t0, 0xb1ff
    csrw medeleg, t0
    li t0, 0x222
    csrw mideleg, t0
    make_tables
    la t0, window
    entry t1, data_page, V | R | AD
    sd t1, 0(t0)
    entry t1, user_page, V | R | X | U | AD
    sd t1, 8(t0)
    satp_of t1, 0
    csrw satp, t1
    li t0, 1 << 11
    csrw mstatus, t0
    la t0, in_supervisor
    csrw mepc, t0
    mret

in_supervisor:
    la t0, handler
    csrw stvec, t0
    li s11, WINDOW
    lw a0, 0(s11)
    li a1, 1234
    beq a0, a1, 1f
    exit 1
1:  # A load where nothing is mapped.
    li s0, 13
    li t0, 0x2008
    add s1, s11, t0
    la s2, after_load
    lw a0, 0(s1)
    exit 2
after_load:
    li s0, 15
    addi s1, s11, 16
    la s2, after_store
    sw a0, 0(s1)
    exit 3
after_store:
    # Fetching from a page that is not executable, and from one of U.
    li s0, 12
    mv s1, s11
    la s2, after_fetch
    jr s11
after_fetch:
    li t0, 0x1000
    add s1, s11, t0
    la s2, after_user_fetch
    jr s1
after_user_fetch:
    # A page of U is readable under SUM alone.
    li s0, 13
    la s2, without_sum
    lw a0, 0(s1)
    exit 4
without_sum:
    li t0, 1 << 18
    csrs sstatus, t0
    lw a0, 0(s1)
    csrc sstatus, t0
    # Down to U, which calls.
    li s0, 8
    csrw sepc, s1
    mv s1, zero
    la s2, after_call
    li t0, 1 << 8
    csrc sstatus, t0
    sret
after_call:
    # A software interrupt, taken between the instruction that lets it in and the next.
    csrsi sie, 2
    csrsi sip, 2
    li s0, 1
    slli t0, s0, 63
    or s0, s0, t0
    mv s1, zero
    la s2, after_interrupt
    csrsi sstatus, 2
expected_pc:
    exit 5
after_interrupt:
    la t0, expected_pc
    beq s3, t0, 1f
    exit 6
1:  csrr t0, sip
    beqz t0, 1f
    exit 7
1:  ecall
    exit 8

# Expects cause s0 and value s1, and continues in S at s2; the pc of the trap is left in s3.
    .align 2
handler:
    csrci sip, 2
    csrr t0, scause
    bne t0, s0, 1f
    csrr t0, stval
    bne t0, s1, 2f
    csrr s3, sepc
    csrw sepc, s2
    li t0, 1 << 8
    csrs sstatus, t0
    csrci sstatus, 1 << 1
    li t0, 1 << 5
    csrc sstatus, t0
    sret
1:  exit 10
2:  exit 11

# The environment call of S alone comes here.
    .align 2
machine_handler:
    csrr t0, mcause
    li t1, 9
    bne t0, t1, 1f
    exit 0
1:  exit 12

    .data
    .align 12
data_page: .word 1234
    .align 12
user_page: ecall
    tables
