# Runs code at one address that leads to different pages: by another entry and a fence, in another address space, and
# after the page was written through another address. Exits with the number of the first check that fails.
    .include "bare.inc"
    .include "paging.inc"
    .text
    .globl _start
_start:
    la t0, unexpected
    csrw mtvec, t0
    make_tables
    satp_of t1, 1
    csrw satp, t1
    li t0, 1 << 11
    csrw mstatus, t0
    la t0, in_supervisor
    csrw mepc, t0
    mret

# Calls the window and expects the number in a0.
    .macro expect value, number
    li s11, WINDOW
    jalr s11
    li t0, \value
    beq a0, t0, 1f
    exit \number
1:
    .endm

    .macro map page
    la t0, window
    entry t1, \page, V | R | X | AD
    sd t1, 0(t0)
    .endm

in_supervisor:
    li s10, 3
again:
    map first
    li t0, WINDOW
    sfence.vma t0, zero
    expect 11, 1
    map second
    li t0, WINDOW
    sfence.vma t0, zero
    expect 22, 2
    # Another address space, with tables that say otherwise by now, and back.
    map first
    satp_of t1, 2
    csrw satp, t1
    expect 11, 3
    satp_of t1, 1
    csrw satp, t1
    sfence.vma
    expect 11, 4
    addi s10, s10, -1
    bnez s10, again
    # li a0, 33; the same bytes through RAM's own address.
    la t0, first
    li t1, 0x02100513
    sw t1, 0(t0)
    fence.i
    expect 33, 5
    # An instruction in two pages, whose second half comes to lie elsewhere.
    la t0, window
    entry t1, straddling, V | R | X | AD
    sd t1, 0(t0)
    entry t1, first_half, V | R | X | AD
    sd t1, 8(t0)
    sfence.vma
    li s11, WINDOW + 4094
    jalr s11
    li t0, 1
    beq a0, t0, 1f
    exit 6
1:  la t0, window
    entry t1, second_half, V | R | X | AD
    sd t1, 8(t0)
    li t0, WINDOW + 4096
    sfence.vma t0, zero
    jalr s11
    li t0, 2
    beq a0, t0, 1f
    exit 7
1:  exit 0

    .align 2
unexpected:
    exit 10

    .option norvc
    .data
    .align 12
first:
    li a0, 11
    ret
    .align 12
second:
    li a0, 22
    ret
# addi a0, zero, N is 0xNNN00513: its upper half holds N.
    .align 12
straddling:
    .skip 4094
    .half 0x0513
first_half:
    .half 0x0010
    ret
    .align 12
second_half:
    .half 0x0020
    ret
    tables
