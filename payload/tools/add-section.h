/* Puts a section into a PE32+ file (Microsoft's "PE Format") that is not signed yet. */
#ifndef PAYLOAD_TOOLS_ADD_SECTION_H
#define PAYLOAD_TOOLS_ADD_SECTION_H

#include "../bytes.h"
#include "../text.h"

struct add_section {
    struct bytes file;    /* not trusted to be well-formed */
    const char *name;     /* at most 8 characters */
    struct bytes content; /* 1 byte or more */
};

/*
 * The new file holds the old one with one more section, of initialised data that can only be
 * read, behind all others: in the file, in memory and in the section table. SizeOfImage,
 * SizeOfInitializedData and CheckSum say so; nothing else is changed. False, with a sentence in
 * detail, when the file is signed, has such a section, has no room for another section header, or
 * is no PE32+ file; or when there is not enough memory. free() ret_file->data.
 */
bool add_section(const struct add_section *request, struct text *detail, struct buffer *ret_file);

#endif
