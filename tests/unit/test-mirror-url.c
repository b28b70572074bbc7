#include "net/mirror-url.h"
#include "support.h"

static void finds_files_on_mirrors(void **state)
{
    static const struct {
        const char *base, *url, *mirror, *at;
    } cases[] = {
        { "http://boot/site/w.conf", "http://boot/site/images/k", "http://m/",
          "http://m/images/k" },
        { "http://boot/site/w.conf", "http://boot/site/k", "http://m/copy", "http://m/copy/k" },
        { "http://boot/site/w.conf", "http://boot/site/k?v=1", "http://m/copy/",
          "http://m/copy/k?v=1" },
        { "http://boot/w.conf?x=/y/z", "http://BOOT:80/k", "http://m:81", "http://m:81/k" },
        { "http://boot/site/", "http://boot/site/k", "http://m/?x#y", "http://m/k" },
        { "http://boot/site/w.conf", "http://boot/site/k", "copy/", "http://boot/site/copy/k" },
        { "http://boot/site/w.conf", "http://boot/site/k", "//m", "http://m/k" },
        /* Elsewhere: another folder, port, host; nothing to be relative to. */
        { "http://boot/site/w.conf", "http://boot/k", "http://m/copy", "http://m/copy/k" },
        { "http://boot/site/w.conf", "http://boot/sites/k", "http://m/", "http://m/sites/k" },
        { "http://boot/site/w.conf", "http://boot:8/site/k", "http://m/", "http://m/site/k" },
        { "http://boot/site/w.conf", "http://other/site/k", "http://m/", "http://m/site/k" },
        { "", "http://boot/site/k", "http://m/", "http://m/site/k" },
        { "", "http://boot", "http://m/copy", "http://m/copy/" },
    };
    struct detail detail, at;

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        char memory[URL_MAX_BYTES];
        struct text url = TEXT(memory);

        assert_status(mirror_url(bytes_of_string(cases[i].base), bytes_of_string(cases[i].url),
                                 bytes_of_string(cases[i].mirror), detail_clear(&detail), &url),
                      STATUS_OK);
        detail_clear(&at);
        text_add_bytes(&at.text, text_bytes(&url));
        assert_detail(&at, cases[i].at);
        assert_detail(&detail, "");
    }
}

static void refuses_what_is_no_url(void **state)
{
    static char path[URL_MAX_BYTES + 1];
    char url_memory[URL_MAX_BYTES], memory[URL_MAX_BYTES];
    struct text url = TEXT(url_memory), at = TEXT(memory);
    struct detail detail;

    (void)state;
    assert_status(
        mirror_url(BYTES(""), BYTES("http://b/k"), BYTES("copy/"), detail_clear(&detail), &at),
        STATUS_URL_NO_BASE);
    assert_status(
        mirror_url(BYTES(""), BYTES("http://b/k"), BYTES("ftp://m/"), detail_clear(&detail), &at),
        STATUS_URL_SCHEME);
    memset(path, 'x', URL_MAX_BYTES - 20);
    text_add(&url, "http://b/");
    text_add(&url, path);
    assert_status(mirror_url(BYTES(""), text_bytes(&url), BYTES("http://a-long-mirror-name/"),
                             detail_clear(&detail), &at),
                  STATUS_URL_TOO_LONG);
    assert_detail_has(&detail, "'http://a-long-mirror-name/'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_files_on_mirrors),
        cmocka_unit_test(refuses_what_is_no_url),
    };

    return cmocka_run_group_tests_name("mirror-url", tests, NULL, NULL);
}
