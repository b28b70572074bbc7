#include <stdlib.h>

/* Behind what the libraries hold for impossible (llhttp): there is nothing to go back to. */
void abort(void)
{
    __builtin_trap();
}

int atoi(const char *string)
{
    unsigned int number = 0;

    for (; *string >= '0' && *string <= '9'; string++)
        number = number * 10 + (unsigned int)(*string - '0');
    return (int)number;
}
