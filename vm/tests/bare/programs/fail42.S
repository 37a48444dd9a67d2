# Exits with 42.
    .include "bare.inc"
    .text
    .globl _start
_start:
    exit 42
