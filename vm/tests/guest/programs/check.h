#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Ends the program with 1 and says where, unless the condition holds.
#define CHECK(condition)                                                                      \
    do {                                                                                      \
        if (!(condition)) {                                                                   \
            printf("failed: %s, line %d, errno %s\n", #condition, __LINE__, strerror(errno)); \
            exit(1);                                                                          \
        }                                                                                     \
    } while (0)

// The call must fail with that errno.
#define CHECK_FAILS(call, expected) \
    do {                            \
        errno = 0;                  \
        CHECK((call) == -1);        \
        CHECK(errno == (expected)); \
    } while (0)
