/* trust_verify_entry of trust.h: fetches and verifies the signature beside an entry. */
#include "../payload/signature.h"
#include "arch/cycles.h"
#include "calendar.h"
#include "configure.h"
#include "trust.h"

/* Writes the entry's URL with .sig behind its path. */
static void beside_entry(struct bytes entry_url, struct text *ret_url)
{
    size_t end = 0;

    while (end < entry_url.size && entry_url.data[end] != '?' && entry_url.data[end] != '#')
        end++;
    text_add_bytes(ret_url, bytes_first(entry_url, end));
    text_add(ret_url, ".sig");
    text_add_bytes(ret_url, bytes_from(entry_url, end));
}

static enum status signature_url(struct boot *boot, struct bytes entry_url, struct text *ret_url)
{
    if (boot->config.given[KEY_signature_url])
        return configure_resolve(boot, boot->config.signature_url, ret_url);
    beside_entry(entry_url, ret_url);
    if (!ret_url->truncated)
        return STATUS_OK;
    text_add(&boot->detail, "the entry's URL with .sig behind it");
    return STATUS_URL_TOO_LONG;
}

static enum status fetch_signature(struct boot *boot, struct bytes url, struct blob *ret_signature)
{
    struct fetch fetch = configure_fetch(boot);
    struct fetch_file file = {
        .name = "signature",
        .url = url,
        .expected = { NULL, SINK_SIZE_UNKNOWN },
        .limit_bytes = CMS_MAX_BYTES,
    };
    enum status st = fetch_file(&fetch, &file, &boot->detail, &ret_signature->pages,
                                &ret_signature->bytes, NULL);

    return st == STATUS_HTTP_NOT_FOUND ? STATUS_TRUST_NO_SIGNATURE : st;
}

static void log_signers(struct boot *boot, const struct signature_result *result)
{
    char memory[SIGNATURE_SUBJECT_BYTES + 200];

    for (size_t i = 0; i < result->signers_count; i++) {
        const struct signature_signer *signer = &result->signers[i];
        struct text line = TEXT(memory);

        text_add(&line, "entry: signed by ");
        text_add_bytes(&line, (struct bytes){ (const uint8_t *)signer->subject_memory,
                                              signer->subject_bytes });
        text_add(&line, ", key ");
        text_add_hex_bytes(&line, (struct bytes){ signer->key.bytes, SHA256_BYTES });
        console_line(&boot->console, &line);
    }
    if (result->validity_ignored)
        console_say(&boot->console, "WARNING: the clock is not set: certificates' validity is "
                                    "not looked at, as the policy says");
}

enum status trust_verify_entry(struct boot *boot, struct bytes entry_url, struct bytes entry)
{
    char memory[URL_MAX_BYTES];
    struct text url = TEXT(memory);
    struct blob signature = { .bytes = { NULL, 0 } };
    struct signature_result result;
    struct signature_request request = {
        .content = entry,
        .trust = &boot->trust,
        .now_utc_s = calendar_utc_s(boot->system->RuntimeServices),
    };
    uint64_t start_cycles;
    enum status st;

    if (!boot->has_anchors)
        return STATUS_OK;
    if ((st = signature_url(boot, entry_url, &url)))
        return st;
    if ((st = fetch_signature(boot, text_bytes(&url), &signature)))
        return st;
    request.signature = signature.bytes;
    start_cycles = cycles_now();
    st = signature_verify(&request, &boot->detail, &result);
    stages_add_work(&boot->stages, STAGE_WORK_VERIFY, cycles_now() - start_cycles);
    pages_free(&signature.pages);
    if (st)
        return st;
    log_signers(boot, &result);
    boot->entry_is_verified = true;
    return STATUS_OK;
}
