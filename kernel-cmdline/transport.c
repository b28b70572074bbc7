#include "transport.h"

static const char *const names[TRANSPORT_COUNT] = {
    [TRANSPORT_AUTO] = "auto",
    [TRANSPORT_SNP] = "snp",
    [TRANSPORT_FIRMWARE] = "firmware",
};

bool transport_from_name(struct bytes name, enum transport *ret_transport)
{
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
        if (bytes_equal(name, bytes_of_string(names[i]))) {
            *ret_transport = (enum transport)i;
            return true;
        }
    return false;
}
