#include "config-fixture.h"
#include "kernel-cmdline/config-text.h"

#define HEX_UPPER_A "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct bytes describe(const struct fixture *f, struct bytes options)
{
    static char memory[CONFIG_TEXT_MAX_BYTES];
    struct text text = TEXT(memory);

    config_describe(&f->config, options, &text);
    assert_false(text.truncated);
    return text_bytes(&text);
}

static void shows_values_in_one_form(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("rootfs-force leaf-onfail=continue tpm=auto "
                                     "initrd=b initrd-sha256=" HEX_UPPER_A " initrd=c "
                                     "initrd-format=zstd initrd-format=auto "
                                     "initrd-size=0020 initrd-sha256=" HEX_A " "
                                     "rootflags=\"size=80%,mode=755\" rootfs=leaf linux=a")),
                  STATUS_OK);
    assert_bytes(describe(&f, BYTES("a  b")), "configuration 1\n"
                                              "initrd-sha256 " HEX_A "\n"
                                              "initrd-sha256 " HEX_A "\n"
                                              "initrd-size 20\n"
                                              "initrd-format zstd\n"
                                              "initrd-format auto\n"
                                              "rootfs leaf\n"
                                              "rootfs-force yes\n"
                                              "rootflags size=80%,mode=755\n"
                                              "leaf-onfail continue\n"
                                              "tpm auto\n"
                                              "options a  b\n");
    fixture_close(&f);
}

static void leaves_out_how_bytes_come(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("linux=http://b/a initrd=b idle-timeout=7 "
                                     "network-timeout=8 total-timeout=9 linux-size=5")),
                  STATUS_OK);
    assert_bytes(describe(&f, BYTES("")), "configuration 1\nlinux-size 5\n");
    fixture_close(&f);
}

/* The line's value counts, and the entry's own options are a part of the joined ones. */
static void shows_what_counts(void **state)
{
    struct fixture f;

    (void)state;
    fixture_open(&f);
    assert_status(add_line(&f, BYTES("entry=e rootflags=size=1g")), STATUS_OK);
    assert_status(add_entry(&f, BYTES("linux k\nrootflags size=2g\nrootfs none\n"
                                      "options quiet\narchitecture X64\n")),
                  STATUS_OK);
    assert_bytes(describe(&f, BYTES("quiet more")), "configuration 1\n"
                                                    "rootfs none\n"
                                                    "rootflags size=1g\n"
                                                    "architecture x64\n"
                                                    "options quiet more\n");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_values_in_one_form),
        cmocka_unit_test(leaves_out_how_bytes_come),
        cmocka_unit_test(shows_what_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
