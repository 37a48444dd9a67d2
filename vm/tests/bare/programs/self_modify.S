# Rewrites an instruction that has run, and executes fence.i: the new one must run.
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
    exit 0
1:  exit 1
2:  exit 2

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
