#include "message.h"

#define KMSG_MAJOR  1
#define KMSG_MINOR  11
#define LINE_MAX    900 /* the kernel takes lines of less than 1 KB */
#define PREFIX_SIZE 3   /* "<3>" */

void message_open(struct leaf *leaf, int at, const char *name)
{
    int fd;

    if (system_make_node(at, name, CPIO_TYPE_CHARACTER | 0600,
                         system_device(KMSG_MAJOR, KMSG_MINOR)))
        return;
    fd = system_open(at, name, O_WRONLY, 0);
    (void)system_remove(at, name, 0);
    if (fd < 0)
        return;
    if (leaf->log >= 0)
        system_close(leaf->log);
    leaf->log = fd;
}

void message_say(struct leaf *leaf, enum message_level level, struct bytes text)
{
    char memory[LINE_MAX];
    struct text line = TEXT(memory);
    char prefix[] = { '<', (char)level, '>', 0 };

    text_add(&line, prefix);
    text_add(&line, "pivotboot: ");
    text_add_bytes(&line, bytes_first(text, LINE_MAX - line.size - 1));
    for (size_t i = PREFIX_SIZE; i < line.size; i++)
        if ((uint8_t)line.data[i] < ' ')
            line.data[i] = '?';
    text_add(&line, "\n");
    if (leaf->log >= 0 && system_write(leaf->log, line.data, line.size) > 0)
        return;
    (void)system_write(2, line.data + PREFIX_SIZE, line.size - PREFIX_SIZE);
}
