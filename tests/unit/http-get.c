#include "http-get.h"

#include "net/http-transfer.h"

static enum status http_run(struct http_transfer *transfer)
{
    struct network *network = transfer->exchange.network;
    struct net_platform *platform = network->platform;
    bool done = false;
    enum status st;

    while (!done) {
        if ((st = network_poll(network)))
            return st;
        if (platform->aborted(platform))
            return STATUS_ABORTED;
        if ((st = http_transfer_step(transfer, &done)))
            return st;
    }
    return STATUS_OK;
}

enum status http_get(struct network *network, const struct http_request *request,
                     struct text *detail, struct text *ret_url)
{
    struct net_platform *platform = network->platform;
    struct http_transfer *transfer = platform->allocate(platform, sizeof(*transfer));
    enum status st;

    if (!transfer)
        return STATUS_OUT_OF_MEMORY;
    st = http_transfer_start(transfer, network, request, detail, NULL);
    if (!st)
        st = http_run(transfer);
    http_transfer_stop(transfer);
    if (!st && ret_url) {
        text_clear(ret_url);
        text_add_bytes(ret_url, http_transfer_url(transfer));
    }
    platform->release(platform, transfer);
    return st;
}
