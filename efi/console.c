#include "console.h"

#include "../payload/utf16.h"

/* Reading a key is slow on some firmware (USB, serial): a few times a second is enough. */
#define KEY_INTERVAL_MS 200

#define KEY_CTRL_C   0x03
#define SCAN_ESCAPE  0x17
#define SCREEN_BYTES 79

static void output(struct console *console, struct bytes text)
{
    CHAR16 piece[128];

    if (!console->system->ConOut)
        return;
    while (text.size > 0) {
        /* The console needs a NUL at the end of each piece. */
        size_t units = utf16_from_utf8(&text, piece, ARRAY_LENGTH(piece) - 1);

        piece[units] = 0;
        console->system->ConOut->OutputString(console->system->ConOut, piece);
    }
}

void console_init(struct console *console, EFI_SYSTEM_TABLE *system, const struct clock *clock)
{
    *console = (struct console){ .system = system, .clock = clock };
}

/* Covers what is left of a longer line with blanks and goes back to the line's start. */
static void erase(struct console *console)
{
    static const char blanks[SCREEN_BYTES + 1] =
        "                                                                               ";

    if (console->overwritable_bytes == 0)
        return;
    output(console, BYTES("\r"));
    output(console, (struct bytes){ (const uint8_t *)blanks, console->overwritable_bytes });
    output(console, BYTES("\r"));
    console->overwritable_bytes = 0;
}

void console_line(struct console *console, const struct text *text)
{
    erase(console);
    output(console, BYTES("pivotboot: "));
    output(console, bytes_first(text_bytes(text), CONSOLE_LINE_MAX_BYTES));
    output(console, BYTES("\r\n"));
}

void console_say(struct console *console, const char *string)
{
    char memory[256];
    struct text text = TEXT(memory);

    text_add(&text, string);
    console_line(console, &text);
}

void console_overwrite(struct console *console, const struct text *text)
{
    struct bytes shown = bytes_first(text_bytes(text), SCREEN_BYTES);

    if (console->overwritable_bytes > shown.size)
        erase(console);
    output(console, BYTES("\r"));
    output(console, shown);
    console->overwritable_bytes = shown.size;
}

bool console_aborted(struct console *console)
{
    SIMPLE_INPUT_INTERFACE *keyboard = console->system->ConIn;
    uint64_t now = clock_ms(console->clock);
    EFI_INPUT_KEY key;

    if (console->aborted || !keyboard || now - console->key_checked_ms < KEY_INTERVAL_MS)
        return console->aborted;
    console->key_checked_ms = now;
    while (keyboard->ReadKeyStroke(keyboard, &key) == EFI_SUCCESS)
        if (key.UnicodeChar == KEY_CTRL_C || key.ScanCode == SCAN_ESCAPE)
            console->aborted = true;
    return console->aborted;
}
