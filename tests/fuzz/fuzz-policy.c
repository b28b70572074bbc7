/* policy_read, and what the boot flow asks of a policy. */
#include "fuzz.h"
#include "payload/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char memory[512];
    struct text detail = TEXT(memory);
    struct bytes all = { data, size };
    struct policy policy;
    enum status st = policy_read(all, &detail, &policy);

    require(st == STATUS_OK || st == STATUS_POLICY_BAD);
    require_detail(&detail, st != STATUS_OK);
    if (st)
        return 0;
    require(policy.threshold >= 1 && policy.threshold <= POLICY_THRESHOLD_MAX);
    require(policy.names_count >= 1 && policy.names_count <= POLICY_NAMES_MAX);
    for (size_t i = 0; i < policy.names_count; i++) {
        require(inside(policy.names[i].name, all) && policy_is_name(policy.names[i].name));
        require(policy_find_name(&policy, policy.names[i].name) == &policy.names[i]);
    }
    require(policy.allowed_count <= POLICY_ALLOWED_MAX);
    for (size_t i = 0; i < policy.allowed_count; i++)
        require(inside(policy.allowed[i], all) && policy_allows_key(&policy, policy.allowed[i]));
    require(policy.revoked_keys_count <= POLICY_REVOKED_MAX);
    require(policy_allows_key(&policy, BYTES("entry")));
    require(!policy_find_name(&policy, BYTES("")));
    return 0;
}
