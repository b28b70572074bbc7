/* Prints the README's table of configuration keys as Markdown, from keys.def. */
#include <stdio.h>

#include "../../kernel-cmdline/keys.h"

static const char *where(const struct key_info *info)
{
    if (!(info->sources & KEY_ENTRY))
        return "line";
    if (!(info->sources & KEY_LINE))
        return "entry";
    return "line, entry";
}

static void print_row(const struct key_info *info)
{
    printf("| `%s` | %s | ", info->name, where(info));
    if (info->default_text[0] != '\0')
        printf("`%s`", info->default_text);
    printf(" | %s", info->sentence);
    if (info->most > 1)
        printf("; may be repeated (up to %u times)", info->most);
    printf(" |\n");
}

int main(void)
{
    printf("| key | where | default | meaning |\n");
    printf("| --- | --- | --- | --- |\n");
    for (size_t key = 0; key < KEY_COUNT; key++)
        print_row(key_info(key));
    return fflush(stdout) == 0 ? 0 : 1;
}
