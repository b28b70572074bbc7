#include "kernel-cmdline/parameters.h"
#include "support.h"

/* Writes parameters back as "{name}" or "{name|value}", and what is left behind them. */
static void read_all(struct bytes line, struct text *ret_seen)
{
    struct parameter parameter;

    while (parameter_next(&line, &parameter)) {
        text_add(ret_seen, "{");
        text_add_bytes(ret_seen, parameter.name);
        if (parameter.has_value) {
            text_add(ret_seen, "|");
            text_add_bytes(ret_seen, parameter.value);
        } else {
            assert_int_equal(parameter.value.size, 0);
        }
        text_add(ret_seen, "}");
    }
    text_add_bytes(ret_seen, line);
}

/* What the kernel's next_arg() and parse_args() make of the same lines. */
static void reads_as_the_kernel_does(void **state)
{
    static const struct {
        struct bytes line;
        const char *seen;
    } cases[] = {
        { { NULL, 0 }, "" },
        { BYTES("  \t\n"), "" },
        { BYTES("quiet"), "{quiet}" },
        { BYTES(" quiet  ro "), "{quiet}{ro}" },
        { BYTES("root=/dev/sda1"), "{root|/dev/sda1}" },
        { BYTES("a=b=c"), "{a|b=c}" },
        { BYTES("a="), "{a|}" },
        { BYTES("=a"), "{=a}" },
        { BYTES("=a=b"), "{=a|b}" },
        { BYTES("a=\"b c\" d"), "{a|b c}{d}" },
        { BYTES("\"a=b c\" d"), "{a|b c}{d}" },
        { BYTES("\"a b\" c"), "{a b}{c}" },
        { BYTES("a=b\"c d\"e"), "{a|b\"c d\"e}" },
        { BYTES("a=b\"c d\""), "{a|b\"c d\"}" }, /* only quotes around all of it go */
        { BYTES("a=\""), "{a|}" },
        { BYTES("a=\"\""), "{a|}" },
        { BYTES("a=\"b c"), "{a|b c}" }, /* never closed: to the end */
        { BYTES("\""), "{}" },
        { BYTES("\"\""), "{}" },
        { BYTES("\"a=\"b\""), "{a|b}" },
        { BYTES("a -- b c"), "{a} b c" },
        { BYTES("--"), "" },
        { BYTES("\"--\" x"), " x" }, /* the quotes don't hide it */
        { BYTES("--=x y"), "{--|x}{y}" },
        { BYTES("--- y"), "{---}{y}" },
        { BYTES("\"a -- b\" c"), "{a -- b}{c}" },
        { BYTES("a\xa0"
                "b"),
          "{a}{b}" },                              /* Latin-1's no-break space */
        { BYTES("a=\xc3\xa0-- b"), "{a|\xc3} b" }, /* so it cuts U+00E0 in two */
        { BYTES("a\vb\fc"), "{a}{b}{c}" },
    };
    struct detail seen;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(cases[i].line);

        read_all(buffer_bytes(copy), detail_clear(&seen));
        assert_detail(&seen, cases[i].seen);
        free(copy.data);
    }
}

static void compares_names(void **state)
{
    (void)state;
    assert_true(parameter_name_equal(BYTES("a-b_c"), BYTES("a_b-c")));
    assert_true(parameter_name_equal((struct bytes){ NULL, 0 }, BYTES("")));
    assert_false(parameter_name_equal(BYTES("ab"), BYTES("a")));
    assert_false(parameter_name_equal(BYTES("ab"), BYTES("aB")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_the_kernel_does),
        cmocka_unit_test(compares_names),
    };

    return cmocka_run_group_tests_name("parameters", tests, NULL, NULL);
}
