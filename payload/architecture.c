#include "architecture.h"

static const char *const names[] = {
    [ARCHITECTURE_X64] = "x64",
    [ARCHITECTURE_AA64] = "aa64",
};

const char *architecture_name(enum architecture architecture)
{
    return names[architecture];
}

bool architecture_from_name(struct bytes name, enum architecture *ret_architecture)
{
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (bytes_equal_without_case(name, bytes_of_string(names[i]))) {
            *ret_architecture = (enum architecture)i;
            return true;
        }
    return false;
}
