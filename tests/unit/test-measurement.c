#include "payload/measurement.h"
#include "support.h"

static struct measurement_facts facts(void)
{
    return (struct measurement_facts){
        .line = BYTES(" \t linux=a  -- b \r\n"),
        .configuration = BYTES("configuration 1\n"),
        .root_mode = BYTES("leaf"),
    };
}

static void assert_measurement(const struct measurement *found, uint32_t tag, const char *bytes)
{
    assert_int_equal(found->tag, tag);
    assert_bytes(found->bytes, bytes);
}

static void lists_a_line(void **state)
{
    struct measurement_facts known = facts();
    struct measurement found[MEASUREMENT_COUNT];

    (void)state;
    measurement_list(&known, found);
    assert_measurement(&found[0], MEASUREMENT_LINE, "linux=a  -- b");
    assert_measurement(&found[1], MEASUREMENT_CONFIGURATION, "configuration 1\n");
    assert_measurement(&found[2], MEASUREMENT_ROOT, "leaf");
    assert_measurement(&found[3], MEASUREMENT_POLICY, "unsigned");
}

/* Its bytes as they are, blanks too: they are what is signed. The line is then not shown. */
static void lists_an_entry(void **state)
{
    struct measurement_facts known = facts();
    struct measurement found[MEASUREMENT_COUNT];

    (void)state;
    known.entry = BYTES("\nlinux a\n\n");
    known.policy = BYTES("anchors");
    measurement_list(&known, found);
    assert_measurement(&found[0], MEASUREMENT_ENTRY, "\nlinux a\n\n");
    assert_measurement(&found[1], MEASUREMENT_CONFIGURATION, "configuration 1\n");
    assert_measurement(&found[3], MEASUREMENT_POLICY, "anchors");
}

static void lists_blanks_alone(void **state)
{
    struct measurement_facts known = facts();
    struct measurement found[MEASUREMENT_COUNT];

    (void)state;
    known.line = BYTES(" \n ");
    measurement_list(&known, found);
    assert_measurement(&found[0], MEASUREMENT_LINE, "");
    known.line = (struct bytes){ NULL, 0 };
    measurement_list(&known, found);
    assert_measurement(&found[0], MEASUREMENT_LINE, "");
}

static void writes_an_event(void **state)
{
    struct measurement root = { "root mode", MEASUREMENT_ROOT, BYTES("leaf") };
    struct measurement empty = { "line", MEASUREMENT_LINE, { NULL, 0 } };
    uint8_t memory[MEASUREMENT_EVENT_MAX_BYTES];
    struct bytes event = measurement_event(&root, memory);

    (void)state;
    assert_ptr_equal(event.data, memory);
    assert_true(bytes_equal(event, BYTES("\x39\x86\xf9\xa2\x04\0\0\0leaf")));
    event = measurement_event(&empty, memory);
    assert_true(bytes_equal(event, BYTES("\x73\x4c\x4f\xc1\0\0\0\0")));
}

static void shows_a_part_of_a_long_one(void **state)
{
    static const uint8_t bytes[MEASUREMENT_SHOWN_MAX_BYTES + 1] = { [MEASUREMENT_SHOWN_MAX_BYTES -
                                                                     1] = 7 };
    struct measurement entry = { "entry", MEASUREMENT_ENTRY, { bytes, sizeof(bytes) } };
    uint8_t *memory = malloc(MEASUREMENT_EVENT_MAX_BYTES);
    struct bytes event;

    (void)state;
    assert_non_null(memory);
    event = measurement_event(&entry, memory);
    assert_int_equal(event.size, MEASUREMENT_EVENT_MAX_BYTES);
    assert_int_equal(event.data[4] | event.data[5] << 8, MEASUREMENT_SHOWN_MAX_BYTES);
    assert_int_equal(event.data[event.size - 1], 7);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_a_line),
        cmocka_unit_test(lists_an_entry),
        cmocka_unit_test(lists_blanks_alone),
        cmocka_unit_test(writes_an_event),
        cmocka_unit_test(shows_a_part_of_a_long_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
