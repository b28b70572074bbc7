#include <lwip/dns.h>

#include "resolver.h"

/* Answers to questions that were given up still come here, with another name. */
static void resolver_answered(const char *name, const ip_addr_t *address, void *argument)
{
    struct network_question *question = &((struct network *)argument)->question;

    if (question->answered || strcmp(name, question->name) != 0)
        return;
    question->answered = true;
    question->found = address != NULL;
    if (address)
        question->address = *address;
}

enum status resolver_ask(struct network *network, struct bytes host)
{
    struct network_question *question = &network->question;
    ip_addr_t address;

    resolver_cancel(network);
    /* "boot." is "boot" with the root of the name space spelled out; lwIP drops it as well. */
    if (host.size > 1 && host.data[host.size - 1] == '.')
        host.size--;
    if (host.size >= sizeof(question->name))
        return STATUS_URL_TOO_LONG;
    memcpy(question->name, host.data, host.size);
    question->name[host.size] = '\0';

    switch (dns_gethostbyname(question->name, &address, resolver_answered, network)) {
    case ERR_OK:
        question->answered = question->found = true;
        question->address = address;
        return STATUS_OK;
    case ERR_INPROGRESS:
        return STATUS_OK;
    case ERR_MEM:
        resolver_cancel(network);
        return STATUS_OUT_OF_MEMORY;
    default: /* ERR_VAL: there is no server; resolver_look says so */
        question->answered = true;
        return STATUS_OK;
    }
}

enum resolver_state resolver_look(const struct network *network, ip_addr_t *ret_address)
{
    const struct network_question *question = &network->question;

    if (!question->answered)
        return RESOLVER_WAITING;
    if (question->found) {
        *ret_address = question->address;
        return RESOLVER_FOUND;
    }
    return ip_addr_isany(dns_getserver(0)) ? RESOLVER_NO_SERVER : RESOLVER_UNKNOWN;
}

void resolver_cancel(struct network *network)
{
    memset(&network->question, 0, sizeof(network->question));
}
