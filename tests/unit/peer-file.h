/* A file of the peer's that it serves with ranges, as servers do, or as they should not. */
#ifndef TESTS_UNIT_PEER_FILE_H
#define TESTS_UNIT_PEER_FILE_H

#include "peer.h"

/* Of a slow answer, at once: 40 times a second. */
#define PEER_SLOW_BYTES 10000

struct peer_file {
    size_t bytes;
    const char *etag; /* NULL: none */
    /* After so many requests it has other bytes (version 1) and this ETag; 0: never. */
    unsigned int changes_after;
    const char *later_etag;
    bool no_ranges;     /* answers everything */
    bool other_range;   /* sends what begins one byte later, and says so */
    bool bad_range;     /* a Content-Range that cannot be read */
    bool other_size;    /* each part is said to be of a file of another size */
    bool wrong_bytes;   /* has version 1 where it should have 0 */
    bool slow;          /* see PEER_SLOW_BYTES */
    size_t short_parts; /* no part is larger; 0: as large as asked for */
    size_t said_bytes;  /* what a 200 announces; 0: the truth */
    /* So much of each body is sent, and then the ending comes; 0: all of it. */
    size_t break_after;
    unsigned int breaks; /* so many times; 0: always */
    enum peer_ending ending;
    /* The first so many requests get this answer, ended by an empty line. */
    unsigned int busy;
    const char *busy_answer;

    /* The peer's own. */
    unsigned int requests, broken;
};

struct peer_answer {
    char head[400];
    size_t first, bytes; /* of the file */
    unsigned int version;
    bool slow;
    enum peer_ending ending;
};

void peer_file_answer(struct peer_file *file, const char *request, struct peer_answer *answer);

/* The byte at an offset of a version. */
uint8_t peer_file_byte(uint64_t offset, unsigned int version);

#endif
