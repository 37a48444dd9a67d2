#include <ctype.h>
#include <stdio.h>

// Standard input to standard output in capitals.
int main(void) {
    for (int c; (c = getchar()) != EOF;) {
        putchar(toupper(c));
    }
    return 0;
}
