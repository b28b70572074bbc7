#include "payload/crc32.h"
#include "support.h"

static void knows_the_standard(void **state)
{
    uint8_t long_text[5000];

    (void)state;
    assert_int_equal(crc32_of((struct bytes){ NULL, 0 }), 0);
    assert_int_equal(crc32_of(BYTES("123456789")), 0xcbf43926u);
    /* Both ways to compute it: python3 -c 'import zlib; print(hex(zlib.crc32(b"ab"*2500)))' */
    for (size_t i = 0; i < sizeof(long_text); i++)
        long_text[i] = i % 2 == 0 ? 'a' : 'b';
    assert_int_equal(crc32_of((struct bytes){ long_text, 5000 }), 0xcc7de027u);
    assert_int_equal(crc32_of((struct bytes){ long_text, 1024 }), 0xadd2ecbbu);
    assert_int_equal(crc32_of((struct bytes){ long_text, 1023 }), 0xba0e8d2eu);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_the_standard),
    };

    return cmocka_run_group_tests_name("crc32", tests, NULL, NULL);
}
