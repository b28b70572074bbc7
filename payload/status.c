#include "status.h"

const char *status_sentence(enum status st)
{
    switch (st) {
    case STATUS_OK:
        return "no error";
#define STATUS(name, number, sentence) \
    case STATUS_##name:                \
        return sentence;
#include "status.def"
#undef STATUS
    }
    return "an unknown error";
}
