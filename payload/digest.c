#include "digest.h"

#include "mbedtls-sha256.h"

static struct digest_sink *digest_of(struct sink *sink)
{
    /* The sink is the first member, so both have the same address. */
    return (struct digest_sink *)(void *)sink;
}

static enum status wrong_size(struct digest_sink *digest, const char *found, uint64_t size_bytes)
{
    text_add(digest->detail, "expected ");
    text_add_u64(digest->detail, digest->expected.size_bytes);
    text_add(digest->detail, " bytes, ");
    text_add(digest->detail, found);
    text_add_u64(digest->detail, size_bytes);
    return STATUS_BLOB_SIZE;
}

/* mbedTLS's C code cannot fail here; its interface can, for hardware that we don't use. */
static enum status not_computed(struct digest_sink *digest)
{
    text_add(digest->detail, "the SHA-256 could not be computed");
    return STATUS_BLOB_DIGEST;
}

static enum status digest_begin(struct sink *sink, uint64_t size_bytes)
{
    struct digest_sink *digest = digest_of(sink);
    uint64_t expected_bytes = digest->expected.size_bytes;

    if (expected_bytes != SINK_SIZE_UNKNOWN && size_bytes != SINK_SIZE_UNKNOWN &&
        size_bytes != expected_bytes)
        return wrong_size(digest, "the server announces ", size_bytes);

    digest->size_bytes = 0;
    mbedtls_sha256_init(&digest->context);
    if (mbedtls_sha256_starts(&digest->context, 0))
        return not_computed(digest);
    return digest->next->begin(digest->next, size_bytes);
}

static enum status digest_write(struct sink *sink, struct bytes bytes)
{
    struct digest_sink *digest = digest_of(sink);

    /* An unknown size is the largest number, so this also keeps the sum from overflowing. */
    if (bytes.size > digest->expected.size_bytes - digest->size_bytes)
        return wrong_size(digest, "found at least ", digest->size_bytes + bytes.size);

    /* What nothing is compared with is not hashed: that takes longer than fetching it. */
    if (bytes.size > 0 && digest->expected.digest &&
        mbedtls_sha256_update_blocks(&digest->context, bytes.data, bytes.size))
        return not_computed(digest);
    digest->size_bytes += bytes.size;
    return digest->next->write(digest->next, bytes);
}

static enum status digest_finish(struct sink *sink)
{
    struct digest_sink *digest = digest_of(sink);
    const struct sha256 *expected = digest->expected.digest;

    if (digest->expected.size_bytes != SINK_SIZE_UNKNOWN &&
        digest->size_bytes != digest->expected.size_bytes)
        return wrong_size(digest, "found ", digest->size_bytes);

    if (!expected)
        return digest->next->finish(digest->next);
    if (mbedtls_sha256_finish(&digest->context, digest->result.bytes))
        return not_computed(digest);
    if (memcmp(expected->bytes, digest->result.bytes, SHA256_BYTES) != 0) {
        text_add(digest->detail, "expected ");
        text_add_hex_bytes(digest->detail, (struct bytes){ expected->bytes, SHA256_BYTES });
        text_add(digest->detail, ", found ");
        text_add_hex_bytes(digest->detail, (struct bytes){ digest->result.bytes, SHA256_BYTES });
        return STATUS_BLOB_DIGEST;
    }
    return digest->next->finish(digest->next);
}

void digest_sink_init(struct digest_sink *sink, struct sink *next, struct blob_expectation expected,
                      struct text *detail)
{
    *sink = (struct digest_sink){
        .sink = { digest_begin, digest_write, digest_finish },
        .next = next,
        .detail = detail,
        .expected = expected,
    };
}
