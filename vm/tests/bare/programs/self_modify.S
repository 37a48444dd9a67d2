# Rewrites an instruction that has run, and executes fence.i: the new one must run, also where memory protection was
# changed in between, for which a hart forgets its code besides.
    .include "bare.inc"
    .text
    .globl _start
_start:
    call value
    li t0, 1
    bne a0, t0, 1f
    la t0, value
    lw t1, new_value
    sw t1, 0(t0)
    fence.i
    call value
    li t0, 2
    bne a0, t0, 2f
    la t0, value
    lw t1, newer_value
    sw t1, 0(t0)
    li t1, 0x10000000
    csrw pmpaddr0, t1
    li t1, 0x18
    csrw pmpcfg0, t1
    fence.i
    call value
    li t0, 3
    bne a0, t0, 3f
    exit 0
1:  exit 1
2:  exit 2
3:  exit 3

    .align 2
value:
    .option push
    .option norvc
    addi a0, zero, 1
    .option pop
    ret

    .data
    .align 2
new_value:
    .word 0x00200513  # addi a0, zero, 2
newer_value:
    .word 0x00300513  # addi a0, zero, 3
