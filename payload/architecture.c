#include "architecture.h"

static const char *const names[] = {
    [ARCHITECTURE_X64] = "x64",
    [ARCHITECTURE_AA64] = "aa64",
};

const char *architecture_name(enum architecture architecture)
{
    return names[architecture];
}

static uint8_t lower(uint8_t letter)
{
    return letter >= 'A' && letter <= 'Z' ? (uint8_t)(letter + ('a' - 'A')) : letter;
}

static bool same_letters(struct bytes a, struct bytes b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

bool architecture_from_name(struct bytes name, enum architecture *ret_architecture)
{
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (same_letters(name, bytes_of_string(names[i]))) {
            *ret_architecture = (enum architecture)i;
            return true;
        }
    return false;
}
