#include "kernel-cmdline/help.h"
#include "kernel-cmdline/keys.h"
#include "support.h"

static void has_a_line_for_each_key(void **state)
{
    struct detail detail;
    size_t i;

    (void)state;
    for (i = 0; help_line(i, detail_clear(&detail)); i++) {
        assert_in_range(detail.text.size, 1, 160);
        assert_detail_has(&detail, key_info(i)->name);
        assert_null(memchr(detail.memory, '`', detail.text.size));
        assert_null(memchr(detail.memory, '\n', detail.text.size));
    }
    assert_int_equal(i, KEY_COUNT);
    assert_int_equal(detail.text.size, 0);
}

static void says_how_a_key_is_written(void **state)
{
    struct detail detail;

    (void)state;
    assert_true(help_line(KEY_linux_url, detail_clear(&detail)));
    assert_detail(&detail, "linux=URL                   the kernel image");
    assert_true(help_line(KEY_network_timeout_s, detail_clear(&detail)));
    assert_detail(&detail,
                  "network-timeout=SECONDS     how long to wait for the link and for an address "
                  "[default 60]");
    assert_true(help_line(KEY_options, detail_clear(&detail)));
    assert_detail_has(&detail, "options TEXT  ");
    assert_detail_has(&detail, "[entry only] [repeatable]");
    assert_true(help_line(KEY_entry_url, detail_clear(&detail)));
    assert_detail_has(&detail, "; 'linux' and 'initrd' must then come from it [line only]");
}

static void adds_to_what_is_there(void **state)
{
    struct detail detail;
    char memory[20];
    struct text small = TEXT(memory);

    (void)state;
    text_add(detail_clear(&detail), "  ");
    assert_true(help_line(KEY_linux_url, &detail.text));
    assert_detail(&detail, "  linux=URL                   the kernel image");
    assert_true(help_line(KEY_linux_url, &small));
    assert_true(small.truncated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_a_line_for_each_key),
        cmocka_unit_test(says_how_a_key_is_written),
        cmocka_unit_test(adds_to_what_is_there),
    };

    return cmocka_run_group_tests_name("help", tests, NULL, NULL);
}
