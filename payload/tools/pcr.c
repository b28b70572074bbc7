/*
 * Predicts PCR 12 (`make pcr`): what pivotboot will extend for an entry, or for a line without
 * one. The settings come from the environment:
 *
 *   ENTRY=file   the entry
 *   LINE=words   the words of the iPXE line or the .conf; with ENTRY without their entry=
 *   LINUX=file   the kernel image, where rootfs=auto has to ask it; without it the entry's
 *                `linux` is looked for below the entry's folder
 *   LOADER=file  pivotboot, where it has a trust section
 *
 * Prints the events and the value for each hash algorithm, if the PCR was zero before. Exits
 * with 1 when pivotboot would refuse the same, or a file can't be read.
 */
#define _GNU_SOURCE /* asprintf */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <mbedtls/sha1.h>
#include <mbedtls/sha256.h>
#include <mbedtls/sha512.h>

#include "kernel-cmdline/cmdline.h"
#include "kernel-cmdline/config-text.h"
#include "kernel-cmdline/config.h"
#include "payload/capabilities.h"
#include "payload/entry.h"
#include "payload/kernel-image.h"
#include "payload/measurement.h"
#include "payload/trust-section.h"

#define DIGEST_MOST_BYTES 64
/* Without a kernel image to ask: what x86 kernels take, less the NUL (COMMAND_LINE_SIZE). */
#define CMDLINE_LIMIT_BYTES 2047

struct bank {
    const char *name;
    size_t digest_bytes;
    int (*hash)(const unsigned char *data, size_t size, unsigned char *ret_digest);
};

static int sha256(const unsigned char *data, size_t size, unsigned char *ret_digest)
{
    return mbedtls_sha256(data, size, ret_digest, 0);
}

static int sha384(const unsigned char *data, size_t size, unsigned char *ret_digest)
{
    return mbedtls_sha512(data, size, ret_digest, 1);
}

static int sha512(const unsigned char *data, size_t size, unsigned char *ret_digest)
{
    return mbedtls_sha512(data, size, ret_digest, 0);
}

static const struct bank banks[] = {
    { "sha1", 20, mbedtls_sha1 },
    { "sha256", 32, sha256 },
    { "sha384", 48, sha384 },
    { "sha512", 64, sha512 },
};

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    fputs("pcr: ", stderr);
    vfprintf(stderr, format, values);
    fputc('\n', stderr);
    va_end(values);
    exit(1);
}

/* What pivotboot would say itself. */
static void check(enum status st, const struct text *detail)
{
    if (st)
        die("%s: %.*s (status %u)", status_sentence(st), (int)detail->size, detail->data,
            (unsigned int)st);
}

static void *allocate(void *context, size_t size_bytes)
{
    (void)context;
    return malloc(size_bytes);
}

static void release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

/* All of a file; the program ends when it can't be read. Never freed: the program ends soon. */
static struct bytes read_file(const char *name)
{
    FILE *file = fopen(name, "rb");
    struct buffer content = { NULL, 0 };
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0 || !(content.data = malloc((size_t)size + 1)) ||
        fread(content.data, 1, (size_t)size, file) != (size_t)size) {
        perror(name);
        exit(1);
    }
    fclose(file);
    return (struct bytes){ content.data, (size_t)size };
}

/* The setting's value; NULL where it is empty or not given. */
static const char *setting(const char *name)
{
    const char *value = getenv(name);

    return value && value[0] != '\0' ? value : NULL;
}

static void configure(struct config *config, struct measurement_facts *facts, struct text *detail)
{
    const char *entry = setting("ENTRY"), *line = setting("LINE");
    struct buffer words = { NULL, 0 };

    config_init(config);
    if (line) {
        facts->line = bytes_of_string(line);
        words = (struct buffer){ (uint8_t *)strdup(line), facts->line.size };
        check(config_add_line(config, words, detail), detail);
    }
    if (entry) {
        facts->entry = read_file(entry);
        if (facts->entry.size > ENTRY_MAX_BYTES)
            die("%s: %s", entry, status_sentence(STATUS_ENTRY_TOO_LONG));
        check(config_add_entry(config, facts->entry, ARCHITECTURE_X64, detail), detail);
    } else if (config->given[KEY_entry_url]) {
        die("LINE= has entry=: expected that file as ENTRY=");
    }
    check(config_check(config, detail), detail);
}

/* The kernel image's file, to be freed; NULL when there is none that we know of. */
static char *linux_path(const struct config *config)
{
    const char *given = setting("LINUX"), *entry = setting("ENTRY"), *slash;
    struct bytes url = config->linux_url;
    char *path;
    int folder_size;

    if (given)
        return strdup(given);
    if (!entry || memchr(url.data, ':', url.size))
        return NULL;
    slash = strrchr(entry, '/');
    folder_size = slash ? (int)(slash - entry) : 0;
    if (asprintf(&path, "%.*s/%.*s", slash ? folder_size : 1, slash ? entry : ".", (int)url.size,
                 (const char *)url.data) < 0)
        return NULL;
    return path;
}

/* The root mode, decided as efi/root.c does. ret_options: the user's kernel options, joined. */
static enum root_mode decide(const struct config *config, struct text *detail,
                             struct text *ret_options)
{
    static const struct allocator allocator = { allocate, release, NULL };
    char *linux_file = linux_path(config);
    struct bytes pieces[ARRAY_LENGTH(config->options) + 1];
    struct capabilities capabilities = { .known = false };
    struct kernel_image image = { .cmdline_limit_bytes = CMDLINE_LIMIT_BYTES };
    struct bytes kernel = { NULL, 0 };
    struct root_choice choice;
    struct root_request request = {
        .mode = config->root_mode,
        .force = config->rootfs_force,
        .capabilities = &capabilities,
        .rootflags = config->rootflags,
    };
    size_t count = 0;

    if (linux_file) {
        kernel = read_file(linux_file);
        check(kernel_image_read(kernel, ARCHITECTURE_X64, detail, &image), detail);
    }
    for (size_t i = 0; i < config->given[KEY_options]; i++)
        pieces[count++] = config->options[i];
    pieces[count++] = config->line_options;
    *ret_options = (struct text){ .data = malloc(image.cmdline_limit_bytes),
                                  .capacity = image.cmdline_limit_bytes };
    check(cmdline_join(pieces, count, image.cmdline_limit_bytes, detail, ret_options), detail);
    request.options = text_bytes(ret_options);
    if (root_choice_asks_kernel(&request)) {
        if (!linux_file && config->root_mode == ROOT_AUTO)
            die("rootfs=auto asks the kernel: expected its image as LINUX=");
        if (linux_file)
            capabilities = capabilities_read(kernel, &allocator, &(struct pause){ NULL, NULL });
    }
    check(root_choose(&request, detail, &choice), detail);
    text_clear(detail);
    free(linux_file);
    return choice.mode;
}

/* The trust section of the loader that will boot; empty without one. */
static struct bytes policy_of_loader(struct text *detail)
{
    struct bytes section = { NULL, 0 };

    if (setting("LOADER"))
        check(trust_section_find(read_file(setting("LOADER")), TRUST_LAYOUT_FILE, detail, &section),
              detail);
    return section;
}

static void print_hex(const unsigned char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        printf("%02x", data[i]);
    printf("\n");
}

static void print_pcr(const struct bank *bank, const struct measurement *measurements)
{
    /* The PCR's value and behind it what is extended into it. */
    unsigned char values[2 * DIGEST_MOST_BYTES] = { 0 };

    for (size_t i = 0; i < MEASUREMENT_COUNT; i++)
        if (bank->hash(measurements[i].bytes.data, measurements[i].bytes.size,
                       values + bank->digest_bytes) ||
            bank->hash(values, 2 * bank->digest_bytes, values))
            die("%s could not be computed", bank->name);
    printf("pcr %u %s ", MEASUREMENT_PCR, bank->name);
    print_hex(values, bank->digest_bytes);
}

int main(void)
{
    static struct config config;
    static char text_memory[CONFIG_TEXT_MAX_BYTES], detail_memory[1024];
    struct text configuration = TEXT(text_memory), detail = TEXT(detail_memory), options;
    struct measurement_facts facts = { .policy = policy_of_loader(&detail) };
    struct measurement measurements[MEASUREMENT_COUNT];

    if (!setting("ENTRY") && !setting("LINE"))
        die("expected ENTRY=file or LINE=\"linux=... -- options\"");
    configure(&config, &facts, &detail);
    facts.root_mode = bytes_of_string(root_mode_name(decide(&config, &detail, &options)));
    config_describe(&config, text_bytes(&options), &configuration);
    facts.configuration = text_bytes(&configuration);
    measurement_list(&facts, measurements);
    for (size_t i = 0; i < MEASUREMENT_COUNT; i++)
        printf("event 0x%08x %s, %zu bytes\n", measurements[i].tag, measurements[i].name,
               measurements[i].bytes.size);
    for (size_t i = 0; i < ARRAY_LENGTH(banks); i++)
        print_pcr(&banks[i], measurements);
    return fflush(stdout) == 0 ? 0 : 1;
}
