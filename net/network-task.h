/* Things that have to be done now and then: network_poll does them. */
#ifndef NET_NETWORK_TASK_H
#define NET_NETWORK_TASK_H

#include "../payload/bytes.h"

struct network;

struct network_task {
    void (*run)(struct network_task *task, uint64_t now_ms);
    struct network_task *next;
};

/* task must stay where it is until it is removed; it may remove itself and others. */
void network_task_add(struct network *network, struct network_task *task);

/* Harmless when the task has not been added. */
void network_task_remove(struct network *network, struct network_task *task);

#endif
