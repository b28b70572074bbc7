/*
 * The configuration: one struct made from keys.def, filled from the iPXE line (LoadOptions),
 * the .conf of a direct boot, and the entry. All of these are untrusted.
 */
#ifndef KERNEL_CMDLINE_CONFIG_H
#define KERNEL_CMDLINE_CONFIG_H

#include "../payload/architecture.h"
#include "../payload/bytes.h"
#include "../payload/leaf-config.h"
#include "../payload/sha256-value.h"
#include "../payload/status.h"
#include "../payload/text.h"
#include "root-mode.h"
#include "transport.h"

/* Longest text of LoadOptions or a .conf, in bytes. */
#define CONFIG_LINE_MAX_BYTES (32 * 1024)
/* Longest time that a key can ask for, in seconds: a day. */
#define CONFIG_MAX_SECONDS 86400

enum stream_mode {
    STREAM_AUTO,
    STREAM_ON,
    STREAM_OFF,
};

/* What an initrd is, as its owner says; verified bytes that are something else are not wrapped. */
enum format_said {
    FORMAT_AUTO, /* whoever wants to know has to look */
    FORMAT_ZSTD, /* from its first byte on */
    FORMAT_CPIO, /* uncompressed archives to its end */
    FORMAT_OTHER,
};

enum decompress_mode {
    DECOMPRESS_AUTO,
    DECOMPRESS_NEVER,
    DECOMPRESS_ALWAYS,
};

enum key_source {
    KEY_LINE = 1,
    KEY_ENTRY = 2,
};

/* From lax to strict. */
enum tpm_use {
    TPM_AUTO,    /* measure where there is a TPM, go on where that fails */
    TPM_REQUIRE, /* boot only when everything was measured */
};

/* Where a key of keys.def stands in the order of that file: KEY_ and its field. */
enum key {
#define KEY_ONE(type, field, name, sources, default_text, sentence) KEY_##field,
#define KEY_MANY(type, field, name, most, sources, sentence)        KEY_##field,
#include "keys.def"
#undef KEY_ONE
#undef KEY_MANY
    KEY_COUNT
};

typedef struct bytes config_URL;
typedef struct bytes config_TEXT;
typedef struct sha256 config_SHA256;
typedef uint64_t config_SIZE;
typedef uint32_t config_SECONDS;
typedef enum root_mode config_ROOT_MODE;
typedef enum architecture config_ARCHITECTURE;
typedef enum leaf_onfail config_ONFAIL;
typedef enum transport config_TRANSPORT;
typedef enum stream_mode config_STREAM;
typedef enum format_said config_FORMAT;
typedef enum decompress_mode config_DECOMPRESS;
typedef enum tpm_use config_TPM;
typedef bool config_FLAG;
typedef uint64_t config_NUMBER;
typedef int64_t config_UTC; /* seconds, see payload/utc.h */

struct config {
    /* How often each key was given, over all sources; 0: the field holds the default (zero
     * where keys.def has none). Of a KEY_MANY this is how many values the field holds. */
    uint8_t given[KEY_COUNT];
    /* Which sources gave it: enum key_source, or-ed. */
    uint8_t given_by[KEY_COUNT];
    /* Kernel options from the line, behind " -- ", verbatim; data is NULL without " -- ". */
    struct bytes line_options;
    /* The bare word help was on the line: show the keys instead of booting. */
    bool help;
#define KEY_ONE(type, field, name, sources, default_text, sentence) config_##type field;
#define KEY_MANY(type, field, name, most, sources, sentence)        config_##type field[most];
#include "keys.def"
#undef KEY_ONE
#undef KEY_MANY
};

/* Sets every key to its default. */
void config_init(struct config *config);

/*
 * Takes one key. key and value: untrusted; the config keeps pointers into value.
 * STATUS_CONFIG_KEY_UNKNOWN (detail names the nearest key that the source may use),
 * STATUS_CONFIG_KEY_REPEATED, STATUS_CONFIG_KEY_MISPLACED (a known key, wrong source),
 * STATUS_CONFIG_VALUE_BAD (also an empty one): detail names key, value and what is allowed.
 * A scalar key that the line gave is not overridden by the entry's: the line wins, in
 * whichever order they are read. The entry's value is checked all the same. Of `tpm` the
 * stricter value is kept: nobody who adds a word can take back what another one demanded.
 */
enum status config_add(struct config *config, enum key_source source, struct bytes key,
                       struct bytes value, struct text *detail);

/*
 * Takes a whole line: words "key=value" as tokens.h says, or the word help; what follows the
 * first bare word -- is kernel options, verbatim to the end of the text but for line ends and
 * comments, which become blanks. A .conf is read in the same way: there line ends separate words as
 * blanks do and a line that starts with # is a comment. line: untrusted, modified in place (quotes
 * removed), must outlive config.
 * STATUS_CONFIG_TOO_LONG, STATUS_CONFIG_ENCODING (not UTF-8, or a control character other
 * than tab and line ends), STATUS_CONFIG_QUOTE_OPEN, STATUS_CONFIG_VALUE_BAD (a word that is
 * not key=value) and what config_add returns.
 */
enum status config_add_line(struct config *config, struct buffer line, struct text *detail);

/*
 * Takes an entry (payload/entry.h) and checks its architecture against `machine`.
 * text: untrusted, must outlive config. What entry_open, entry_next and config_add return;
 * STATUS_ENTRY_ARCHITECTURE.
 */
enum status config_add_entry(struct config *config, struct bytes text, enum architecture machine,
                             struct text *detail);

/*
 * Whether a .conf (untrusted) holds an entry ("key value" lines) instead of words
 * ("key=value"): the first line that is neither empty nor a comment decides.
 */
bool config_is_entry(struct bytes text);

/*
 * Before the entry is fetched: STATUS_CONFIG_MISSING (nothing says what to boot),
 * STATUS_CONFIG_CONFLICT (entry= together with linux=, initrd=, their digests or sizes).
 */
enum status config_check_line(const struct config *config, struct text *detail);

/*
 * When everything was read: STATUS_CONFIG_INCOMPLETE (no linux),
 * STATUS_CONFIG_CONFLICT (number of digests or sizes is neither 0 nor that of the initrds).
 */
enum status config_check(const struct config *config, struct text *detail);

#endif
