#include "help.h"
#include "keys.h"

/* Where the sentences begin. */
#define HELP_COLUMN 28

/* The sentences quote code in backticks as Markdown does; a console shows plain quotes. */
static void add_sentence(struct text *text, const char *sentence)
{
    for (; *sentence; sentence++) {
        uint8_t letter = *sentence == '`' ? '\'' : (uint8_t)*sentence;

        text_add_bytes(text, (struct bytes){ &letter, 1 });
    }
}

bool help_line(size_t i, struct text *text)
{
    const struct key_info *info;
    size_t column = text->size + HELP_COLUMN;

    if (i >= KEY_COUNT)
        return false;
    info = key_info(i);
    text_add(text, info->name);
    text_add(text, info->sources & KEY_LINE ? "=" : " ");
    text_add(text, key_type_placeholder(info->type));
    do
        text_add(text, " ");
    while (text->size < column && !text->truncated);
    add_sentence(text, info->sentence);
    if (!(info->sources & KEY_LINE))
        text_add(text, " [entry only]");
    if (!(info->sources & KEY_ENTRY))
        text_add(text, " [line only]");
    if (info->most > 1)
        text_add(text, " [repeatable]");
    if (info->default_text[0] != '\0') {
        text_add(text, " [default ");
        text_add(text, info->default_text);
        text_add(text, "]");
    }
    return true;
}
