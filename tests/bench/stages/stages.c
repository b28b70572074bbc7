/*
 * Where a download's time goes: linked into a loader whose functions of these names were compiled
 * as real_..., it counts the cycles of each, without those of the others that it calls. After the
 * line that says how long a file took, one more line says what they were spent on.
 */
#include "efi/arch/cycles.h"
#include "efi/console.h"
#include "efi/snp-wire.h"
#include "net/connection.h"
#include "net/network.h"
#include "payload/mbedtls-sha256.h"

enum stage { OTHER, RECEIVE, SEND, TCP_IP, ACKNOWLEDGE, COPY, HASH, CONSOLE, STAGES };

static const char *const names[STAGES] = {
    "everything else",  "the driver's receive", "the driver's send",   "TCP/IP and HTTP",
    "acknowledgements", "copying to memory",    "hashing for SHA-256", "console",
};

static uint64_t cycles[STAGES];
static enum stage current;
static uint64_t since;

/* Returns what to go back to. */
static enum stage enter(enum stage stage)
{
    uint64_t now = cycles_now();
    enum stage before = current;

    cycles[current] += now - since;
    since = now;
    current = stage;
    return before;
}

static bool ends_with(struct bytes text, struct bytes end)
{
    return text.size >= end.size && bytes_equal(bytes_from(text, text.size - end.size), end);
}

void real_console_line(struct console *console, const struct text *text);

static void report(struct console *console)
{
    uint64_t total = 1;
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);

    for (int i = 0; i < STAGES; i++)
        total += cycles[i];
    text_add(&line, "cycles in thousandths:");
    for (int i = 0; i < STAGES; i++) {
        text_add(&line, i > 0 ? ", " : " ");
        text_add_u64(&line, cycles[i] * 1000 / total);
        text_add(&line, " ");
        text_add(&line, names[i]);
    }
    real_console_line(console, &line);
}

void console_line(struct console *console, const struct text *text)
{
    enum stage before = enter(CONSOLE);

    real_console_line(console, text);
    enter(before);
    if (ends_with(text_bytes(text), BYTES(" MB/s")))
        report(console);
    /* What happens before a download begins is none of it; its URL is not told on a line. */
    memset(cycles, 0, sizeof(cycles));
}

void real_console_overwrite(struct console *console, const struct text *text);

void console_overwrite(struct console *console, const struct text *text)
{
    enum stage before = enter(CONSOLE);

    real_console_overwrite(console, text);
    enter(before);
}

enum status real_network_poll(struct network *network);

enum status network_poll(struct network *network)
{
    enum stage before = enter(TCP_IP);
    enum status st = real_network_poll(network);

    enter(before);
    return st;
}

void real_connection_acknowledge(struct connection *connection);

void connection_acknowledge(struct connection *connection)
{
    enum stage before = enter(ACKNOWLEDGE);

    real_connection_acknowledge(connection);
    enter(before);
}

enum status real_snp_wire_receive(struct snp_wire *wire, struct buffer frame, size_t *ret_size);

enum status snp_wire_receive(struct snp_wire *wire, struct buffer frame, size_t *ret_size)
{
    enum stage before = enter(RECEIVE);
    enum status st = real_snp_wire_receive(wire, frame, ret_size);

    enter(before);
    return st;
}

void real_snp_wire_send(struct snp_wire *wire, struct bytes frame);

void snp_wire_send(struct snp_wire *wire, struct bytes frame)
{
    enum stage before = enter(SEND);

    real_snp_wire_send(wire, frame);
    enter(before);
}

void *copy_counted(void *to, const void *from, size_t size);

void *copy_counted(void *to, const void *from, size_t size)
{
    enum stage before = enter(COPY);

    memcpy(to, from, size);
    enter(before);
    return to;
}

int real_mbedtls_sha256_update_blocks(mbedtls_sha256_context *context, const unsigned char *data,
                                      size_t size);

int mbedtls_sha256_update_blocks(mbedtls_sha256_context *context, const unsigned char *data,
                                 size_t size)
{
    enum stage before = enter(HASH);
    int result = real_mbedtls_sha256_update_blocks(context, data, size);

    enter(before);
    return result;
}
