/* References against base URLs (RFC 3986, 5). */
#include "long-url.h"

struct resolution {
    const char *base, *reference, *result;
};

static void assert_resolves(const struct resolution *c)
{
    struct buffer base = exact_copy(bytes_of_string(c->base));
    struct buffer reference = exact_copy(bytes_of_string(c->reference));
    char *memory = malloc(URL_MAX_BYTES);
    struct text result = { .data = memory, .capacity = URL_MAX_BYTES };
    struct detail detail;

    assert_status(
        url_resolve(buffer_bytes(base), buffer_bytes(reference), detail_clear(&detail), &result),
        STATUS_OK);
    assert_bytes(text_bytes(&result), c->result);
    free(memory);
    free(base.data);
    free(reference.data);
}

#define RFC_BASE "http://a/b/c/d;p?q"

static void resolves_the_examples_of_rfc_3986(void **state)
{
    static const struct resolution cases[] = {
        /* 5.4.1, normal examples, with fragments dropped ("g:h" is refused below) */
        { RFC_BASE, "g", "http://a/b/c/g" },
        { RFC_BASE, "./g", "http://a/b/c/g" },
        { RFC_BASE, "g/", "http://a/b/c/g/" },
        { RFC_BASE, "/g", "http://a/g" },
        { RFC_BASE, "//g", "http://g/" },
        { RFC_BASE, "?y", "http://a/b/c/d;p?y" },
        { RFC_BASE, "g?y", "http://a/b/c/g?y" },
        { RFC_BASE, "#s", "http://a/b/c/d;p?q" },
        { RFC_BASE, "g#s", "http://a/b/c/g" },
        { RFC_BASE, "g?y#s", "http://a/b/c/g?y" },
        { RFC_BASE, ";x", "http://a/b/c/;x" },
        { RFC_BASE, "g;x", "http://a/b/c/g;x" },
        { RFC_BASE, "g;x?y#s", "http://a/b/c/g;x?y" },
        { RFC_BASE, "", "http://a/b/c/d;p?q" },
        { RFC_BASE, ".", "http://a/b/c/" },
        { RFC_BASE, "./", "http://a/b/c/" },
        { RFC_BASE, "..", "http://a/b/" },
        { RFC_BASE, "../", "http://a/b/" },
        { RFC_BASE, "../g", "http://a/b/g" },
        { RFC_BASE, "../..", "http://a/" },
        { RFC_BASE, "../../", "http://a/" },
        { RFC_BASE, "../../g", "http://a/g" },
        /* 5.4.2, abnormal examples */
        { RFC_BASE, "../../../g", "http://a/g" },
        { RFC_BASE, "../../../../g", "http://a/g" },
        { RFC_BASE, "/./g", "http://a/g" },
        { RFC_BASE, "/../g", "http://a/g" },
        { RFC_BASE, "g.", "http://a/b/c/g." },
        { RFC_BASE, ".g", "http://a/b/c/.g" },
        { RFC_BASE, "g..", "http://a/b/c/g.." },
        { RFC_BASE, "..g", "http://a/b/c/..g" },
        { RFC_BASE, "./../g", "http://a/b/g" },
        { RFC_BASE, "./g/.", "http://a/b/c/g/" },
        { RFC_BASE, "g/./h", "http://a/b/c/g/h" },
        { RFC_BASE, "g/../h", "http://a/b/c/h" },
        { RFC_BASE, "g;x=1/./y", "http://a/b/c/g;x=1/y" },
        { RFC_BASE, "g;x=1/../y", "http://a/b/c/y" },
        { RFC_BASE, "g?y/./x", "http://a/b/c/g?y/./x" },
        { RFC_BASE, "g?y/../x", "http://a/b/c/g?y/../x" },
        { RFC_BASE, "g#s/./x", "http://a/b/c/g" },
        { RFC_BASE, "g#s/../x", "http://a/b/c/g" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_resolves(&cases[i]);
}

static void resolves_other_references(void **state)
{
    static const struct resolution cases[] = {
        { "", "http://boot/x", "http://boot/x" },
        { "", "HTTP://boot", "http://boot/" },
        { "", "http://boot?x", "http://boot/?x" },
        { "", "http://boot/a/../b#c", "http://boot/b" },
        { "", "http://boot/a//../b", "http://boot/a/b" },
        { "", "http://boot//", "http://boot//" },
        { "", "http://boot/..", "http://boot/" },
        { "not a URL", "http://boot/x", "http://boot/x" },
        { "http://boot", "x", "http://boot/x" },
        { "http://boot", "", "http://boot/" },
        { "http://boot", "?x", "http://boot/?x" },
        { "http://boot:8000/a/b.conf", "vmlinuz", "http://boot:8000/a/vmlinuz" },
        { "http://boot:8000/a/b.conf", "/vmlinuz", "http://boot:8000/vmlinuz" },
        { "http://boot/a/b", "//other:81/c", "http://other:81/c" },
        { "http://boot/a/b", "./aa:bb.conf", "http://boot/a/aa:bb.conf" },
        { "http://boot/a/b", "c/aa:bb", "http://boot/a/c/aa:bb" },
        { "http://boot/a/b", "?x=http://y/", "http://boot/a/b?x=http://y/" },
        { "http://boot/a/../b/c", "d", "http://boot/b/d" },
        { "http://boot/a//", "b", "http://boot/a//b" },
        { "http://boot/a?b/c/d", "e", "http://boot/e" },
        { "http://boot/a/%2e%2e/b", "c", "http://boot/a/%2e%2e/c" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
        assert_resolves(&cases[i]);
}

static void says_what_is_wrong_with_a_reference(void **state)
{
    static const struct {
        const char *base, *reference;
        enum status status;
        const char *detail;
    } cases[] = {
        { "", "vmlinuz", STATUS_URL_NO_BASE, "'vmlinuz': not an absolute URL" },
        { "", "//boot/x", STATUS_URL_NO_BASE, "not an absolute URL" },
        { "", "", STATUS_URL_NO_BASE, "not an absolute URL" },
        { RFC_BASE, "g:h", STATUS_URL_SCHEME, "'g'" },
        { RFC_BASE, "https://boot/", STATUS_URL_SCHEME, "'https'" },
        { RFC_BASE, "http:g", STATUS_URL_BAD, "no // and host" },
        { RFC_BASE, "52:54:00:12:34:56.conf", STATUS_URL_BAD, "./ has to be before it" },
        { RFC_BASE, "//", STATUS_URL_BAD, "the host is missing" },
        { RFC_BASE, "///x", STATUS_URL_BAD, "the host is missing" },
        { RFC_BASE, "//a:x/", STATUS_URL_BAD, "port" },
        { RFC_BASE, "a b", STATUS_URL_BAD, "a blank" },
        { RFC_BASE, "a[b", STATUS_URL_BAD, "bracket" },
        { "boot/x", "y", STATUS_URL_BAD, "not an absolute URL" },
        { "https://boot/x", "y", STATUS_URL_SCHEME, "'https'" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char memory[URL_MAX_BYTES] = "kept";
        struct text result = { .data = memory, .size = 4, .capacity = sizeof(memory) };
        struct detail detail;

        assert_status(url_resolve(bytes_of_string(cases[i].base),
                                  bytes_of_string(cases[i].reference), detail_clear(&detail),
                                  &result),
                      cases[i].status);
        assert_detail_has(&detail, cases[i].detail);
        assert_bytes(text_bytes(&result), "kept");
    }
}

static void limits_what_it_resolves(void **state)
{
    static char memory[URL_MAX_BYTES];
    struct text result = TEXT(memory);
    struct detail detail;
    struct bytes base;

    (void)state;
    /* Base and reference are as long as they may be, and so is what comes out. */
    base = long_url("http://h/", 'a', URL_MAX_BYTES - sizeof("http://h/"), "/");
    assert_int_equal(base.size, URL_MAX_BYTES);
    assert_status(url_resolve(base, BYTES("b"), detail_clear(&detail), &result),
                  STATUS_URL_TOO_LONG);
    assert_status(url_resolve(base, BYTES("."), detail_clear(&detail), &result), STATUS_OK);
    assert_true(bytes_equal(text_bytes(&result), base));
    assert_status(url_resolve(base, BYTES("../b"), detail_clear(&detail), &result), STATUS_OK);
    assert_bytes(text_bytes(&result), "http://h/b");
    assert_status(url_resolve(BYTES("http://h/"), long_url("", 'a', URL_MAX_BYTES + 1, ""),
                              detail_clear(&detail), &result),
                  STATUS_URL_TOO_LONG);
    assert_status(url_resolve(BYTES("http://h/"), long_url("", 'a', URL_MAX_BYTES - 9, ""),
                              detail_clear(&detail), &result),
                  STATUS_OK);
    assert_int_equal(result.size, URL_MAX_BYTES);
    assert_false(result.truncated);
    assert_status(url_resolve(BYTES("http://h/"), long_url("", 'a', URL_MAX_BYTES - 8, ""),
                              detail_clear(&detail), &result),
                  STATUS_URL_TOO_LONG);
}

/* The result may take the place of the base: a redirect from a redirect. */
static void resolves_in_place(void **state)
{
    char memory[URL_MAX_BYTES] = "http://boot/a/b";
    struct text url = { .data = memory, .size = strlen(memory), .capacity = sizeof(memory) };
    struct detail detail;

    (void)state;
    assert_status(url_resolve(text_bytes(&url), BYTES("../c"), detail_clear(&detail), &url),
                  STATUS_OK);
    assert_bytes(text_bytes(&url), "http://boot/c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_the_examples_of_rfc_3986),
        cmocka_unit_test(resolves_other_references),
        cmocka_unit_test(says_what_is_wrong_with_a_reference),
        cmocka_unit_test(limits_what_it_resolves),
        cmocka_unit_test(resolves_in_place),
    };

    return cmocka_run_group_tests_name("url-resolve", tests, NULL, NULL);
}
