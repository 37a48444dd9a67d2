#include "once.h"

int main(void) { return conclude("once", run_all(), 0x25318bb52b1e7372); }
