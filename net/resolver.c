#include "resolver.h"

#include <lwip/prot/dns.h>

/* A question is sent again, to the next server, after so long. */
#define RETRY_MS 1000
/* A host whose name nobody has answered for so long is given up. */
#define PATIENCE_MS 8000
/*
 * One family is there, and the other still unanswered: some servers never answer for IPv6,
 * but IPv6 alone is worth a second try for IPv4, which may be the one that works.
 */
#define PATIENCE_FOR_IPV6_MS 300
#define PATIENCE_FOR_IPV4_MS 2500

enum { IPV6_HALF, IPV4_HALF };

static bool is_literal(struct bytes host, struct ip_address *ret_address)
{
    if (host.size >= 2 && host.data[0] == '[')
        return ip_text_read_ipv6((struct bytes){ host.data + 1, host.size - 2 }, ret_address);
    return ip_text_read_ipv4(host, ret_address);
}

static void finish(struct resolver *resolver, enum resolver_state state)
{
    resolver->state = state;
    resolver_cancel(resolver);
}

static struct bytes name_of(const struct resolver *resolver)
{
    return resolver->halves[IPV6_HALF].question.name;
}

/* The families take turns, IPv6 first (RFC 8305, section 4). */
static void merge(struct resolver *resolver)
{
    struct host_addresses *addresses = &resolver->addresses;

    addresses->count = 0;
    for (size_t i = 0; i < DNS_ADDRESSES_MOST; i++)
        for (size_t j = 0; j < ARRAY_LENGTH(resolver->halves); j++)
            if (i < resolver->halves[j].answer.count)
                addresses->list[addresses->count++] =
                    network_address(&resolver->halves[j].answer.addresses[i]);
}

static uint32_t lifetime_s(const struct resolver *resolver)
{
    uint32_t least = UINT32_MAX;

    for (size_t i = 0; i < ARRAY_LENGTH(resolver->halves); i++) {
        const struct resolver_half *half = &resolver->halves[i];

        /* What is not known of a family must be asked for again. */
        if (!half->answered || half->refused)
            return 0;
        if (half->answer.count > 0 && half->answer.lifetime_s < least)
            least = half->answer.lifetime_s;
    }
    return least;
}

static void conclude(struct resolver *resolver, uint64_t now_ms)
{
    const struct resolver_half *halves = resolver->halves;

    merge(resolver);
    if (resolver->addresses.count > 0) {
        resolver_cache_keep(&resolver->network->names, name_of(resolver), &resolver->addresses,
                            lifetime_s(resolver), now_ms);
        finish(resolver, RESOLVER_FOUND);
    } else if (!halves[IPV6_HALF].answered && !halves[IPV4_HALF].answered) {
        finish(resolver, RESOLVER_SILENT);
    } else if (halves[IPV6_HALF].refused || halves[IPV4_HALF].refused) {
        finish(resolver, RESOLVER_REFUSED);
    } else {
        finish(resolver, RESOLVER_UNKNOWN);
    }
}

/* Whether what is still missing is worth waiting for. */
static bool is_enough(const struct resolver *resolver, uint64_t now_ms)
{
    const struct resolver_half *ipv6 = &resolver->halves[IPV6_HALF];
    const struct resolver_half *ipv4 = &resolver->halves[IPV4_HALF];
    uint64_t waited_ms = now_ms - resolver->half_since_ms;

    if (ipv6->answered && ipv4->answered)
        return true;
    if (ipv4->answer.count > 0 && waited_ms >= PATIENCE_FOR_IPV6_MS)
        return true;
    if (ipv6->answer.count > 0 && waited_ms >= PATIENCE_FOR_IPV4_MS)
        return true;
    return now_ms - resolver->started_ms >= PATIENCE_MS;
}

static bool send_half(struct resolver *resolver, const struct resolver_half *half,
                      const ip_addr_t *server)
{
    uint8_t memory[DNS_QUESTION_MAX_BYTES];
    size_t size = dns_question_write(&half->question, (struct buffer){ memory, sizeof(memory) });
    struct pbuf *pbuf = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
    bool sent;

    if (!pbuf)
        return false;
    pbuf_take(pbuf, memory, (u16_t)size);
    sent = udp_sendto(resolver->pcb, pbuf, server, DNS_SERVER_PORT) == ERR_OK;
    pbuf_free(pbuf);
    return sent;
}

/* All servers, the one that answered last time at the front. */
static size_t list_servers(const struct network *network, ip_addr_t list[NAME_SERVERS_MOST])
{
    size_t count = name_servers_list(&network->name_servers, list);

    for (size_t i = 1; i < count; i++) {
        if (!ip_addr_eq(&list[i], &network->name_server_proven))
            continue;
        memmove(&list[1], &list[0], i * sizeof(list[0]));
        list[0] = network->name_server_proven;
    }
    return count;
}

/* Asks one more server what is still unanswered; servers without a way there are passed over. */
static void ask_next(struct resolver *resolver, uint64_t now_ms)
{
    ip_addr_t list[NAME_SERVERS_MOST];
    size_t count = list_servers(resolver->network, list);

    resolver->next_ms = now_ms + RETRY_MS;
    for (size_t tries = 0; tries < count; tries++) {
        const ip_addr_t *server = &list[resolver->sent++ % count];
        bool sent = false;

        if (network_way_to(resolver->network, server) != NETWORK_WAY_OPEN)
            continue;
        for (size_t i = 0; i < ARRAY_LENGTH(resolver->halves); i++)
            if (!resolver->halves[i].answered)
                sent |= send_half(resolver, &resolver->halves[i], server);
        if (sent)
            return;
    }
    /* None yet: one may become known or reachable any moment. */
    resolver->next_ms = now_ms;
    if (count == 0 && !network_is_configuring(resolver->network))
        finish(resolver, RESOLVER_NO_SERVER);
}

static void run(struct network_task *task, uint64_t now_ms)
{
    struct resolver *resolver = (struct resolver *)task;

    if (is_enough(resolver, now_ms)) {
        ip_addr_t list[NAME_SERVERS_MOST];

        if (name_servers_list(&resolver->network->name_servers, list) == 0)
            finish(resolver, RESOLVER_NO_SERVER);
        else
            conclude(resolver, now_ms);
    } else if (now_ms >= resolver->next_ms && !network_is_settling(resolver->network)) {
        ask_next(resolver, now_ms);
    }
}

static bool is_server(const struct network *network, const ip_addr_t *address)
{
    ip_addr_t list[NAME_SERVERS_MOST];
    size_t count = name_servers_list(&network->name_servers, list);

    for (size_t i = 0; i < count; i++)
        if (ip_addr_eq(&list[i], address))
            return true;
    return false;
}

static void take_answer(struct resolver *resolver, struct resolver_half *half, struct bytes message,
                        const ip_addr_t *from)
{
    struct network *network = resolver->network;
    ip_addr_t list[NAME_SERVERS_MOST];
    struct dns_answer answer;
    enum dns_verdict verdict = dns_answer_read(&half->question, message, &answer);

    if (half->answered || verdict == DNS_FOREIGN)
        return;
    if (verdict == DNS_REFUSED &&
        ++half->refusals < name_servers_list(&network->name_servers, list)) {
        resolver->next_ms = 0;
        return;
    }
    half->answered = true;
    half->refused = verdict == DNS_REFUSED;
    half->answer = answer;
    if (resolver->half_since_ms == 0)
        resolver->half_since_ms = network_now(network);
    if (!half->refused)
        network->name_server_proven = *from;
}

/* Nothing may be finished in here: lwIP still uses the pcb. The task does it. */
static void received(void *argument, struct udp_pcb *pcb, struct pbuf *pbuf, const ip_addr_t *from,
                     u16_t port)
{
    struct resolver *resolver = argument;
    struct bytes message = { pbuf->payload, pbuf->len };

    (void)pcb;
    if (port == DNS_SERVER_PORT && is_server(resolver->network, from))
        for (size_t i = 0; i < ARRAY_LENGTH(resolver->halves); i++)
            take_answer(resolver, &resolver->halves[i], message, from);
    pbuf_free(pbuf);
}

/* A port out of those that nobody else's servers use (RFC 6056). */
static bool bind_somewhere(struct udp_pcb *pcb, struct net_platform *platform)
{
    for (int tries = 0; tries < 16; tries++) {
        u16_t port = (u16_t)(1024 + platform->random(platform) % (UINT16_MAX - 1024));

        if (udp_bind(pcb, IP_ANY_TYPE, port) == ERR_OK)
            return true;
    }
    return false;
}

static void prepare(struct resolver *resolver, struct bytes host)
{
    struct net_platform *platform = resolver->network->platform;
    uint32_t random = platform->random(platform);
    struct bytes name = { (const uint8_t *)resolver->name, host.size };

    memcpy(resolver->name, host.data, host.size);
    resolver->halves[IPV6_HALF].question =
        (struct dns_question){ name, DNS_AAAA, (uint16_t)random };
    resolver->halves[IPV4_HALF].question =
        (struct dns_question){ name, DNS_A, (uint16_t)(random >> 16) };
}

enum status resolver_ask(struct resolver *resolver, struct network *network, struct bytes host)
{
    const struct host_addresses *known;
    struct ip_address literal;
    uint64_t now_ms = network_now(network);

    *resolver = (struct resolver){
        .task = { .run = run }, .network = network, .started_ms = now_ms, .next_ms = now_ms
    };
    if (is_literal(host, &literal)) {
        resolver->addresses = (struct host_addresses){ { network_address(&literal) }, 1 };
        resolver->state = RESOLVER_FOUND;
        return STATUS_OK;
    }
    /* "boot." is "boot" with the root of the name space spelled out. */
    if (host.size > 1 && host.data[host.size - 1] == '.')
        host.size--;
    if (host.size > sizeof(resolver->name))
        return STATUS_URL_TOO_LONG;
    known = resolver_cache_find(&network->names, host, now_ms);
    if (known) {
        resolver->addresses = *known;
        resolver->state = RESOLVER_FOUND;
        return STATUS_OK;
    }
    prepare(resolver, host);
    resolver->pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (!resolver->pcb)
        return STATUS_OUT_OF_MEMORY;
    if (!bind_somewhere(resolver->pcb, network->platform)) {
        resolver_cancel(resolver);
        return STATUS_OUT_OF_MEMORY;
    }
    udp_recv(resolver->pcb, received, resolver);
    network_task_add(network, &resolver->task);
    run(&resolver->task, now_ms);
    return STATUS_OK;
}

void resolver_cancel(struct resolver *resolver)
{
    if (!resolver->pcb)
        return;
    udp_remove(resolver->pcb);
    resolver->pcb = NULL;
    network_task_remove(resolver->network, &resolver->task);
}
