/*
 * trust IN OUT POLICY ANCHORS...: writes the EFI file IN with a trust section to OUT. POLICY is
 * a text (payload/policy.h), ANCHORS are files with certificates in PEM or one in DER. All of it
 * is checked by the code that the loader uses. Exits with 1 and a sentence when it is refused.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <mbedtls/base64.h>

#include "../../kernel-cmdline/keys.h"
#include "../certificate.h"
#include "../der.h"
#include "../trust-section.h"
#include "../utc.h"
#include "add-section.h"

#define DETAIL_BYTES 1024

/* Largest file that is read. */
#define FILE_MAX_BYTES (64L * 1024 * 1024)

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list arguments;

    fputs("trust: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs("\n", stderr);
    exit(1);
}

__attribute__((noreturn)) static void die_of(const char *name, enum status st,
                                             const struct text *detail)
{
    die("%s: %s%s%.*s", name, st ? status_sentence(st) : "", st && detail->size > 0 ? ": " : "",
        (int)detail->size, detail->data);
}

/* The program ends before anything has to be freed. */
static struct bytes read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    uint8_t *data;
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0)
        die("%s can't be read", name);
    if (size > FILE_MAX_BYTES)
        die("%s is larger than 64 MiB", name);
    data = malloc((size_t)size + 1);
    if (!data || fread(data, 1, (size_t)size, file) != (size_t)size)
        die("%s can't be read", name);
    fclose(file);
    return (struct bytes){ data, (size_t)size };
}

static bool find(struct bytes text, struct bytes word, size_t *ret_offset)
{
    for (size_t i = 0; i + word.size <= text.size; i++)
        if (bytes_equal(bytes_first(bytes_from(text, i), word.size), word)) {
            *ret_offset = i;
            return true;
        }
    return false;
}

struct anchors {
    uint8_t data[TRUST_SECTION_MAX_BYTES];
    size_t size;
};

static void add_pem(const char *name, struct bytes text, struct anchors *anchors)
{
    struct bytes begin = BYTES("-----BEGIN CERTIFICATE-----");
    struct bytes end = BYTES("-----END CERTIFICATE-----");
    size_t from, to, size;

    while (find(text, begin, &from)) {
        text = bytes_from(text, from + begin.size);
        if (!find(text, end, &to))
            die("%s: a certificate has no end", name);
        if (mbedtls_base64_decode(anchors->data + anchors->size,
                                  sizeof(anchors->data) - anchors->size, &size, text.data, to) != 0)
            die("%s: a certificate is not base64, or the anchors have more than %d bytes", name,
                TRUST_SECTION_MAX_BYTES);
        anchors->size += size;
        text = bytes_from(text, to + end.size);
    }
}

static void add_anchors(const char *name, struct anchors *anchors)
{
    struct bytes file = read_file(name);
    size_t before = anchors->size;

    if (der_tag(file) == DER_SEQUENCE) {
        if (file.size > sizeof(anchors->data) - anchors->size)
            die("%s: the anchors have more than %d bytes", name, TRUST_SECTION_MAX_BYTES);
        memcpy(anchors->data + anchors->size, file.data, file.size);
        anchors->size += file.size;
    } else {
        add_pem(name, file, anchors);
    }
    if (anchors->size == before)
        die("%s: there is no certificate in it, in PEM or DER", name);
}

/* The loader would only find that such a key can't be given. */
static void check_allowed(const char *name, const struct policy *policy)
{
    for (size_t i = 0; i < policy->allowed_count; i++) {
        struct bytes key = policy->allowed[i];
        size_t known = key_from_name(key);

        /* What an entry calls options stands behind " -- " on the line. */
        if (known != KEY_options && (known == KEY_COUNT || !(key_info(known)->sources & KEY_LINE)))
            die("%s: 'allow %.*s': the iPXE line has no such key", name, (int)key.size, key.data);
    }
}

static void show_anchor(struct bytes der)
{
    char memory[DETAIL_BYTES];
    struct text line = TEXT(memory), detail = TEXT(memory);
    struct certificate_list *list = certificate_list_new();
    struct sha256 key;

    if (!list)
        die("not enough memory");
    if (certificate_list_add(list, der, &detail) != STATUS_OK)
        die("an anchor can't be read twice");
    text_add(&line, "trust: anchor ");
    certificate_add_subject(&line, &list->items[0]);
    text_add(&line, ", key ");
    certificate_key_digest(&list->items[0], &key);
    text_add_hex_bytes(&line, (struct bytes){ key.bytes, sizeof(key.bytes) });
    printf("%.*s\n", (int)line.size, line.data);

    text_clear(&line);
    if (certificate_check_validity(&list->items[0], time(NULL), &line))
        printf("trust: warning: %.*s\n", (int)line.size, line.data);
    certificate_list_free(list);
}

static void show(const char *name, const struct trust *trust)
{
    struct bytes anchors = trust->anchors;
    struct der anchor;

    while (der_take(&anchors, DER_SEQUENCE, &anchor))
        show_anchor(anchor.whole);
    printf("trust: boots entries named");
    for (size_t i = 0; i < trust->policy.names_count; i++)
        printf(" %.*s", (int)trust->policy.names[i].name.size, trust->policy.names[i].name.data);
    printf(", signed by %d key%s\n", trust->policy.threshold,
           trust->policy.threshold > 1 ? "s" : "");
    printf("trust: wrote %s; sign it for Secure Boot now\n", name);
}

static void write_file(const char *name, struct bytes content)
{
    FILE *file = fopen(name, "wb");

    if (!file || fwrite(content.data, 1, content.size, file) != content.size || fclose(file) != 0)
        die("%s can't be written", name);
}

int main(int count, char **arguments)
{
    static struct anchors anchors;
    static uint8_t memory[TRUST_SECTION_MAX_BYTES];
    char detail_memory[DETAIL_BYTES];
    struct text detail = TEXT(detail_memory);
    struct add_section request = { .name = TRUST_SECTION_NAME };
    struct buffer result;
    struct bytes section;
    struct trust trust;
    enum status st;
    size_t size;

    if (count < 5)
        die("usage: trust IN OUT POLICY ANCHORS...");
    for (int i = 4; i < count; i++)
        add_anchors(arguments[i], &anchors);
    if ((st = trust_section_write(read_file(arguments[3]),
                                  (struct bytes){ anchors.data, anchors.size },
                                  (struct buffer){ memory, sizeof(memory) }, &detail, &size)))
        die_of(arguments[3], st, &detail);
    if ((st = trust_read((struct bytes){ memory, size }, &detail, &trust)))
        die_of(st == STATUS_POLICY_BAD ? arguments[3] : "the anchors", st, &detail);
    check_allowed(arguments[3], &trust.policy);

    request.file = read_file(arguments[1]);
    request.content = (struct bytes){ memory, size };
    if (!add_section(&request, &detail, &result))
        die_of(arguments[1], STATUS_OK, &detail);

    /* As the loader will find it. */
    if ((st = trust_section_find((struct bytes){ result.data, result.size }, TRUST_LAYOUT_FILE,
                                 &detail, &section)) ||
        (st = trust_read(section, &detail, &trust)))
        die_of("the result", st, &detail);
    write_file(arguments[2], (struct bytes){ result.data, result.size });
    show(arguments[2], &trust);
    return 0;
}
