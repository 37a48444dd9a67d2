# Never ends.
    .include "bare.inc"
    .text
    .globl _start
_start:
    j _start
