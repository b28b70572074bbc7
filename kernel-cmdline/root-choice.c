#include "root-choice.h"
#include "parameters.h"

/* What the user's options mean for the root. */
struct root_words {
    bool has_root;  /* root= names a root */
    bool has_tmpfs; /* the rootfs is a tmpfs, which can be sized, not a ramfs */
};

const char *rootflags_parameter(enum rootflags_place place)
{
    switch (place) {
    case ROOTFLAGS_ROOTFLAGS:
        return "rootflags";
    case ROOTFLAGS_INITRAMFS_OPTIONS:
        return "initramfs_options";
    case ROOTFLAGS_NOWHERE:
    case ROOTFLAGS_LEAF:
        break;
    }
    return NULL;
}

static bool contains(struct bytes text, struct bytes part)
{
    for (; text.size >= part.size; text = bytes_from(text, 1))
        if (bytes_start_with(text, part))
            return true;
    return false;
}

/* As init_rootfs in the kernel's init/do_mounts.c; of a word that is repeated the last counts. */
static struct root_words find_root_words(struct bytes options)
{
    struct root_words words = { .has_tmpfs = true };
    struct parameter parameter;

    while (parameter_next(&options, &parameter)) {
        if (!parameter.has_value)
            continue;
        if (parameter_name_equal(parameter.name, BYTES("root")))
            words.has_root = parameter.value.size > 0;
        if (parameter_name_equal(parameter.name, BYTES("rootfstype")))
            words.has_tmpfs = contains(parameter.value, BYTES("tmpfs"));
    }
    return words;
}

static bool kernel_has(const struct capabilities *capabilities, enum root_mode mode)
{
    switch (mode) {
    case ROOT_NULLFS:
        return capabilities->nullfs;
    case ROOT_NULLFS_ROOTFS:
        return capabilities->nullfs_rootfs;
    case ROOT_IMMUTABLE_ROOTFS:
        return capabilities->immutable_rootfs;
    case ROOT_NONROOT_INITRAMFS:
        return capabilities->nonroot_initramfs;
    case ROOT_AUTO:
    case ROOT_USER_ROOT:
    case ROOT_LEAF:
    case ROOT_NONE:
    case ROOT_MODE_COUNT:
        break;
    }
    return false;
}

/* Whether the kernel's words say if it has the mode; the others leave no trace, or need none. */
static bool shows_in_kernel(enum root_mode mode)
{
    return mode == ROOT_NULLFS || mode == ROOT_NULLFS_ROOTFS || mode == ROOT_IMMUTABLE_ROOTFS ||
           mode == ROOT_NONROOT_INITRAMFS;
}

static enum rootflags_place place_of(const struct root_request *request, enum root_mode mode,
                                     const struct root_words *words)
{
    if (request->rootflags.size == 0)
        return ROOTFLAGS_NOWHERE;
    if (mode == ROOT_LEAF)
        return ROOTFLAGS_LEAF;
    /* What the kernel and every initramfs mean by them then: that root's mount options. */
    if (words->has_root)
        return ROOTFLAGS_ROOTFLAGS;

    switch (mode) {
    case ROOT_USER_ROOT:
        return ROOTFLAGS_ROOTFLAGS;
    case ROOT_NONROOT_INITRAMFS:
        /* initramfs_options= would size the empty rootfs below, not the tmpfs of the patch. */
        return ROOTFLAGS_NOWHERE;
    default:
        if (words->has_tmpfs && request->capabilities->initramfs_options)
            return ROOTFLAGS_INITRAMFS_OPTIONS;
        return mode == ROOT_NONE ? ROOTFLAGS_ROOTFLAGS : ROOTFLAGS_NOWHERE;
    }
}

static bool would_obey_rootflags(const struct root_request *request, enum root_mode mode,
                                 const struct root_words *words)
{
    return request->rootflags.size == 0 || place_of(request, mode, words) != ROOTFLAGS_NOWHERE;
}

static void add_source(const struct root_request *request, struct text *reason)
{
    text_add(reason, " (");
    capabilities_describe_source(request->capabilities, reason);
    text_add(reason, ")");
}

static enum root_mode leaf_instead(const struct root_request *request, struct text *reason)
{
    text_add(reason, "leaf: ");
    if (!request->capabilities->known) {
        text_add(reason, "what the kernel has is unknown");
        add_source(request, reason);
        return ROOT_LEAF;
    }
    text_add(reason, "the kernel has ");
    capabilities_describe_mechanisms(request->capabilities, reason);
    add_source(request, reason);
    return ROOT_LEAF;
}

static enum root_mode choose_automatically(const struct root_request *request,
                                           const struct root_words *words, struct text *reason)
{
    static const enum root_mode order[] = {
        ROOT_NULLFS,
        ROOT_IMMUTABLE_ROOTFS,
        ROOT_NULLFS_ROOTFS,
        ROOT_NONROOT_INITRAMFS,
    };
    bool has_any = false;
    enum root_mode mode;

    if (words->has_root) {
        text_add(reason, "none: root= in the options names another root");
        return ROOT_NONE;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
        if (!kernel_has(request->capabilities, order[i]))
            continue;
        has_any = true;
        if (!would_obey_rootflags(request, order[i], words))
            continue;
        text_add(reason, root_mode_name(order[i]));
        text_add(reason, ": the kernel has it");
        add_source(request, reason);
        return order[i];
    }
    mode = leaf_instead(request, reason);
    if (has_any)
        text_add(reason, ", which would not obey rootflags");
    return mode;
}

/* Adds the reason, or the detail of the error. */
static enum status check_asked(const struct root_request *request, struct text *detail)
{
    bool lacks = shows_in_kernel(request->mode) && request->capabilities->known &&
                 !kernel_has(request->capabilities, request->mode);

    if (lacks && !request->force) {
        text_add(detail, "rootfs=");
        text_add(detail, root_mode_name(request->mode));
        text_add(detail, ": the kernel has ");
        capabilities_describe_mechanisms(request->capabilities, detail);
        add_source(request, detail);
        text_add(detail, "; rootfs=auto takes what it has, rootfs-force insists");
        return STATUS_ROOT_MODE_MISSING;
    }
    text_add(detail, root_mode_name(request->mode));
    text_add(detail, ": as configured");
    if (lacks) {
        text_add(detail, " and insisted on, though the kernel has ");
        capabilities_describe_mechanisms(request->capabilities, detail);
        add_source(request, detail);
    } else if (shows_in_kernel(request->mode)) {
        text_add(detail, request->capabilities->known ? ", and the kernel has it"
                                                      : "; what the kernel has is unknown");
        add_source(request, detail);
    }
    return STATUS_OK;
}

static void add_place(const struct root_request *request, enum rootflags_place place,
                      struct text *reason)
{
    if (request->rootflags.size == 0)
        return;
    switch (place) {
    case ROOTFLAGS_NOWHERE:
        text_add(reason, "; rootflags are left out, because nothing would obey them");
        break;
    case ROOTFLAGS_LEAF:
        text_add(reason, "; rootflags go to the leaf init's mount");
        break;
    case ROOTFLAGS_ROOTFLAGS:
    case ROOTFLAGS_INITRAMFS_OPTIONS:
        text_add(reason, "; rootflags go to ");
        text_add(reason, rootflags_parameter(place));
        text_add(reason, "=");
        break;
    }
}

bool root_choice_asks_kernel(const struct root_request *request)
{
    struct root_words words = find_root_words(request->options);

    switch (request->mode) {
    case ROOT_USER_ROOT:
    case ROOT_LEAF:
        return false;
    case ROOT_AUTO:
        return !words.has_root;
    case ROOT_NONE:
        return request->rootflags.size > 0 && !words.has_root && words.has_tmpfs;
    default:
        return true;
    }
}

enum status root_choose(const struct root_request *request, struct text *detail,
                        struct root_choice *ret_choice)
{
    struct root_words words = find_root_words(request->options);
    enum root_mode mode = request->mode;
    enum rootflags_place place;
    enum status st;

    if (mode == ROOT_AUTO)
        mode = choose_automatically(request, &words, detail);
    else if ((st = check_asked(request, detail)))
        return st;
    place = place_of(request, mode, &words);
    add_place(request, place, detail);
    *ret_choice = (struct root_choice){
        .mode = mode,
        .word = root_mode_word(mode),
        .rootflags = place,
        .frees_rootfs = request->mode == ROOT_AUTO && mode == ROOT_LEAF && words.has_tmpfs &&
                        request->capabilities->initramfs_options,
    };
    return STATUS_OK;
}
