# Firmware: hart 0 counts to three in memory and powers the machine off, the others sleep.
    .text
    .globl _start
_start:
    bnez a0, other
    la s0, counter
    li s1, 3
loop:
    ld t0, (s0)
    addi t0, t0, 1
    sd t0, (s0)
stored:
    addi s1, s1, -1
    bnez s1, loop
done:
    li t0, 0x100000
    li t1, 0x5555
    sw t1, (t0)
1:  j 1b

other:
    wfi
    j other

    .data
    .balign 8
    .globl counter
counter:
    .dword 0
