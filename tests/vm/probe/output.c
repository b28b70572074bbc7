#include "output.h"

#include <stdarg.h>

/* Longer than any load options that the tests use, and their device paths. */
#define LINE_MAX_CHARS 4096

static SIMPLE_TEXT_OUTPUT_INTERFACE *console;
static CHAR16 line[LINE_MAX_CHARS + 3];
static UINTN used;

void output_init(SIMPLE_TEXT_OUTPUT_INTERFACE *to)
{
    console = to;
}

void output_exit_boot_services(void)
{
    console = NULL;
}

static void put(CHAR16 character)
{
    if (used < LINE_MAX_CHARS)
        line[used++] = character;
}

static void put_text(const char *text)
{
    while (*text != '\0')
        put((CHAR16)(UINT8)*text++);
}

static void put_number(UINT64 value, UINT64 base)
{
    char digits[20];
    UINTN count = 0;

    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    while (count > 0)
        put((CHAR16)digits[--count]);
}

static void put_bytes(UINTN size, const UINT8 *bytes)
{
    for (UINTN i = 0; i < size; i++) {
        put((CHAR16) "0123456789abcdef"[bytes[i] >> 4]);
        put((CHAR16) "0123456789abcdef"[bytes[i] & 15]);
    }
}

/* Surrogate pairs are no subject of any test: each half becomes three bytes of its own. */
static void debugcon_write(CHAR16 character)
{
    if (character < 0x80) {
        port_write8(DEBUGCON_PORT, (UINT8)character);
    } else if (character < 0x800) {
        port_write8(DEBUGCON_PORT, (UINT8)(0xc0 | character >> 6));
        port_write8(DEBUGCON_PORT, (UINT8)(0x80 | (character & 0x3f)));
    } else {
        port_write8(DEBUGCON_PORT, (UINT8)(0xe0 | character >> 12));
        port_write8(DEBUGCON_PORT, (UINT8)(0x80 | (character >> 6 & 0x3f)));
        port_write8(DEBUGCON_PORT, (UINT8)(0x80 | (character & 0x3f)));
    }
}

static void flush(void)
{
    for (UINTN i = 0; i < used; i++)
        debugcon_write(line[i]);
    debugcon_write('\n');
    line[used++] = '\r';
    line[used++] = '\n';
    line[used] = 0;
    if (console != NULL)
        console->OutputString(console, line);
    used = 0;
}

void say(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    put_text("probe: ");
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put((CHAR16)(UINT8)*format);
            continue;
        }
        switch (*++format) {
        case 's':
            put_text(va_arg(values, const char *));
            break;
        case 'w':
            for (const CHAR16 *text = va_arg(values, const CHAR16 *); *text != 0; text++)
                put(*text);
            break;
        case 'u':
            put_number(va_arg(values, UINT64), 10);
            break;
        case 'x':
            put_number(va_arg(values, UINT64), 16);
            break;
        case 'b': {
            UINTN size = va_arg(values, UINTN);

            put_bytes(size, va_arg(values, const UINT8 *));
            break;
        }
        default:
            put((CHAR16)(UINT8)*format);
        }
    }
    va_end(values);
    flush();
}
