#include "load-options.h"

#include "../payload/utf16.h"
#include "device-path.h"

/* The longest image name that is compared, in bytes of UTF-8. */
#define NAME_MAX_BYTES 512

/* What follows the last '/', '\' or ':' (the shell's drive). */
static struct bytes base_name(struct bytes path)
{
    size_t start = path.size;

    while (start > 0 && path.data[start - 1] != '/' && path.data[start - 1] != '\\' &&
           path.data[start - 1] != ':')
        start--;
    return bytes_from(path, start);
}

static struct bytes first_word(struct bytes line)
{
    size_t size = 0;

    while (size < line.size && line.data[size] != ' ' && line.data[size] != '\t')
        size++;
    return bytes_first(line, size);
}

/* The shell lets its user leave the suffix out. */
static bool is_name(struct bytes word, struct bytes image)
{
    struct bytes suffix = BYTES(".efi");
    struct bytes name = base_name(word);

    if (image.size == 0)
        return false;
    /* A key=value whose URL ends like the image: `linux=http://host/kernel`. */
    if (memchr(word.data, '=', word.size))
        return bytes_equal_without_case(word, image);
    if (bytes_equal_without_case(name, image))
        return true;
    return name.size > 0 && name.size + suffix.size == image.size &&
           bytes_equal_without_case(bytes_from(image, name.size), suffix) &&
           bytes_equal_without_case(name, bytes_first(image, name.size));
}

/* How many bytes at the start of the line are the image's own name. */
static size_t name_length(const EFI_LOADED_IMAGE *loaded, struct bytes line)
{
    char memory[NAME_MAX_BYTES];
    struct text file = TEXT(memory);
    struct bytes word = first_word(line), uri, query;
    size_t units = 0;
    const CHAR16 *name = device_path_file(loaded->FilePath, &units);

    if (word.size == 0)
        return 0;
    if (name && utf16_to_utf8(name, units, &file) && is_name(word, base_name(text_bytes(&file))))
        return word.size;
    uri = device_path_uri(loaded->FilePath);
    for (size_t i = 0; i < uri.size; i++) {
        query = bytes_from(uri, i);
        if (query.data[0] == '?' || query.data[0] == '#')
            uri = bytes_first(uri, i);
    }
    return is_name(word, base_name(uri)) ? word.size : 0;
}

enum status load_options_line(const EFI_LOADED_IMAGE *loaded, struct text *detail,
                              struct text *ret_line)
{
    size_t start = ret_line->size;
    struct bytes line;

    if (!utf16_to_utf8(loaded->LoadOptions,
                       loaded->LoadOptions ? loaded->LoadOptionsSize / sizeof(CHAR16) : 0,
                       ret_line)) {
        text_add(detail, "LoadOptions are expected to be UTF-16 text");
        return STATUS_CONFIG_ENCODING;
    }
    if (ret_line->truncated) {
        text_add(detail, "LoadOptions of ");
        text_add_u64(detail, loaded->LoadOptionsSize);
        text_add(detail, " bytes; expected at most ");
        text_add_u64(detail, ret_line->capacity);
        return STATUS_CONFIG_TOO_LONG;
    }
    line = bytes_from(text_bytes(ret_line), start);
    memset(ret_line->data + start, ' ', name_length(loaded, line));
    return STATUS_OK;
}
