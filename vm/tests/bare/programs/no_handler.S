# Traps without ever having set mtvec.
    .include "bare.inc"
    .text
    .globl _start
_start:
    unimp
