/*
 * A link between two tap devices, in user space, with a delay, a loss and a bandwidth: the
 * kernels that tests run on may have no netem.
 *
 *   forwarder GUEST SERVER DELAY_US LOSS BYTES_PER_S SEED
 *
 * GUEST: a tap device that a virtual machine has open; its frames are taken from and given to
 * the device itself. SERVER: a tap device that is opened here; what the namespace's own stack
 * sends to it travels to the guest. DELAY_US: each way. LOSS: each way, as a fraction. The
 * queue in front of the bandwidth holds QUEUE_MS of it. ARP is answered by the router nearby, and
 * not by the server at the other end of a long path: it is neither delayed nor lost. Says "ready",
 * and "sent N lost N dropped N" of the way to the guest when its input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_BYTES 2048
#define FRAMES      16384
#define QUEUE_MS    50
#define BATCH       64

struct frame {
    uint64_t due_ns;
    size_t size;
    uint8_t bytes[FRAME_BYTES];
};

/* One way. Frames leave in the order in which they came. */
struct way {
    int from, to;
    struct frame frames[FRAMES];
    size_t first, count;
    uint64_t free_ns; /* when the bandwidth has sent what is queued */
    uint64_t sent, lost, dropped;
};

static struct way ways[2];
static uint64_t delay_ns, bytes_per_s, random_state;
static double loss;

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* xorshift64*: the same seed loses the same frames. */
static double random_fraction(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (double)((random_state * 0x2545f4914f6cdd1dULL) >> 11) / 9007199254740992.0;
}

static int open_guest(const char *name)
{
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
    int bytes = 8 << 20, yes = 1;

    if (fd < 0)
        fail("AF_PACKET");
    address.sll_ifindex = (int)if_nametoindex(name);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail(name);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes));
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes));
    return fd;
}

static int open_server(const char *name)
{
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

    if (fd < 0)
        fail("/dev/net/tun");
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        fail(name);
    return fd;
}

static int is_arp(const uint8_t *frame, size_t size)
{
    return size >= ETH_HLEN && frame[12] == ETH_P_ARP >> 8 && frame[13] == (ETH_P_ARP & 0xff);
}

static void take(struct way *way)
{
    for (int i = 0; i < BATCH; i++) {
        struct frame *frame = &way->frames[(way->first + way->count) % FRAMES];
        uint8_t spare[FRAME_BYTES];
        int full = way->count == FRAMES;
        ssize_t size = read(way->from, full ? spare : frame->bytes, FRAME_BYTES);
        uint64_t now = now_ns();

        if (size <= 0)
            return;
        if (is_arp(full ? spare : frame->bytes, (size_t)size)) {
            if (write(way->to, full ? spare : frame->bytes, (size_t)size) < 0)
                way->dropped++;
            continue;
        }
        if (way->free_ns < now)
            way->free_ns = now;
        if (full || way->free_ns - now > (uint64_t)QUEUE_MS * 1000000) {
            way->dropped++;
            continue;
        }
        way->free_ns += (uint64_t)size * 1000000000 / bytes_per_s;
        if (random_fraction() < loss) {
            way->lost++;
            continue;
        }
        frame->size = (size_t)size;
        frame->due_ns = way->free_ns + delay_ns;
        way->count++;
    }
}

static void give(struct way *way, uint64_t now)
{
    while (way->count > 0 && way->frames[way->first].due_ns <= now) {
        struct frame *frame = &way->frames[way->first];

        /* A frame that the device has no room for is lost, as on any link. */
        if (write(way->to, frame->bytes, frame->size) == (ssize_t)frame->size)
            way->sent++;
        else
            way->dropped++;
        way->first = (way->first + 1) % FRAMES;
        way->count--;
    }
}

int main(int argc, char **argv)
{
    struct pollfd waiting[3] = { { .fd = 0, .events = POLLIN } };

    if (argc != 7)
        return 2;
    delay_ns = strtoull(argv[3], NULL, 10) * 1000;
    loss = strtod(argv[4], NULL);
    bytes_per_s = strtoull(argv[5], NULL, 10);
    random_state = strtoull(argv[6], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
    ways[0].from = ways[1].to = open_server(argv[2]);
    ways[1].from = ways[0].to = open_guest(argv[1]);
    waiting[1] = (struct pollfd){ .fd = ways[0].from, .events = POLLIN };
    waiting[2] = (struct pollfd){ .fd = ways[1].from, .events = POLLIN };
    puts("ready");
    fflush(stdout);
    while (!waiting[0].revents) {
        uint64_t now = now_ns(), next = now + 1000000000;
        struct timespec timeout;

        for (int i = 0; i < 2; i++)
            if (ways[i].count > 0 && ways[i].frames[ways[i].first].due_ns < next)
                next = ways[i].frames[ways[i].first].due_ns;
        next = next > now ? next - now : 0;
        timeout = (struct timespec){ (time_t)(next / 1000000000), (long)(next % 1000000000) };
        if (ppoll(waiting, 3, &timeout, NULL) < 0 && errno != EINTR)
            fail("ppoll");
        for (int i = 0; i < 2; i++) {
            take(&ways[i]);
            give(&ways[i], now_ns());
        }
    }
    printf("sent %llu lost %llu dropped %llu\n", (unsigned long long)ways[0].sent,
           (unsigned long long)ways[0].lost, (unsigned long long)ways[0].dropped);
    return 0;
}
