#include "network-up.h"

#include "lease.h"
#include "snp-find.h"

/* Devices need some time to find their link after they were initialised. */
#define LINK_POLL_MS    20
#define LINK_MESSAGE_MS 2000

static void add_mac(struct text *text, const uint8_t *mac)
{
    for (size_t i = 0; i < LINK_MAC_BYTES; i++) {
        if (i > 0)
            text_add(text, ":");
        text_add_hex(text, mac[i], 2);
    }
}

static enum status wait_for_link(struct boot *boot, uint64_t timeout_ms)
{
    uint64_t start_ms = clock_ms(&boot->clock);
    bool told = false;

    while (!snp_has_link(&boot->snp)) {
        uint64_t waited_ms = clock_ms(&boot->clock) - start_ms;

        if (console_aborted(&boot->console))
            return STATUS_ABORTED;
        if (waited_ms >= timeout_ms) {
            add_mac(&boot->detail, boot->snp.link.mac);
            text_add(&boot->detail, " has had no link for ");
            text_add_u64(&boot->detail, timeout_ms / 1000);
            text_add(&boot->detail, " s: is the cable plugged in?");
            return STATUS_NET_NO_LINK;
        }
        if (!told && waited_ms >= LINK_MESSAGE_MS) {
            console_say(&boot->console, "waiting for the network link");
            told = true;
        }
        boot->services->Stall(LINK_POLL_MS * 1000);
    }
    return STATUS_OK;
}

static void log_network(struct boot *boot)
{
    char memory[CONSOLE_LINE_MAX_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, "network: ");
    add_mac(&line, boot->snp.link.mac);
    text_add(&line, ", ");
    network_describe(boot->network, &line);
    console_line(&boot->console, &line);
}

static enum status read_setting(struct boot *boot, struct ip_setting *ret_setting)
{
    enum status st;

    *ret_setting = (struct ip_setting){ .dhcp = false };
    if (boot->config.given[KEY_ip] == 0)
        ip_setting_automatic(ret_setting);
    for (size_t i = 0; i < boot->config.given[KEY_ip]; i++)
        if ((st = ip_setting_add(ret_setting, boot->config.ip[i], &boot->detail)))
            return st;
    return STATUS_OK;
}

static enum status device_up(struct boot *boot, EFI_HANDLE handle, const struct ip_setting *setting)
{
    uint32_t timeout_ms = boot->config.network_timeout_s * 1000;
    struct ip_setting lease;
    struct network_request request = { .setting = setting, .timeout_ms = timeout_ms };
    struct snp_device device = {
        .services = boot->services,
        .console = &boot->console,
        .agent = boot->image,
        .parent = boot->loaded->ParentHandle,
        .handle = handle,
    };
    enum status st;

    if (lease_find(boot->services, boot->loaded->DeviceHandle, handle, &lease))
        request.lease = &lease;
    stages_begin(&boot->stages, STAGE_LINK);
    if ((st = snp_open(&boot->snp, &device, &boot->detail)))
        return st;
    if ((st = wait_for_link(boot, timeout_ms)))
        return st;
    if ((st = snp_choose(&boot->snp, boot->config.transport, &boot->detail)))
        return st;
    stages_begin(&boot->stages, STAGE_DHCP);
    if ((st = network_open(&boot->platform.net, &boot->snp.link, &boot->network)))
        return st;
    return network_configure(boot->network, &request, &boot->detail);
}

/* Says why a device is passed over when there is another one to try. */
static void log_passed_over(struct boot *boot, enum status st)
{
    char memory[BOOT_DETAIL_BYTES];
    struct text line = TEXT(memory);

    text_add(&line, "network: passing over a device: ");
    text_add(&line, status_sentence(st));
    text_add(&line, ": ");
    text_add_bytes(&line, text_bytes(&boot->detail));
    console_line(&boot->console, &line);
}

enum status network_up(struct boot *boot)
{
    struct snp_choice choice;
    struct ip_setting setting;
    enum status st;

    if ((st = read_setting(boot, &setting)))
        return st;
    st = STATUS_NET_NO_DEVICE;
    snp_find(boot->services, boot->loaded->DeviceHandle, &choice);
    for (size_t i = 0; i < choice.count; i++) {
        text_clear(&boot->detail);
        st = device_up(boot, choice.handles[i], &setting);
        if (!st) {
            log_network(boot);
            return STATUS_OK;
        }
        network_down(boot);
        if (st == STATUS_ABORTED || i + 1 == choice.count)
            return st;
        log_passed_over(boot, st);
    }
    text_add(&boot->detail, "the firmware has no network driver (EFI_SIMPLE_NETWORK_PROTOCOL)");
    return st;
}

enum status network_follow_configuration(struct boot *boot)
{
    if (!(boot->config.given_by[KEY_transport] & KEY_ENTRY) ||
        (boot->config.given_by[KEY_transport] & KEY_LINE))
        return STATUS_OK;
    return snp_choose(&boot->snp, boot->config.transport, &boot->detail);
}

/* Says what there was to do, and how close the memory for frames came to its limit. */
static void close_network(struct boot *boot)
{
    char memory[200];
    struct text line = TEXT(memory);

    if (!boot->network)
        return;
    text_add(&line, "network: ");
    network_describe_frames(boot->network, &line);
    console_line(&boot->console, &line);
    network_close(boot->network);
    boot->network = NULL;
}

void network_stop(struct boot *boot)
{
    close_network(boot);
    snp_stop(&boot->snp);
}

void network_down(struct boot *boot)
{
    close_network(boot);
    snp_close(&boot->snp);
}
