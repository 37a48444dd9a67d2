# Asks the host for a service.
    .include "bare.inc"
    .text
    .globl _start
_start:
    la t6, tohost
    la t5, fromhost
    sd t5, 0(t6)
1:  j 1b
