#include "leaf-archive.h"

#include "cpio.h"

/* Inode numbers: each member its own, so that nothing is taken for a hard link. */
#define INODE_DIRECTORY  1u
#define INODE_PROGRAM    2u
#define INODE_CONFIG     3u
#define INODE_FIRST_PART 4u

#define MODE_DIRECTORY (CPIO_TYPE_DIRECTORY | 0700u)
#define MODE_PROGRAM   (CPIO_TYPE_FILE | 0500u)
#define MODE_DATA      (CPIO_TYPE_FILE | 0600u)

_Static_assert(LEAF_PART_HEAD_BYTES ==
                   (CPIO_HEADER_BYTES + sizeof(LEAF_PART_NAME) + CPIO_ALIGNMENT - 1) /
                       CPIO_ALIGNMENT * CPIO_ALIGNMENT,
               "LEAF_PART_HEAD_BYTES");
_Static_assert(LEAF_PART_TAIL_MAX == CPIO_ALIGNMENT - 1 + CPIO_TRAILER_BYTES, "tail");

void leaf_part_name(unsigned int index, char ret_name[sizeof(LEAF_PART_NAME)])
{
    memcpy(ret_name, LEAF_PART_NAME, sizeof(LEAF_PART_NAME));
    ret_name[sizeof(LEAF_PART_NAME) - 3] = (char)('0' + index / 10 % 10);
    ret_name[sizeof(LEAF_PART_NAME) - 2] = (char)('0' + index % 10);
}

static uint64_t member_bytes(struct bytes name, uint64_t size_bytes)
{
    return cpio_head_bytes((uint32_t)name.size + 1) + cpio_padded(size_bytes);
}

static enum status encode_config(const struct leaf_config *config, struct text *text)
{
    enum status st = leaf_config_encode(config, text);

    if (st)
        return st;
    return text->truncated ? STATUS_LEAF_CONFIG_BAD : STATUS_OK;
}

static size_t archive_bytes(struct bytes program, size_t config_bytes)
{
    return (size_t)(member_bytes(BYTES(LEAF_DIRECTORY), 0) +
                    member_bytes(BYTES(LEAF_PROGRAM_NAME), program.size) +
                    member_bytes(BYTES(LEAF_CONFIG_NAME), config_bytes) + CPIO_TRAILER_BYTES);
}

enum status leaf_archive_size(const struct leaf_config *config, struct bytes program,
                              size_t *ret_size_bytes)
{
    char memory[LEAF_CONFIG_MAX_BYTES];
    struct text text = TEXT(memory);
    enum status st = encode_config(config, &text);

    if (st)
        return st;
    if (program.size > CPIO_SIZE_MAX_BYTES)
        return STATUS_ARCHIVE_TOO_LARGE;
    *ret_size_bytes = archive_bytes(program, text.size);
    return STATUS_OK;
}

/* Writes one member and moves the buffer's start behind it. */
static enum status put(struct buffer *buffer, uint32_t inode, uint32_t mode, struct bytes name,
                       struct bytes contents)
{
    struct cpio_member member = {
        .inode = inode, .mode = mode, .links = 1, .size_bytes = (uint32_t)contents.size
    };
    size_t padded = (size_t)cpio_padded(contents.size);
    size_t head;
    enum status st = cpio_encode(&member, name, *buffer, &head);

    if (st)
        return st;
    if (padded > buffer->size - head)
        return STATUS_ARCHIVE_TOO_LARGE;
    if (contents.size > 0)
        memcpy(buffer->data + head, contents.data, contents.size);
    memset(buffer->data + head + contents.size, 0, padded - contents.size);
    buffer->data += head + padded;
    buffer->size -= head + padded;
    return STATUS_OK;
}

enum status leaf_archive_write(const struct leaf_config *config, struct bytes program,
                               struct buffer buffer)
{
    char memory[LEAF_CONFIG_MAX_BYTES];
    struct text text = TEXT(memory);
    enum status st = encode_config(config, &text);

    if (st)
        return st;
    if (program.size > CPIO_SIZE_MAX_BYTES || archive_bytes(program, text.size) > buffer.size)
        return STATUS_ARCHIVE_TOO_LARGE;
    st = put(&buffer, INODE_DIRECTORY, MODE_DIRECTORY, BYTES(LEAF_DIRECTORY), BYTES(""));
    if (st)
        return st;
    st = put(&buffer, INODE_PROGRAM, MODE_PROGRAM, BYTES(LEAF_PROGRAM_NAME), program);
    if (st)
        return st;
    st = put(&buffer, INODE_CONFIG, MODE_DATA, BYTES(LEAF_CONFIG_NAME), text_bytes(&text));
    if (st)
        return st;
    return cpio_encode_trailer(buffer);
}

enum status leaf_part_head(unsigned int index, uint64_t size_bytes,
                           uint8_t ret_head[LEAF_PART_HEAD_BYTES])
{
    struct cpio_member member = { .inode = INODE_FIRST_PART + index,
                                  .mode = MODE_DATA,
                                  .links = 1,
                                  .size_bytes = (uint32_t)size_bytes };
    char name[sizeof(LEAF_PART_NAME)];
    size_t written;

    if (index >= LEAF_PARTS_MAX)
        return STATUS_LEAF_CONFIG_BAD;
    if (size_bytes > CPIO_SIZE_MAX_BYTES)
        return STATUS_ARCHIVE_TOO_LARGE;
    leaf_part_name(index, name);
    return cpio_encode(&member, bytes_of_string(name),
                       (struct buffer){ ret_head, LEAF_PART_HEAD_BYTES }, &written);
}

void leaf_part_tail(uint64_t size_bytes, uint8_t ret_tail[LEAF_PART_TAIL_MAX])
{
    size_t padding = leaf_part_tail_bytes(size_bytes) - CPIO_TRAILER_BYTES;

    memset(ret_tail, 0, LEAF_PART_TAIL_MAX);
    /* Cannot fail: the buffer has a trailer's size. */
    (void)!cpio_encode_trailer((struct buffer){ ret_tail + padding, CPIO_TRAILER_BYTES });
}
