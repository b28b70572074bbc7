#include "payload/policy.h"
#include "support.h"

#define DIGEST "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

static void read_good(const char *text, struct policy *ret_policy)
{
    struct detail detail;
    enum status st = policy_read(bytes_of_string(text), detail_clear(&detail), ret_policy);

    if (st)
        fail_msg("%.*s", (int)detail.text.size, detail.memory);
}

static void check_bad(const char *text, const char *part)
{
    struct detail detail;
    struct policy policy = { .threshold = 77 };
    struct buffer copy = exact_copy(bytes_of_string(text));

    assert_status(policy_read(buffer_bytes(copy), detail_clear(&detail), &policy),
                  STATUS_POLICY_BAD);
    assert_detail_has(&detail, part);
    assert_int_equal(policy.threshold, 77);
    free(copy.data);
}

static void test_defaults_are_strict(void **state)
{
    struct policy policy;

    (void)state;
    read_good("policy 1\nname worker\n", &policy);
    assert_int_equal(policy.threshold, 1);
    assert_false(policy.absurd_clock_ignored);
    assert_false(policy.lost_floor_continues);
    assert_false(policy.expires_enforced);
    assert_false(policy.tpm_required);
    assert_int_equal(policy.allowed_count, 0);
    assert_int_equal(policy.revoked_keys_count, 0);
    assert_int_equal(policy.names_count, 1);
    assert_int_equal(policy.names[0].lowest_index, 0);
}

static void test_every_key(void **state)
{
    struct policy policy;

    (void)state;
    read_good("# ours\r\npolicy\t1\r\n\nthreshold 8\nname worker 18446744073709551615\nname a\t 7\n"
              "allow rootflags\nallow ip\nabsurd-clock ignore\nexpires enforce\n"
              "lost-floor continue\ntpm require\nrevoked-key " DIGEST "\n",
              &policy);
    assert_int_equal(policy.threshold, 8);
    assert_true(policy.absurd_clock_ignored);
    assert_true(policy.lost_floor_continues);
    assert_true(policy.expires_enforced);
    assert_true(policy.tpm_required);
    assert_int_equal(policy.names_count, 2);
    assert_true(policy_find_name(&policy, BYTES("worker"))->lowest_index == UINT64_MAX);
    assert_int_equal(policy_find_name(&policy, BYTES("a"))->lowest_index, 7);
    assert_int_equal(policy.revoked_keys_count, 1);
    assert_int_equal(policy.revoked_keys[0].bytes[31], 0xef);
    assert_int_equal(policy.revoked_keys[0].bytes[15], 0xef);
    assert_true(policy_allows_key(&policy, BYTES("rootflags")));
    assert_true(policy_allows_key(&policy, BYTES("ip")));

    read_good(
        "policy 1\nname x\nabsurd-clock refuse\nexpires ignore\nlost-floor refuse\ntpm auto\n",
        &policy);
    assert_false(policy.absurd_clock_ignored);
    assert_false(policy.expires_enforced);
    assert_false(policy.lost_floor_continues);
    assert_false(policy.tpm_required);
}

static void test_bad_policies(void **state)
{
    (void)state;
    check_bad("", "'policy 1' as the first line");
    check_bad("# nothing\n", "'policy 1' as the first line");
    check_bad("name worker\npolicy 1\n", "'policy 1' as the first line");
    check_bad("policy 2\nname worker\n", "the version of policies, found '2'");
    check_bad("policy 1\n", "'name NAME', found none");
    check_bad("policy 1\npolicy 1\nname a\n", "line 2, 'policy': expected this key once");
    check_bad("policy 1\nname a\nthreshold 1\nthreshold 2\n", "line 4");
    check_bad("policy 1\nname a\nunknown 1\n", "line 3: expected one of policy, name, threshold");
    check_bad("policy 1\nname a\nName b\n", "found 'Name'");
    check_bad("policy 1\nname a\nthreshold\n", "line 3");
    check_bad("policy 1\nname a\nthreshold 0\n", "from 1 to 8, found '0'");
    check_bad("policy 1\nname a\nthreshold 9\n", "from 1 to 8");
    check_bad("policy 1\nname a\nthreshold 01\n", "from 1 to 8");
    check_bad("policy 1\nname a\nthreshold -1\n", "from 1 to 8");
    check_bad("policy 1\nname a\nthreshold 18446744073709551617\n", "from 1 to 8");
    check_bad("policy 1\nname a\ntpm yes\n", "auto or require, found 'yes'");
    check_bad("policy 1\nname a\nexpires Enforce\n", "enforce or ignore");
    check_bad("policy 1\nname a\nabsurd-clock continue\n", "refuse or ignore");
    check_bad("policy 1\nname a\nlost-floor ignore\n", "refuse or continue");
    check_bad("policy 1\nname a\x01\n", "line 2");
    check_bad("policy 1\nname \xff\n", "line 2");
}

static void test_bad_names(void **state)
{
    (void)state;
    check_bad("policy 1\nname a\nname a 1\n", "each name once");
    check_bad("policy 1\nname a b\n", "the lowest rollback-index");
    check_bad("policy 1\nname a 1 2\n", "the lowest rollback-index");
    check_bad("policy 1\nname a 18446744073709551616\n", "the lowest rollback-index");
    check_bad("policy 1\nname a/b\n", "a name of letters");
    check_bad("policy 1\nname .a\n", "a name of letters");
    check_bad("policy 1\nname *\n", "a name of letters");
    assert_true(policy_is_name(BYTES("a")));
    assert_true(policy_is_name(BYTES("Worker_1.eu-west")));
    assert_true(
        policy_is_name(BYTES("0123456789012345678901234567890123456789012345678901234567890123")));
    assert_false(
        policy_is_name(BYTES("01234567890123456789012345678901234567890123456789012345678901234")));
    assert_false(policy_is_name(BYTES("")));
    assert_false(policy_is_name(BYTES("-a")));
    assert_false(policy_is_name(BYTES("a b")));
    assert_false(policy_is_name(BYTES("a\xc3\xa4")));
}

static void test_bad_digests(void **state)
{
    (void)state;
    check_bad("policy 1\nname a\nrevoked-key 00\n", "64 hexadecimal digits");
    check_bad("policy 1\nname a\nrevoked-key " DIGEST "0\n", "64 hexadecimal digits");
    check_bad("policy 1\nname a\nrevoked-key "
              "g123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef\n",
              "64 hexadecimal digits");
}

/* Writes count lines of the form, which has a %zu in it. */
static void add_lines(struct text *text, const char *form, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char line[120];

        snprintf(line, sizeof(line), form, i);
        text_add(text, line);
    }
}

#pragma clang diagnostic ignored "-Wformat-nonliteral"
static void check_limit(const char *form, size_t most, const char *part)
{
    char memory[16384];
    struct text text = TEXT(memory);
    struct policy policy;

    text_add(&text, "policy 1\nname first\n");
    add_lines(&text, form, most);
    text_add(&text, "#");
    memory[text.size] = '\0';
    read_good(memory, &policy);
    text.size--;
    add_lines(&text, form, most + 1);
    memory[text.size] = '\0';
    check_bad(memory, part);
}

static void test_limits(void **state)
{
    (void)state;
    check_limit("name n%zu\n", POLICY_NAMES_MAX - 1, "name once");
    check_limit("allow k%zu\n", POLICY_ALLOWED_MAX, "not allowed yet");
    check_limit("revoked-key "
                "000000000000000000000000000000000000000000000000000000000000%04zu\n",
                POLICY_REVOKED_MAX, "at most 64 keys");
}

static void test_too_many_names(void **state)
{
    char memory[4096];
    struct text text = TEXT(memory);

    (void)state;
    text_add(&text, "policy 1\n");
    add_lines(&text, "name n%zu\n", POLICY_NAMES_MAX + 1);
    memory[text.size] = '\0';
    check_bad(memory, "at most 32 names");

    text_clear(&text);
    text_add(&text, "policy 1\n");
    add_lines(&text, "allow k%zu\n", POLICY_ALLOWED_MAX + 1);
    memory[text.size] = '\0';
    check_bad(memory, "at most 32 keys");
}

static void test_allowed_keys(void **state)
{
    static const char *const never[] = {
        "linux",   "initrd",       "rootfs", "rootfs-force",   "rootflags", "leaf-onfail",
        "options", "linux-sha256", "name",   "rollback-index", "entr",      "entry ",
        "",
    };
    struct policy policy;

    (void)state;
    read_good("policy 1\nname worker\n", &policy);
    assert_true(policy_allows_key(&policy, BYTES("entry")));
    assert_true(policy_allows_key(&policy, BYTES("mirror")));
    assert_true(policy_allows_key(&policy, BYTES("idle-timeout")));
    for (size_t i = 0; i < ARRAY_LENGTH(never); i++)
        assert_false(policy_allows_key(&policy, bytes_of_string(never[i])));
    check_bad("policy 1\nallow entry\nname a\n", "a key that is not allowed yet");
    check_bad("policy 1\nallow rootfs rootflags\nname a\n", "the name of one key");
}

static void test_unknown_name(void **state)
{
    struct policy policy;

    (void)state;
    read_good("policy 1\nname worker\n", &policy);
    assert_null(policy_find_name(&policy, BYTES("Worker")));
    assert_null(policy_find_name(&policy, BYTES("worke")));
    assert_null(policy_find_name(&policy, BYTES("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_strict), cmocka_unit_test(test_every_key),
        cmocka_unit_test(test_bad_policies),        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_bad_digests),         cmocka_unit_test(test_limits),
        cmocka_unit_test(test_too_many_names),      cmocka_unit_test(test_allowed_keys),
        cmocka_unit_test(test_unknown_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
