#include "trust.h"

#include "../kernel-cmdline/keys.h"
#include "../payload/signature.h"
#include "../payload/utc.h"
#include "calendar.h"
#include "rollback.h"

/*
 * EFI_GLOBAL_VARIABLE SecureBoot (UEFI 2.10 section 3.3), which only the firmware writes. An
 * answer that can't be understood counts as on: that is the stricter side.
 */
static bool secure_boot_is_on(EFI_RUNTIME_SERVICES *services)
{
    EFI_GUID guid = EFI_GLOBAL_VARIABLE;
    UINT8 value = 0;
    UINTN size_bytes = sizeof(value);
    EFI_STATUS status =
        services->GetVariable((CHAR16 *)u"SecureBoot", &guid, NULL, &size_bytes, &value);

    return status == EFI_NOT_FOUND ? false : status != EFI_SUCCESS || value != 0;
}

static enum status go_unsigned(struct boot *boot)
{
    if (secure_boot_is_on(boot->system->RuntimeServices)) {
        text_add(&boot->detail, "Secure Boot is on: a loader without anchors would start what "
                                "anybody serves; `make trust` adds them");
        return STATUS_TRUST_NO_ANCHORS;
    }
    console_say(&boot->console, "WARNING: UNSIGNED OPERATION: there are no trust anchors and "
                                "Secure Boot is off: whatever the network serves will run");
    return STATUS_OK;
}

static void log_policy(struct boot *boot)
{
    const struct policy *policy = &boot->trust.policy;
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, "trust: only signed entries boot; names:");
    for (size_t i = 0; i < policy->names_count; i++) {
        text_add(&line, " ");
        text_add_bytes(&line, policy->names[i].name);
    }
    text_add(&line, "; signatures needed: ");
    text_add_u64(&line, policy->threshold);
    console_line(&boot->console, &line);
}

enum status trust_load(struct boot *boot)
{
    struct bytes image = { boot->loaded->ImageBase, boot->loaded->ImageSize };
    enum status st;

    if ((st = trust_section_find(image, TRUST_LAYOUT_LOADED, &boot->detail, &boot->trust_section)))
        return st;
    if (boot->trust_section.size == 0)
        return go_unsigned(boot);
    if ((st = trust_read(boot->trust_section, &boot->detail, &boot->trust)))
        return st;
    boot->has_anchors = true;
    log_policy(boot);
    return STATUS_OK;
}

static void add_allowed_keys(struct boot *boot)
{
    text_add(&boot->detail, ", expected nothing but");
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const struct key_info *info = key_info(key);

        if (!policy_allows_key(&boot->trust.policy, bytes_of_string(info->name)))
            continue;
        text_add(&boot->detail, " ");
        text_add(&boot->detail, info->name);
    }
}

static bool is_blank(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] != ' ')
            return false;
    return true;
}

static enum status check_words(struct boot *boot)
{
    const struct config *config = &boot->config;
    const struct policy *policy = &boot->trust.policy;

    if (config->given[KEY_linux_url] && !config->given[KEY_entry_url]) {
        text_add(&boot->detail, "found linux= without an entry, expected entry=");
        return STATUS_TRUST_NO_ENTRY;
    }
    for (size_t key = 0; key < KEY_COUNT; key++) {
        const char *name = key_info(key)->name;

        if (!(config->given_by[key] & KEY_LINE) || policy_allows_key(policy, bytes_of_string(name)))
            continue;
        text_add(&boot->detail, "found '");
        text_add(&boot->detail, name);
        text_add(&boot->detail, "'");
        add_allowed_keys(boot);
        return STATUS_TRUST_KEY;
    }
    /* The line has no key for what an entry calls options. */
    if (!is_blank(config->line_options) && !policy_allows_key(policy, BYTES("options"))) {
        text_add(&boot->detail, "found kernel options ");
        text_add_quoted(&boot->detail, config->line_options);
        add_allowed_keys(boot);
        return STATUS_TRUST_KEY;
    }
    return STATUS_OK;
}

enum status trust_check_words(struct boot *boot)
{
    if (boot->has_anchors)
        return check_words(boot);
    if (boot->config.given[KEY_signature_url]) {
        text_add(&boot->detail, "signature= asks for a check that can't be made");
        return STATUS_TRUST_NO_ANCHORS;
    }
    return STATUS_OK;
}

static enum status check_pins(struct boot *boot)
{
    const struct config *config = &boot->config;
    uint8_t initrds = config->given[KEY_initrd_url];

    if (!config->given[KEY_linux_sha256] || !config->given[KEY_linux_size]) {
        text_add(&boot->detail, "expected linux-sha256 and linux-size");
        return STATUS_TRUST_KERNEL_UNPINNED;
    }
    if (config->given[KEY_initrd_sha256] != initrds || config->given[KEY_initrd_size] != initrds) {
        text_add(&boot->detail, "expected initrd-sha256 and initrd-size for each of ");
        text_add_u64(&boot->detail, initrds);
        text_add(&boot->detail, ", found ");
        text_add_u64(&boot->detail, config->given[KEY_initrd_sha256]);
        text_add(&boot->detail, " and ");
        text_add_u64(&boot->detail, config->given[KEY_initrd_size]);
        return STATUS_TRUST_INITRD_UNPINNED;
    }
    return STATUS_OK;
}

static enum status check_present(struct boot *boot, size_t key)
{
    if (boot->config.given[key])
        return STATUS_OK;
    text_add(&boot->detail, "a signed entry needs '");
    text_add(&boot->detail, key_info(key)->name);
    text_add(&boot->detail, "'");
    return STATUS_CONFIG_INCOMPLETE;
}

static enum status check_name(struct boot *boot, const struct policy_name **ret_name)
{
    const struct policy *policy = &boot->trust.policy;

    *ret_name = policy_find_name(policy, boot->config.name);
    if (*ret_name)
        return STATUS_OK;
    text_add(&boot->detail, "found ");
    text_add_quoted(&boot->detail, boot->config.name);
    text_add(&boot->detail, ", expected");
    for (size_t i = 0; i < policy->names_count; i++) {
        text_add(&boot->detail, i > 0 ? " or '" : " '");
        text_add_bytes(&boot->detail, policy->names[i].name);
        text_add(&boot->detail, "'");
    }
    return STATUS_TRUST_NAME;
}

/* A failing variable store is the policy's to forgive; a variable of somebody else's never is. */
static enum status forgive_store(struct boot *boot, enum status st)
{
    char memory[BOOT_DETAIL_BYTES + 100];
    struct text line = TEXT(memory);

    if (st != STATUS_FLOOR_STORE || !boot->trust.policy.lost_floor_continues)
        return st;
    text_add(&line, "WARNING: going on without a rollback floor, as the policy says: ");
    text_add_bytes(&line, text_bytes(&boot->detail));
    console_line(&boot->console, &line);
    text_clear(&boot->detail);
    return STATUS_OK;
}

static void log_entry(struct boot *boot)
{
    char memory[300];
    struct text line = TEXT(memory);

    text_add(&line, "entry: '");
    text_add_bytes(&line, boot->config.name);
    text_add(&line, "', rollback index ");
    text_add_u64(&line, boot->config.rollback_index);
    text_add(&line, ", floor ");
    text_add_u64(&line, boot->floor);
    console_line(&boot->console, &line);
}

static enum status check_rollback(struct boot *boot, const struct policy_name *name)
{
    const struct config *config = &boot->config;
    enum status st;

    boot->floor = 0;
    st =
        rollback_floor_read(boot->system->RuntimeServices, name->name, &boot->detail, &boot->floor);
    if (st && (st = forgive_store(boot, st)))
        return st;
    if (boot->floor < name->lowest_index)
        boot->floor = name->lowest_index;
    log_entry(boot);
    if (config->rollback_index < boot->floor) {
        text_add(&boot->detail, "found rollback-index ");
        text_add_u64(&boot->detail, config->rollback_index);
        text_add(&boot->detail, ", expected ");
        text_add_u64(&boot->detail, boot->floor);
        text_add(&boot->detail, " or above");
        return STATUS_ROLLBACK;
    }
    if (config->given[KEY_rollback_floor] && config->rollback_floor > config->rollback_index) {
        text_add(&boot->detail, "rollback-floor ");
        text_add_u64(&boot->detail, config->rollback_floor);
        text_add(&boot->detail, " would lock this entry out: its rollback-index is ");
        text_add_u64(&boot->detail, config->rollback_index);
        return STATUS_CONFIG_CONFLICT;
    }
    return STATUS_OK;
}

static enum status check_expiry(struct boot *boot)
{
    int64_t now_utc_s = calendar_utc_s(boot->system->RuntimeServices), earliest_utc_s;
    bool absurd;
    enum status st;

    if (!boot->trust.policy.expires_enforced)
        return STATUS_OK;
    if ((st = check_present(boot, KEY_expires_utc_s)))
        return st;
    if ((st = signature_check_clock(&boot->trust, now_utc_s, &boot->detail, &absurd,
                                    &earliest_utc_s)))
        return st;
    if (absurd && boot->trust.policy.absurd_clock_ignored) {
        console_say(&boot->console, "WARNING: the clock is not set: expires is not looked at, "
                                    "as the policy says");
        return STATUS_OK;
    }
    if (!absurd && now_utc_s < boot->config.expires_utc_s)
        return STATUS_OK;
    text_add(&boot->detail, "expires ");
    utc_add(&boot->detail, boot->config.expires_utc_s);
    text_add(&boot->detail, ", the clock says ");
    utc_add(&boot->detail, now_utc_s);
    return absurd ? STATUS_CLOCK_ABSURD : STATUS_ENTRY_EXPIRED;
}

enum status trust_check_entry(struct boot *boot)
{
    const struct policy_name *name;
    enum status st;

    if (!boot->has_anchors)
        return STATUS_OK;
    if (!boot->entry_is_verified)
        return STATUS_TRUST_NO_ENTRY;
    if ((st = check_pins(boot)))
        return st;
    if ((st = check_present(boot, KEY_name)))
        return st;
    if ((st = check_present(boot, KEY_rollback_index)))
        return st;
    if ((st = check_name(boot, &name)))
        return st;
    if ((st = check_rollback(boot, name)))
        return st;
    return check_expiry(boot);
}

enum status trust_raise_floor(struct boot *boot)
{
    const struct config *config = &boot->config;
    char memory[200];
    struct text line = TEXT(memory);
    enum status st;

    if (!boot->has_anchors || !config->given[KEY_rollback_floor] ||
        config->rollback_floor <= boot->floor)
        return STATUS_OK;
    if ((st = rollback_floor_write(boot->system->RuntimeServices, config->name,
                                   config->rollback_floor, &boot->detail)))
        return forgive_store(boot, st);
    text_add(&line, "entry: the rollback floor is now ");
    text_add_u64(&line, config->rollback_floor);
    console_line(&boot->console, &line);
    return STATUS_OK;
}
