#include "dns-message.h"

#define HEADER_BYTES 12

/* The header's flags (section 4.1.1). */
#define FLAGS_RESPONSE          0x8000U
#define FLAGS_OPCODE            0x7800U
#define FLAGS_TRUNCATED         0x0200U
#define FLAGS_RECURSION_DESIRED 0x0100U
#define FLAGS_CODE              0x000fU

#define CODE_FINE         0U
#define CODE_UNKNOWN_NAME 3U

#define CLASS_INTERNET 1U

/* The first byte of a label (section 4.1.4): two high bits set, a pointer; clear, a length. */
#define LABEL_KIND    0xc0U
#define LABEL_POINTER 0xc0U

struct writer {
    struct buffer buffer;
    size_t size;
    bool failed;
};

static void put_bytes(struct writer *writer, struct bytes bytes)
{
    if (writer->failed || bytes.size > writer->buffer.size - writer->size) {
        writer->failed = true;
        return;
    }
    if (bytes.size > 0)
        memcpy(writer->buffer.data + writer->size, bytes.data, bytes.size);
    writer->size += bytes.size;
}

static void put_u8(struct writer *writer, uint8_t number)
{
    put_bytes(writer, (struct bytes){ &number, 1 });
}

static void put_u16(struct writer *writer, unsigned int number)
{
    put_u8(writer, (uint8_t)(number >> 8));
    put_u8(writer, (uint8_t)number);
}

static void put_name(struct writer *writer, struct bytes name)
{
    for (size_t start = 0; start <= name.size;) {
        size_t end = start;

        while (end < name.size && name.data[end] != '.')
            end++;
        if (end == start || end - start > DNS_LABEL_MAX_BYTES) {
            writer->failed = true;
            return;
        }
        put_u8(writer, (uint8_t)(end - start));
        put_bytes(writer, bytes_first(bytes_from(name, start), end - start));
        start = end + 1;
    }
    put_u8(writer, 0);
}

size_t dns_question_write(const struct dns_question *question, struct buffer buffer)
{
    struct writer writer = { .buffer = buffer };

    if (question->name.size > DNS_NAME_MAX_BYTES)
        return 0;
    put_u16(&writer, question->id);
    put_u16(&writer, FLAGS_RECURSION_DESIRED);
    put_u16(&writer, 1);
    put_u16(&writer, 0);
    put_u16(&writer, 0);
    put_u16(&writer, 0);
    put_name(&writer, question->name);
    put_u16(&writer, (unsigned int)question->type);
    put_u16(&writer, CLASS_INTERNET);
    return writer.failed ? 0 : writer.size;
}

/* What has not been read yet; a read beyond the end makes it empty and remembers that. */
struct reader {
    struct bytes rest;
    bool failed;
};

static struct bytes take(struct reader *reader, size_t size)
{
    struct bytes part = bytes_first(reader->rest, size);

    if (part.size < size) {
        reader->failed = true;
        reader->rest.size = 0;
        return (struct bytes){ NULL, 0 };
    }
    reader->rest = bytes_from(reader->rest, size);
    return part;
}

static unsigned int take_u8(struct reader *reader)
{
    struct bytes part = take(reader, 1);

    return part.size > 0 ? part.data[0] : 0;
}

static unsigned int take_u16(struct reader *reader)
{
    unsigned int high = take_u8(reader);

    return high << 8 | take_u8(reader);
}

/* Whether the question's name comes next, as servers repeat it: without compression. */
static bool take_same_name(struct reader *reader, struct bytes name)
{
    uint8_t memory[DNS_QUESTION_MAX_BYTES];
    struct writer writer = { .buffer = { memory, sizeof(memory) } };

    put_name(&writer, name);
    return !writer.failed && bytes_equal_without_case(take(reader, writer.size),
                                                      (struct bytes){ memory, writer.size });
}

static void skip_name(struct reader *reader)
{
    while (!reader->failed) {
        unsigned int length = take_u8(reader);

        if ((length & LABEL_KIND) == LABEL_POINTER) {
            take(reader, 1);
            return;
        }
        if (length == 0)
            return;
        if (length & LABEL_KIND)
            reader->failed = true;
        take(reader, length);
    }
}

static void add_address(struct dns_answer *answer, struct bytes data, uint32_t lifetime_s)
{
    struct ip_address address = { .is_ipv6 = data.size == IPV6_BYTES };

    memcpy(address.bytes, data.data, data.size);
    if (answer->count == DNS_ADDRESSES_MOST || !ip_address_is_unicast(&address))
        return;
    if (answer->count == 0 || lifetime_s < answer->lifetime_s)
        answer->lifetime_s = lifetime_s;
    answer->addresses[answer->count++] = address;
}

static void take_record(struct reader *reader, enum dns_type type, struct dns_answer *answer)
{
    size_t address_bytes = type == DNS_A ? IPV4_BYTES : IPV6_BYTES;
    unsigned int found_type, found_class;
    uint32_t lifetime_s;
    struct bytes data;

    skip_name(reader);
    found_type = take_u16(reader);
    found_class = take_u16(reader);
    lifetime_s = (uint32_t)take_u16(reader) << 16;
    lifetime_s |= take_u16(reader);
    data = take(reader, take_u16(reader));
    if (!reader->failed && found_type == (unsigned int)type && found_class == CLASS_INTERNET &&
        data.size == address_bytes)
        add_address(answer, data, lifetime_s);
}

enum dns_verdict dns_answer_read(const struct dns_question *question, struct bytes message,
                                 struct dns_answer *ret_answer)
{
    struct reader reader = { .rest = message };
    unsigned int id = take_u16(&reader), flags = take_u16(&reader);
    unsigned int questions = take_u16(&reader), answers = take_u16(&reader);

    *ret_answer = (struct dns_answer){ .count = 0 };
    take(&reader, HEADER_BYTES - 8);
    if (reader.failed || id != question->id ||
        (flags & (FLAGS_RESPONSE | FLAGS_OPCODE)) != FLAGS_RESPONSE || questions != 1 ||
        !take_same_name(&reader, question->name) ||
        take_u16(&reader) != (unsigned int)question->type || take_u16(&reader) != CLASS_INTERNET)
        return DNS_FOREIGN;
    if ((flags & FLAGS_CODE) == CODE_UNKNOWN_NAME)
        return DNS_NONE;
    if ((flags & FLAGS_CODE) != CODE_FINE)
        return DNS_REFUSED;
    for (unsigned int i = 0; i < answers && !reader.failed; i++)
        take_record(&reader, question->type, ret_answer);
    if (ret_answer->count > 0)
        return DNS_ADDRESSES;
    /* Cut short or malformed: another server may do better. */
    return reader.failed || (flags & FLAGS_TRUNCATED) ? DNS_REFUSED : DNS_NONE;
}
