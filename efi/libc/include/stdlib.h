/* The part of C's <stdlib.h> that the libraries need: see efi/libc/stdlib.c. */
#ifndef LIBC_STDLIB_H
#define LIBC_STDLIB_H

#include <stddef.h>

void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void free(void *memory);
int atoi(const char *string);
void abort(void) __attribute__((noreturn));

#endif
