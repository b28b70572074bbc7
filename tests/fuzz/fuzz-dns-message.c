/*
 * dns_answer_read. Input: the asked type (its lowest bit), the length of the name, the name,
 * the message.
 */
#include <stdlib.h>

#include "net/dns-message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t memory[DNS_QUESTION_MAX_BYTES];
    struct bytes all = { data, size };
    struct bytes message;
    struct dns_question question = { .type = DNS_A };
    struct dns_answer answer;
    enum dns_verdict verdict;

    if (size < 2)
        return 0;
    if (data[0] & 1)
        question.type = DNS_AAAA;
    question.name = bytes_first(bytes_from(all, 2), data[1]);
    message = bytes_from(all, 2 + (size_t)data[1]);
    if (message.size >= 2)
        question.id = (uint16_t)(message.data[0] << 8 | message.data[1]);
    require(dns_question_write(&question, (struct buffer){ memory, sizeof(memory) }) <=
            sizeof(memory));
    verdict = dns_answer_read(&question, message, &answer);
    require(answer.count <= DNS_ADDRESSES_MOST);
    require((answer.count > 0) == (verdict == DNS_ADDRESSES));
    for (size_t i = 0; i < answer.count; i++) {
        require(answer.addresses[i].is_ipv6 == (question.type == DNS_AAAA));
        require(ip_address_is_unicast(&answer.addresses[i]));
    }
    return 0;
}
