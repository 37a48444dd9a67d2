# Exits with 256, which no process can.
    .include "bare.inc"
    .text
    .globl _start
_start:
    exit 256
