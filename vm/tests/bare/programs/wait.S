# Waits for an interrupt that nothing raises.
    .include "bare.inc"
    .text
    .globl _start
_start:
    wfi
    j _start
