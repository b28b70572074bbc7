/* entry_open and entry_next until the end or the first error. */
#include "fuzz.h"
#include "payload/entry.h"

static void check_pair(const struct entry_pair *pair, struct bytes all)
{
    size_t offset;

    require(pair->key.size > 0 && inside(pair->key, all));
    require(pair->value.size > 0 && inside(pair->value, all));
    require(pair->key.data + pair->key.size < pair->value.data);
    require(pair->key.data[0] != '#');
    require(utf8_check(pair->key, "", &offset) == UTF8_FINE && !has_byte(pair->key, ' '));
    require(utf8_check(pair->value, "\t", &offset) == UTF8_FINE);
    require(pair->value.data[0] > ' ' && pair->value.data[pair->value.size - 1] > ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[256];
    struct text detail = TEXT(memory);
    struct bytes all = { data, size };
    struct entry_reader reader;
    struct entry_pair pair;
    unsigned int line = 0;
    bool more = true;
    enum status st;

    st = entry_open(all, &detail, &reader);
    while (st == STATUS_OK && more) {
        st = entry_next(&reader, &detail, &more, &pair);
        if (st || !more)
            break;
        check_pair(&pair, all);
        require(reader.line > line);
        line = reader.line;
    }
    require(st == STATUS_OK || st == STATUS_ENTRY_TOO_LONG || st == STATUS_ENTRY_ENCODING ||
            st == STATUS_ENTRY_NO_VALUE);
    require_detail(&detail, st != STATUS_OK);
    return 0;
}
