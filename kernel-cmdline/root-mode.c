#include "root-mode.h"

/* The words are the names, where the kernel takes one. */
static const struct {
    const char *name;
    bool has_word;
} modes[ROOT_MODE_COUNT] = {
    [ROOT_AUTO] = { "auto", false },
    [ROOT_NULLFS] = { "nullfs", false },
    [ROOT_NULLFS_ROOTFS] = { "nullfs_rootfs", true },
    [ROOT_IMMUTABLE_ROOTFS] = { "immutable_rootfs", true },
    [ROOT_NONROOT_INITRAMFS] = { "nonroot_initramfs", true },
    [ROOT_USER_ROOT] = { "user_root", false },
    [ROOT_LEAF] = { "leaf", false },
    [ROOT_NONE] = { "none", false },
};

const char *root_mode_name(enum root_mode mode)
{
    return modes[mode].name;
}

const char *root_mode_word(enum root_mode mode)
{
    return modes[mode].has_word ? modes[mode].name : NULL;
}

bool root_mode_from_name(struct bytes name, enum root_mode *ret_mode)
{
    for (size_t i = 0; i < ARRAY_LENGTH(modes); i++)
        if (bytes_equal(name, bytes_of_string(modes[i].name))) {
            *ret_mode = (enum root_mode)i;
            return true;
        }
    return false;
}
