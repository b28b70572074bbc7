/* What keys.def says of each key, for code that goes through all of them. */
#ifndef KERNEL_CMDLINE_KEYS_H
#define KERNEL_CMDLINE_KEYS_H

#include "config.h"

enum key_type {
    KEY_TYPE_URL,
    KEY_TYPE_TEXT,
    KEY_TYPE_SHA256,
    KEY_TYPE_SIZE,
    KEY_TYPE_SECONDS,
    KEY_TYPE_ROOT_MODE,
    KEY_TYPE_ARCHITECTURE,
    KEY_TYPE_ONFAIL,
    KEY_TYPE_TRANSPORT,
    KEY_TYPE_STREAM,
    KEY_TYPE_FORMAT,
    KEY_TYPE_DECOMPRESS,
    KEY_TYPE_TPM,
    KEY_TYPE_FLAG,
    KEY_TYPE_NUMBER,
    KEY_TYPE_UTC,
};

/* Every string is static and NUL-terminated. */
struct key_info {
    const char *name;
    enum key_type type;
    uint8_t sources;          /* enum key_source, or-ed */
    uint8_t most;             /* how often it may be given */
    const char *default_text; /* "" for none */
    const char *sentence;     /* may quote code in backticks */
};

/* key: one of enum key, below KEY_COUNT. */
const struct key_info *key_info(size_t key);

/* KEY_COUNT when there is no key of that name. */
size_t key_from_name(struct bytes name);

/*
 * The key that was most likely meant by a name that is none (untrusted), among those that
 * the source may use; KEY_COUNT when nothing is near.
 */
size_t key_nearest(struct bytes name, enum key_source source);

/* What a value of the type looks like, for a person: "64 hexadecimal digits". Static. */
void key_type_describe(enum key_type type, struct text *text);

/* A placeholder for a value of the type: "URL", "SECONDS". Static. */
const char *key_type_placeholder(enum key_type type);

#endif
