#include "config-value.h"

#include "../payload/utc.h"

static int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

static bool read_sha256(struct bytes text, struct sha256 *ret_sha256)
{
    if (text.size != (size_t)2 * SHA256_BYTES)
        return false;
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        int high = hex_value(text.data[2 * i]);
        int low = hex_value(text.data[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        ret_sha256->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool read_stream(struct bytes text, enum stream_mode *ret_mode)
{
    *ret_mode = bytes_equal(text, BYTES("on"))    ? STREAM_ON
                : bytes_equal(text, BYTES("off")) ? STREAM_OFF
                                                  : STREAM_AUTO;
    return *ret_mode != STREAM_AUTO || bytes_equal(text, BYTES("auto"));
}

static bool read_format(struct bytes text, enum format_said *ret_format)
{
    *ret_format = bytes_equal(text, BYTES("zstd"))    ? FORMAT_ZSTD
                  : bytes_equal(text, BYTES("cpio"))  ? FORMAT_CPIO
                  : bytes_equal(text, BYTES("other")) ? FORMAT_OTHER
                                                      : FORMAT_AUTO;
    return *ret_format != FORMAT_AUTO || bytes_equal(text, BYTES("auto"));
}

static bool read_decompress(struct bytes text, enum decompress_mode *ret_mode)
{
    *ret_mode = bytes_equal(text, BYTES("never"))    ? DECOMPRESS_NEVER
                : bytes_equal(text, BYTES("always")) ? DECOMPRESS_ALWAYS
                                                     : DECOMPRESS_AUTO;
    return *ret_mode != DECOMPRESS_AUTO || bytes_equal(text, BYTES("auto"));
}

bool config_value_read(enum key_type type, struct bytes text, union config_value *ret_value)
{
    uint64_t number;

    switch (type) {
    case KEY_TYPE_URL:
        ret_value->url = text;
        return text.size > 0;
    case KEY_TYPE_TEXT:
        ret_value->text = text;
        return text.size > 0;
    case KEY_TYPE_SHA256:
        return read_sha256(text, &ret_value->sha256);
    case KEY_TYPE_SIZE:
        return bytes_read_decimal(text, INT64_MAX, &ret_value->size) && ret_value->size > 0;
    case KEY_TYPE_SECONDS:
        if (!bytes_read_decimal(text, CONFIG_MAX_SECONDS, &number) || number == 0)
            return false;
        ret_value->seconds = (config_SECONDS)number;
        return true;
    case KEY_TYPE_ROOT_MODE:
        return root_mode_from_name(text, &ret_value->root_mode);
    case KEY_TYPE_ARCHITECTURE:
        return architecture_from_name(text, &ret_value->architecture);
    case KEY_TYPE_ONFAIL:
        ret_value->onfail =
            bytes_equal(text, BYTES("continue")) ? LEAF_ONFAIL_CONTINUE : LEAF_ONFAIL_PANIC;
        return bytes_equal(text, BYTES("continue")) || bytes_equal(text, BYTES("panic"));
    case KEY_TYPE_TRANSPORT:
        return transport_from_name(text, &ret_value->transport);
    case KEY_TYPE_STREAM:
        return read_stream(text, &ret_value->stream);
    case KEY_TYPE_FORMAT:
        return read_format(text, &ret_value->format);
    case KEY_TYPE_DECOMPRESS:
        return read_decompress(text, &ret_value->decompress);
    case KEY_TYPE_TPM:
        ret_value->tpm = bytes_equal(text, BYTES("require")) ? TPM_REQUIRE : TPM_AUTO;
        return ret_value->tpm == TPM_REQUIRE || bytes_equal(text, BYTES("auto"));
    case KEY_TYPE_FLAG:
        ret_value->flag = bytes_equal(text, BYTES("yes"));
        return ret_value->flag || bytes_equal(text, BYTES("no"));
    case KEY_TYPE_NUMBER:
        return bytes_read_decimal(text, UINT64_MAX, &ret_value->number);
    case KEY_TYPE_UTC:
        ret_value->utc_s = utc_parse(text);
        return ret_value->utc_s != UTC_UNKNOWN;
    }
    return false;
}
