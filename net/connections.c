#include "connections.h"

static struct connections_slot *slot_of(struct connection *connection)
{
    /* The connection is the first member, so both have the same address. */
    return (struct connections_slot *)(void *)connection;
}

static bool is_empty(const struct connections_slot *slot)
{
    return !slot->in_use && slot->connection.state == CONNECTION_CLOSED;
}

static bool is_idle(const struct connections_slot *slot)
{
    return !slot->in_use && slot->connection.state != CONNECTION_CLOSED;
}

static bool is_to(const struct connections_slot *slot, struct bytes host, uint16_t port)
{
    struct bytes own = { (const uint8_t *)slot->host, slot->host_bytes };

    return slot->port == port && bytes_equal_without_case(own, host);
}

/* Nothing was asked: a server that says something now cannot be relied on. */
static void received_while_idle(void *context, struct bytes bytes)
{
    struct connection *connection = context;

    (void)bytes;
    connection->state = CONNECTION_ENDED;
}

/* Idle connections that the server has ended or broken. */
static void connections_prune(struct connections *connections)
{
    for (size_t i = 0; i < CONNECTIONS_MOST; i++) {
        struct connections_slot *slot = &connections->slots[i];

        if (is_idle(slot) && slot->connection.state != CONNECTION_OPEN &&
            slot->connection.state != CONNECTION_CONNECTING)
            connection_close(&slot->connection);
    }
}

static struct connections_slot *find_idle(struct connections *connections, struct bytes host,
                                          uint16_t port)
{
    for (size_t i = 0; i < CONNECTIONS_MOST; i++)
        if (is_idle(&connections->slots[i]) && is_to(&connections->slots[i], host, port))
            return &connections->slots[i];
    return NULL;
}

struct connection *connections_take(struct connections *connections, struct bytes host,
                                    uint16_t port,
                                    void (*received)(void *context, struct bytes bytes),
                                    void *context)
{
    struct connections_slot *slot;

    connections_prune(connections);
    slot = find_idle(connections, host, port);
    if (!slot)
        return NULL;
    slot->in_use = slot->reused = true;
    slot->connection.received = received;
    slot->connection.context = context;
    return &slot->connection;
}

/* An empty slot, or one that is emptied for it. */
static struct connections_slot *make_room(struct connections *connections)
{
    struct connections_slot *idle = NULL;

    for (size_t i = 0; i < CONNECTIONS_MOST; i++) {
        if (is_empty(&connections->slots[i]))
            return &connections->slots[i];
        if (is_idle(&connections->slots[i]))
            idle = &connections->slots[i];
    }
    if (idle)
        connection_close(&idle->connection);
    return idle;
}

struct connection *connections_add(struct connections *connections, struct bytes host,
                                   uint16_t port)
{
    struct connections_slot *slot = make_room(connections);

    if (!slot)
        return NULL;
    /* A host that does not fit becomes an empty one, which no URL has: never found again. */
    if (host.size > sizeof(slot->host))
        host.size = 0;
    memcpy(slot->host, host.data, host.size);
    slot->host_bytes = (uint8_t)host.size;
    slot->port = port;
    slot->in_use = true;
    slot->reused = false;
    return &slot->connection;
}

unsigned int connections_used(const struct connections *connections)
{
    unsigned int count = 0;

    for (size_t i = 0; i < CONNECTIONS_MOST; i++)
        count += connections->slots[i].in_use;
    return count;
}

unsigned int connections_idle(const struct connections *connections, struct bytes host,
                              uint16_t port)
{
    unsigned int count = 0;

    for (size_t i = 0; i < CONNECTIONS_MOST; i++)
        count += is_idle(&connections->slots[i]) && is_to(&connections->slots[i], host, port);
    return count;
}

void connections_prepare(struct connections *connections, struct network *network,
                         const struct host_addresses *addresses, struct bytes host, uint16_t port)
{
    struct connection *connection = connections_add(connections, host, port);

    if (!connection)
        return;
    /* Where this fails, the slot is closed, and so empty. */
    (void)connection_open(connection, network, addresses, port, received_while_idle, connection);
    slot_of(connection)->in_use = false;
}

bool connections_is_reused(const struct connection *connection)
{
    return ((const struct connections_slot *)(const void *)connection)->reused;
}

void connections_hand_on(struct connection *connection, void *context)
{
    connection->context = context;
    slot_of(connection)->reused = true;
}

void connections_keep(struct connection *connection)
{
    connection_acknowledge(connection);
    connection->received = received_while_idle;
    connection->context = connection;
    slot_of(connection)->in_use = false;
}

void connections_close(struct connection *connection)
{
    connection_close(connection);
    slot_of(connection)->in_use = false;
}

void connections_abort(struct connection *connection)
{
    connection_abort(connection);
    slot_of(connection)->in_use = false;
}

void connections_forget(struct connections *connections, struct bytes host, uint16_t port)
{
    struct connections_slot *slot;

    while ((slot = find_idle(connections, host, port)))
        connection_close(&slot->connection);
}
