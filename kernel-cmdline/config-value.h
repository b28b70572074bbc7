/* Reads the text of a key's value. */
#ifndef KERNEL_CMDLINE_CONFIG_VALUE_H
#define KERNEL_CMDLINE_CONFIG_VALUE_H

#include "keys.h"

/* A value of any type, before it is known whether it is kept. */
union config_value {
    config_URL url;
    config_TEXT text;
    config_SHA256 sha256;
    config_SIZE size;
    config_SECONDS seconds;
    config_ROOT_MODE root_mode;
    config_ARCHITECTURE architecture;
    config_ONFAIL onfail;
    config_TRANSPORT transport;
    config_STREAM stream;
    config_FORMAT format;
    config_DECOMPRESS decompress;
    config_TPM tpm;
    config_FLAG flag;
    config_NUMBER number;
    config_UTC utc_s;
};

/*
 * text: untrusted; a URL or text value points into it. False, and nothing written that
 * matters, when it is not what key_type_describe says of the type.
 */
bool config_value_read(enum key_type type, struct bytes text, union config_value *ret_value);

#endif
