# Counts down, then says through tohost that all went well.
    .text
    .globl _start
_start:
    li a0, 10000
    .globl count
count:
    addi a0, a0, -1
    bnez a0, count
    la t0, tohost
    li t1, 1
    sd t1, (t0)
1:  j 1b

    .section .tohost, "aw"
    .balign 8
    .globl tohost
tohost:
    .dword 0
