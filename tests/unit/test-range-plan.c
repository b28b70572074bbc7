#include "net/range-plan.h"
#include "support.h"

static void gives_each_part_once(void **state)
{
    struct range_plan plan;
    uint64_t first, bytes;

    (void)state;
    range_plan_init(&plan, RANGE_PLAN_UNKNOWN);
    assert_true(range_plan_missing(&plan) == RANGE_PLAN_UNKNOWN);
    assert_true(range_plan_take(&plan, 1, 100, &first, &bytes));
    assert_true(first == 0 && bytes == 100);
    assert_true(range_plan_set_size(&plan, 250));
    assert_false(range_plan_set_size(&plan, 251));
    assert_true(range_plan_take(&plan, 2, 100, &first, &bytes));
    assert_true(first == 100 && bytes == 100);
    assert_true(range_plan_take(&plan, 3, 100, &first, &bytes));
    assert_true(first == 200 && bytes == 50);
    assert_false(range_plan_take(&plan, 4, 100, &first, &bytes));
    assert_true(range_plan_missing(&plan) == 0);

    range_plan_arrived(&plan, 2, 100);
    assert_true(range_plan_prefix(&plan) == 0);
    assert_true(range_plan_left(&plan, 2) == 0);
    range_plan_arrived(&plan, 1, 40);
    assert_true(range_plan_prefix(&plan) == 40);
    assert_true(range_plan_left(&plan, 1) == 60);

    /* What a broken connection leaves behind is what is fetched next. */
    range_plan_release(&plan, 1);
    range_plan_release(&plan, 1);
    assert_true(range_plan_missing(&plan) == 60);
    assert_true(range_plan_take(&plan, 4, UINT64_MAX, &first, &bytes));
    assert_true(first == 40 && bytes == 60);
    range_plan_arrived(&plan, 4, 60);
    assert_true(range_plan_prefix(&plan) == 200);
    range_plan_arrived(&plan, 3, 49);
    assert_false(range_plan_complete(&plan));
    range_plan_arrived(&plan, 3, 1);
    assert_true(range_plan_complete(&plan));
    assert_true(range_plan_prefix(&plan) == 250);
}

static void joins_what_is_missing(void **state)
{
    struct range_plan plan;
    uint64_t first, bytes;

    (void)state;
    range_plan_init(&plan, 300);
    for (uint8_t owner = 1; owner <= 3; owner++)
        assert_true(range_plan_take(&plan, owner, 100, &first, &bytes));
    range_plan_release(&plan, 1);
    range_plan_release(&plan, 3);
    range_plan_release(&plan, 2);
    assert_true(range_plan_take(&plan, 1, UINT64_MAX, &first, &bytes));
    assert_true(first == 0 && bytes == 300);
}

static void knows_contradicting_sizes(void **state)
{
    struct range_plan plan;
    uint64_t first, bytes;

    (void)state;
    range_plan_init(&plan, RANGE_PLAN_UNKNOWN);
    assert_true(range_plan_take(&plan, 1, RANGE_PLAN_UNKNOWN, &first, &bytes));
    assert_true(first == 0 && bytes == RANGE_PLAN_UNKNOWN);
    range_plan_arrived(&plan, 1, 100);
    assert_false(range_plan_complete(&plan));
    assert_false(range_plan_set_size(&plan, 99));
    assert_true(range_plan_set_size(&plan, 100));
    assert_true(range_plan_complete(&plan));

    range_plan_init(&plan, RANGE_PLAN_UNKNOWN);
    assert_true(range_plan_take(&plan, 1, RANGE_PLAN_UNKNOWN, &first, &bytes));
    assert_true(range_plan_set_size(&plan, 10));
    assert_true(range_plan_left(&plan, 1) == 10);

    /* Parts that were given beyond the end shrink, or vanish. */
    range_plan_init(&plan, RANGE_PLAN_UNKNOWN);
    for (uint8_t owner = 1; owner <= 3; owner++)
        assert_true(range_plan_take(&plan, owner, 100, &first, &bytes));
    range_plan_arrived(&plan, 2, 20);
    assert_false(range_plan_set_size(&plan, 119));
    assert_true(range_plan_set_size(&plan, 150));
    assert_true(range_plan_left(&plan, 1) == 100);
    assert_true(range_plan_left(&plan, 2) == 30);
    assert_true(range_plan_left(&plan, 3) == 0);
    assert_true(range_plan_missing(&plan) == 0);

    range_plan_init(&plan, 0);
    assert_true(range_plan_complete(&plan));
    range_plan_take_rest(&plan, 1);
    assert_true(range_plan_complete(&plan));
    range_plan_init(&plan, RANGE_PLAN_UNKNOWN);
    assert_true(range_plan_set_size(&plan, 0));
    assert_true(range_plan_complete(&plan));
}

static void splits_a_part(void **state)
{
    struct range_plan plan;
    uint64_t first, bytes;

    (void)state;
    range_plan_init(&plan, 1000);
    assert_true(range_plan_take(&plan, 1, 600, &first, &bytes));
    range_plan_arrived(&plan, 1, 100);
    assert_false(range_plan_split(&plan, 2, 1)); /* has none */
    assert_false(range_plan_split(&plan, 1, 0));
    assert_true(range_plan_split(&plan, 1, 200));
    assert_int_equal(range_plan_left(&plan, 1), 300);
    /* What is missing is one part again. */
    assert_true(range_plan_take(&plan, 2, 1000, &first, &bytes));
    assert_true(first == 400 && bytes == 600);
    /* All of it. */
    assert_true(range_plan_split(&plan, 1, 300));
    assert_int_equal(range_plan_left(&plan, 1), 0);
    assert_int_equal(range_plan_missing(&plan), 300);
    assert_int_equal(range_plan_prefix(&plan), 100);
}

static void leaves_the_rest_to_one(void **state)
{
    struct range_plan plan;
    uint64_t first, bytes;

    (void)state;
    range_plan_init(&plan, 400);
    for (uint8_t owner = 1; owner <= 3; owner++)
        assert_true(range_plan_take(&plan, owner, 100, &first, &bytes));
    range_plan_arrived(&plan, 1, 30);
    range_plan_arrived(&plan, 2, 100);
    range_plan_take_rest(&plan, 3);
    assert_true(range_plan_prefix(&plan) == 30);
    assert_true(range_plan_left(&plan, 3) == 370);
    assert_true(range_plan_left(&plan, 1) == 0);
    assert_true(range_plan_missing(&plan) == 0);
}

/* ---- any order of events, against a map of single bytes -------------------------------------- */

#define FILE_BYTES 9000
#define OWNERS     120

struct model {
    struct range_plan plan;
    bool there[FILE_BYTES];
    uint64_t next[OWNERS + 1]; /* where an owner's next byte goes */
    unsigned int takes;
};

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void model_check(const struct model *model)
{
    uint64_t prefix = 0, there = 0, accounted = range_plan_missing(&model->plan);

    while (prefix < FILE_BYTES && model->there[prefix])
        prefix++;
    for (size_t i = 0; i < FILE_BYTES; i++)
        there += model->there[i];
    assert_true(range_plan_prefix(&model->plan) == prefix);
    assert_true(range_plan_complete(&model->plan) == (there == FILE_BYTES));
    assert_true(model->plan.count <= RANGE_PLAN_PARTS);
    for (uint8_t owner = 1; owner <= OWNERS; owner++)
        accounted += range_plan_left(&model->plan, owner);
    assert_true(accounted == FILE_BYTES - there);
}

static void model_arrive(struct model *model, uint8_t owner, uint64_t bytes)
{
    range_plan_arrived(&model->plan, owner, bytes);
    for (uint64_t i = 0; i < bytes; i++, model->next[owner]++) {
        assert_true(model->next[owner] < FILE_BYTES);
        assert_false(model->there[model->next[owner]]); /* no byte is fetched twice */
        model->there[model->next[owner]] = true;
    }
}

static void model_turn(struct model *model, uint64_t *seed)
{
    uint8_t owner = (uint8_t)(next_random(seed) % OWNERS + 1);
    uint64_t left = range_plan_left(&model->plan, owner);
    uint32_t event = next_random(seed) % 10;
    uint64_t first, bytes;

    if (left == 0) {
        uint64_t most = next_random(seed) % 90 + 1;

        if (!range_plan_take(&model->plan, owner, most, &first, &bytes))
            return;
        assert_true(bytes > 0 && (bytes <= most || model->plan.count == RANGE_PLAN_PARTS));
        model->next[owner] = first;
        model->takes++;
    } else if (event < 2) {
        range_plan_release(&model->plan, owner);
    } else if (event < 3) {
        uint64_t last = next_random(seed) % left + 1;

        if (range_plan_split(&model->plan, owner, last))
            assert_true(range_plan_left(&model->plan, owner) == left - last);
        else
            assert_int_equal(model->plan.count, RANGE_PLAN_PARTS);
    } else {
        model_arrive(model, owner, event < 5 ? left : next_random(seed) % left + 1);
    }
}

static void survives_any_schedule(void **state)
{
    static struct model model;
    unsigned int most_parts = 0;

    (void)state;
    for (uint64_t round = 0; round < 300; round++) {
        uint64_t seed = round;

        memset(&model, 0, sizeof(model));
        range_plan_init(&model.plan, round % 2 ? FILE_BYTES : RANGE_PLAN_UNKNOWN);
        if (round % 2 == 0)
            assert_true(range_plan_set_size(&model.plan, FILE_BYTES));
        while (!range_plan_complete(&model.plan)) {
            model_turn(&model, &seed);
            model_check(&model);
            if (model.plan.count > most_parts)
                most_parts = (unsigned int)model.plan.count;
        }
        assert_true(model.takes > 10);
    }
    /* The limit was met: or it has not been tried. */
    assert_int_equal(most_parts, RANGE_PLAN_PARTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_each_part_once),
        cmocka_unit_test(joins_what_is_missing),
        cmocka_unit_test(knows_contradicting_sizes),
        cmocka_unit_test(leaves_the_rest_to_one),
        cmocka_unit_test(splits_a_part),
        cmocka_unit_test(survives_any_schedule),
    };

    return cmocka_run_group_tests_name("range-plan", tests, NULL, NULL);
}
