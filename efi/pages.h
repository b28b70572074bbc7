/* Memory in whole pages, and a sink that fills it: where a fetched file lies. */
#ifndef EFI_PAGES_H
#define EFI_PAGES_H

#include "../payload/sink.h"
#include "efi.h"

struct pages {
    EFI_BOOT_SERVICES *services;
    uint8_t *data;           /* NULL while nothing is allocated */
    uint64_t capacity_bytes; /* a multiple of PAGE_BYTES */
};

/*
 * Makes room for size_bytes (untrusted, any value), contents undefined; what was there
 * before is freed. STATUS_OUT_OF_MEMORY; then nothing is allocated.
 */
enum status pages_allocate(struct pages *pages, EFI_BOOT_SERVICES *services, uint64_t size_bytes);

/* Frees; harmless when nothing is allocated. */
void pages_free(struct pages *pages);

/*
 * Collects a stream in pages: at once in the right size when the source promises one, else
 * in steps that double. begin, write: STATUS_OUT_OF_MEMORY, STATUS_BLOB_TOO_LARGE (beyond
 * limit_bytes). detail says how much was wanted. The pages are the owner's, who frees them.
 */
struct pages_sink {
    struct sink sink;
    struct pages *pages;
    EFI_BOOT_SERVICES *services;
    struct text *detail;
    uint64_t limit_bytes;
    uint64_t size_bytes; /* so far */
    struct sink *also;   /* NULL, or gets the same from here, after each call; the owner's to set */
};

/* pages, services and detail must outlive the sink. */
void pages_sink_init(struct pages_sink *sink, struct pages *pages, EFI_BOOT_SERVICES *services,
                     uint64_t limit_bytes, struct text *detail);

/* What has been collected. */
struct bytes pages_sink_bytes(const struct pages_sink *sink);

#endif
