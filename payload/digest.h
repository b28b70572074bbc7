/*
 * SHA-256 (FIPS 180-4) over a stream, and what a blob is expected to be.
 */
#ifndef PAYLOAD_DIGEST_H
#define PAYLOAD_DIGEST_H

#include <mbedtls/sha256.h>

#include "bytes.h"
#include "sha256-value.h"
#include "sink.h"
#include "status.h"
#include "text.h"

/* What a blob must be. An unsigned entry or line may say nothing: then nothing is checked. */
struct blob_expectation {
    const struct sha256 *digest; /* may be NULL: not pinned; the caller's */
    uint64_t size_bytes;         /* SINK_SIZE_UNKNOWN: not pinned */
};

/*
 * Counts what passes through to the next sink, hashes it where a digest is expected, and checks
 * it: the size as early as it can be known to be wrong, the digest in finish. The next sink's
 * finish is only called when everything was as expected.
 *
 * begin:  STATUS_BLOB_SIZE when the promised size is not the expected one.
 * write:  STATUS_BLOB_SIZE when more arrives than is expected.
 * finish: STATUS_BLOB_SIZE, STATUS_BLOB_DIGEST; detail says expected and found.
 * Every error of the next sink is handed on.
 */
struct digest_sink {
    struct sink sink;
    struct sink *next;
    struct text *detail;
    struct blob_expectation expected;
    mbedtls_sha256_context context;
    uint64_t size_bytes;  /* so far */
    struct sha256 result; /* where one is expected: valid after finish, also when it is wrong */
};

/* next and detail must outlive the sink. Nothing has to be freed. */
void digest_sink_init(struct digest_sink *sink, struct sink *next, struct blob_expectation expected,
                      struct text *detail);

#endif
