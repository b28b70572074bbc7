/*
 * The two DNS messages that a boot loader needs (RFC 1035 section 4): a question for the
 * addresses of a name, and the answer to it.
 */
#ifndef NET_DNS_MESSAGE_H
#define NET_DNS_MESSAGE_H

#include "ip-text.h"

/* Longest name as people write it (RFC 1035, 2.3.4), in bytes, and longest label. */
#define DNS_NAME_MAX_BYTES  253
#define DNS_LABEL_MAX_BYTES 63

/* Header, the longest name in wire format, type and class. */
#define DNS_QUESTION_MAX_BYTES (12 + DNS_NAME_MAX_BYTES + 2 + 4)

/* Addresses of one family that are kept of an answer; who names more servers has enough. */
#define DNS_ADDRESSES_MOST 4

enum dns_type {
    DNS_A = 1,
    DNS_AAAA = 28,
};

struct dns_question {
    struct bytes name; /* without a dot at its end */
    enum dns_type type;
    uint16_t id;
};

enum dns_verdict {
    DNS_FOREIGN,   /* no answer to this question: as if it had not come */
    DNS_REFUSED,   /* this server can't or won't say */
    DNS_NONE,      /* there is no such name, or it has no address of this family */
    DNS_ADDRESSES, /* there are addresses */
};

struct dns_answer {
    struct ip_address addresses[DNS_ADDRESSES_MOST];
    size_t count;
    uint32_t lifetime_s; /* how long they may be used: the shortest of them; else 0 */
};

/*
 * Writes the question to buffer, which has DNS_QUESTION_MAX_BYTES. Returns its size in bytes,
 * 0 when the name has an empty or too long label or is too long itself.
 */
size_t dns_question_write(const struct dns_question *question, struct buffer buffer);

/*
 * Reads a message (untrusted) that a server sent. Of the answers all addresses of the asked
 * family count, whichever name of a chain of aliases they belong to: who sent the message
 * could have given them to the first name just as well. Compressed names are stepped over and
 * never followed, so there is no way to loop. *ret_answer is written always.
 */
enum dns_verdict dns_answer_read(const struct dns_question *question, struct bytes message,
                                 struct dns_answer *ret_answer);

#endif
