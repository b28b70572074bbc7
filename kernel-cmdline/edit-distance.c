#include "edit-distance.h"

struct row {
    uint8_t cells[EDIT_DISTANCE_MAX_BYTES + 1];
};

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* Fills the row of a's letter number i (from 1) from the two rows above it. */
static void fill(struct bytes a, struct bytes b, size_t i, const struct row above[2],
                 struct row *row)
{
    row->cells[0] = (uint8_t)i;
    for (size_t j = 1; j <= b.size; j++) {
        bool same = a.data[i - 1] == b.data[j - 1];
        uint8_t best = (uint8_t)(above[0].cells[j - 1] + (same ? 0 : 1));

        best = least(best, (uint8_t)(above[0].cells[j] + 1));
        best = least(best, (uint8_t)(row->cells[j - 1] + 1));
        if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
            best = least(best, (uint8_t)(above[1].cells[j - 2] + 1));
        row->cells[j] = best;
    }
}

uint8_t edit_distance(struct bytes a, struct bytes b)
{
    struct row above[2] = { 0 }; /* the row before, and the one before that */
    struct row row = { 0 };

    if (a.size > EDIT_DISTANCE_MAX_BYTES || b.size > EDIT_DISTANCE_MAX_BYTES)
        return EDIT_DISTANCE_FAR;

    for (size_t j = 0; j <= b.size; j++)
        row.cells[j] = (uint8_t)j;
    for (size_t i = 1; i <= a.size; i++) {
        above[1] = above[0];
        above[0] = row;
        fill(a, b, i, above, &row);
    }
    return row.cells[b.size];
}
