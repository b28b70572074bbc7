#include "long-url.h"

static void takes_urls_apart(void **state)
{
    static const struct {
        const char *text, *host, *target;
        uint16_t port;
    } cases[] = {
        { "http://boot", "boot", "/", 80 },
        { "http://boot/", "boot", "/", 80 },
        { "HTTP://boot/", "boot", "/", 80 },
        { "hTtP://Boot.Example.ORG/A/b", "Boot.Example.ORG", "/A/b", 80 },
        { "http://boot:8000", "boot", "/", 8000 },
        { "http://boot:/x", "boot", "/x", 80 },
        { "http://boot:1/x", "boot", "/x", 1 },
        { "http://boot:65535/x", "boot", "/x", 65535 },
        { "http://boot:00080/x", "boot", "/x", 80 },
        { "http://boot./x", "boot.", "/x", 80 },
        { "http://10.0.2.2:8000/a/b?c=d&e", "10.0.2.2", "/a/b?c=d&e", 8000 },
        { "http://0.255.10.199/", "0.255.10.199", "/", 80 },
        { "http://1host/", "1host", "/", 80 },
        { "http://[::1]", "[::1]", "/", 80 },
        { "http://[2001:db8::1]/x?y", "[2001:db8::1]", "/x?y", 80 },
        { "http://[2001:DB8:0:0:8:800:200C:417A]:8080/", "[2001:DB8:0:0:8:800:200C:417A]", "/",
          8080 },
        { "http://[fe80::1]:/", "[fe80::1]", "/", 80 },
        { "http://[64:ff9b::192.0.2.33]/", "[64:ff9b::192.0.2.33]", "/", 80 },
        { "http://a_b-c.d/", "a_b-c.d", "/", 80 },
        { "http://boot/?", "boot", "/?", 80 },
        { "http://boot/a?b?c/d", "boot", "/a?b?c/d", 80 },
        { "http://boot/a#fragment", "boot", "/a", 80 },
        { "http://boot#fragment", "boot", "/", 80 },
        { "http://boot/a?b#c?d", "boot", "/a?b", 80 },
        { "http://boot/%20%ff%00/;=@:!$&'()*+,~", "boot", "/%20%ff%00/;=@:!$&'()*+,~", 80 },
        { "http://boot/52:54:00:12:34:56.conf", "boot", "/52:54:00:12:34:56.conf", 80 },
        { "http://boot/a/../b/./c", "boot", "/a/../b/./c", 80 },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(bytes_of_string(cases[i].text));
        struct detail detail;
        struct url url;

        assert_status(url_parse(buffer_bytes(copy), detail_clear(&detail), &url), STATUS_OK);
        assert_bytes(url.host, cases[i].host);
        assert_bytes(url.target, cases[i].target);
        assert_int_equal(url.port, cases[i].port);
        assert_detail(&detail, "");
        free(copy.data);
    }
}

static void says_what_is_wrong_with_a_url(void **state)
{
    static const struct {
        const char *text;
        enum status status;
        const char *detail;
    } cases[] = {
        { "", STATUS_URL_BAD, "'': not an absolute URL" },
        { "/vmlinuz", STATUS_URL_BAD, "'/vmlinuz': not an absolute URL" },
        { "//boot/vmlinuz", STATUS_URL_BAD, "not an absolute URL" },
        { "boot/vmlinuz", STATUS_URL_BAD, "not an absolute URL" },
        { "52:54/x", STATUS_URL_BAD, "not an absolute URL" },
        { "://boot/", STATUS_URL_BAD, "not an absolute URL" },
        { "https://boot/", STATUS_URL_SCHEME, "the scheme 'https' is not supported, only http" },
        { "ftp://boot/", STATUS_URL_SCHEME, "'ftp'" },
        { "httpx://boot/", STATUS_URL_SCHEME, "'httpx'" },
        { "htt://boot/", STATUS_URL_SCHEME, "'htt'" },
        { "boot:8000/x", STATUS_URL_SCHEME, "'boot'" },
        { "http:boot/x", STATUS_URL_BAD, "no // and host" },
        { "http:/boot/x", STATUS_URL_BAD, "no // and host" },
        { "http:", STATUS_URL_BAD, "no // and host" },
        { "http://", STATUS_URL_BAD, "the host is missing" },
        { "http:///x", STATUS_URL_BAD, "the host is missing" },
        { "http://:80/x", STATUS_URL_BAD, "the host is missing" },
        { "http://?x", STATUS_URL_BAD, "the host is missing" },
        { "http://me@boot/", STATUS_URL_BAD, "a user name" },
        { "http://me:secret@boot/", STATUS_URL_BAD, "a user name" },
        { "http://[fe80::1%25eth0]:80/", STATUS_URL_BAD, "a zone" },
        { "http://[fe80::1%eth0]/", STATUS_URL_BAD, "percent sign" },
        { "http://[::1", STATUS_URL_BAD, "no ]" },
        { "http://[::1/x]", STATUS_URL_BAD, "no ]" },
        { "http://[", STATUS_URL_BAD, "no ]" },
        { "http://[]", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[boot]", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[10.0.2.2]", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[v1.a]", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[1::2::3]/", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[[::1]]/", STATUS_URL_BAD, "not an IPv6 address" },
        { "http://[::]/", STATUS_URL_BAD, "single machine" },
        { "http://[ff02::1]/", STATUS_URL_BAD, "single machine" },
        { "http://[::ffff:10.0.2.2]/", STATUS_URL_BAD, "single machine" },
        { "http://[::1]80/", STATUS_URL_BAD, "only a port" },
        { "http://[::1].boot/", STATUS_URL_BAD, "only a port" },
        { "http://[::1]:0/", STATUS_URL_BAD, "port" },
        { "http://[::1]:80:80/", STATUS_URL_BAD, "port" },
        { "http://boot[::1]/", STATUS_URL_BAD, "host name" },
        { "http://fd00::1/", STATUS_URL_BAD, "port" },
        { "http://boot:0/", STATUS_URL_BAD, "port" },
        { "http://boot:65536/", STATUS_URL_BAD, "port" },
        { "http://boot:4294967376/", STATUS_URL_BAD, "port" },
        { "http://boot:99999999999999999999/", STATUS_URL_BAD, "port" },
        { "http://boot:80a/", STATUS_URL_BAD, "port" },
        { "http://boot:+80/", STATUS_URL_BAD, "port" },
        { "http://boot:80:80/", STATUS_URL_BAD, "port" },
        { "http://a..b/", STATUS_URL_BAD, "empty part" },
        { "http://.a/", STATUS_URL_BAD, "empty part" },
        { "http://./", STATUS_URL_BAD, "empty part" },
        { "http://a../", STATUS_URL_BAD, "empty part" },
        { "http://a%62/", STATUS_URL_BAD, "the host name has a character" },
        { "http://a;b/", STATUS_URL_BAD, "the host name has a character" },
        { "http://1.2.3/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://1.2.3.4.5/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://1.2.3.256/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://1.2.3.04/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://1.2.3.1000/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://a.1/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://2130706433/", STATUS_URL_BAD, "not an IPv4 address" },
        { "http://boot?x", STATUS_URL_BAD, "no / between host and query" },
        { "http://boot/a b", STATUS_URL_BAD, "a blank" },
        { " http://boot/", STATUS_URL_BAD, "a blank" },
        { "http://boot/\t", STATUS_URL_BAD, "control character" },
        { "http://boot/\r\nHost: evil", STATUS_URL_BAD, "control character" },
        { "http://boot/\x7f", STATUS_URL_BAD, "control character" },
        { "http://b\xc3\xb6\xc3\xb6t/", STATUS_URL_BAD, "not ASCII" },
        { "http://boot/${net0/mac}", STATUS_URL_BAD, "URLs do not have" },
        { "http://boot/a\\b", STATUS_URL_BAD, "URLs do not have" },
        { "http://boot/\"", STATUS_URL_BAD, "URLs do not have" },
        { "http://boot/%", STATUS_URL_BAD, "percent sign" },
        { "http://boot/%4", STATUS_URL_BAD, "percent sign" },
        { "http://boot/%4g", STATUS_URL_BAD, "percent sign" },
        { "http://boot/[a]", STATUS_URL_BAD, "bracket" },
        { "http://boot/?[a]", STATUS_URL_BAD, "bracket" },
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct buffer copy = exact_copy(bytes_of_string(cases[i].text));
        struct detail detail;
        struct url url = { .port = 7 };

        assert_status(url_parse(buffer_bytes(copy), detail_clear(&detail), &url), cases[i].status);
        assert_detail_has(&detail, cases[i].detail);
        assert_int_equal(url.port, 7); /* nothing is written on failure */
        free(copy.data);
    }
}

static void refuses_a_nul(void **state)
{
    struct detail detail;
    struct url url;

    (void)state;
    assert_status(url_parse(BYTES("http://boot/\0x"), detail_clear(&detail), &url), STATUS_URL_BAD);
}

static void limits_lengths(void **state)
{
    const size_t rest = sizeof("http://h/") - 1;
    struct detail detail;
    struct url url;

    (void)state;
    assert_status(url_parse(long_url("http://h/", 'a', URL_MAX_BYTES - rest, ""),
                            detail_clear(&detail), &url),
                  STATUS_OK);
    assert_int_equal(url.target.size, URL_MAX_BYTES - rest + 1);
    assert_status(url_parse(long_url("http://h/", 'a', URL_MAX_BYTES - rest + 1, ""),
                            detail_clear(&detail), &url),
                  STATUS_URL_TOO_LONG);
    assert_status(url_parse(long_url("http://", 'a', 63, ".b/"), detail_clear(&detail), &url),
                  STATUS_OK);
    assert_status(url_parse(long_url("http://", 'a', 64, ".b/"), detail_clear(&detail), &url),
                  STATUS_URL_BAD);
    /* 126 times "a." and one more letter are the 253 bytes that DNS has room for. */
    for (size_t extra = 0; extra < 2; extra++) {
        char memory[300];
        struct text host = TEXT(memory);

        text_add(&host, "http://");
        for (size_t i = 0; i < 126; i++)
            text_add(&host, "a.");
        text_add(&host, extra ? "ab" : "a");
        assert_status(url_parse(text_bytes(&host), detail_clear(&detail), &url),
                      extra ? STATUS_URL_BAD : STATUS_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_urls_apart),
        cmocka_unit_test(says_what_is_wrong_with_a_url),
        cmocka_unit_test(refuses_a_nul),
        cmocka_unit_test(limits_lengths),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
