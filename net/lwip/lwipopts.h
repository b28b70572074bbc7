/* lwIP as pivotboot uses it: one interface, IPv4 and IPv6, the raw API, polled (no threads, no
 * timers). */
#ifndef LWIP_LWIPOPTS_H
#define LWIP_LWIPOPTS_H

#define NO_SYS                1
#define SYS_LIGHTWEIGHT_PROT  0
#define LWIP_TIMERS           0 /* network_poll runs lwip_cyclic_timers itself */
#define PPP_NUM_TIMEOUTS      0 /* lwIP's count of its timers refers to it */
#define LWIP_SINGLE_NETIF     1
#define LWIP_NETCONN          0
#define LWIP_SOCKET           0
#define LWIP_HOOK_FILENAME    "lwip-hooks.h"
#define LWIP_NETIF_HOSTNAME   0
#define LWIP_CHKSUM_ALGORITHM 3

/* Only how much of the heap is used. */
#define LWIP_STATS       1
#define LWIP_STATS_LARGE 1
#define MEM_STATS        1
#define MEMP_STATS       0
#define SYS_STATS        0
#define LINK_STATS       0
#define ETHARP_STATS     0
#define IPFRAG_STATS     0
#define IP_STATS         0
#define ICMP_STATS       0
#define UDP_STATS        0
#define TCP_STATS        0
#define IP6_STATS        0
#define ICMP6_STATS      0
#define IP6_FRAG_STATS   0
#define ND6_STATS        0
#define MIB2_STATS       0

/* ---- protocols ---- */
#define LWIP_IPV4 1
#define LWIP_IPV6 1
#define LWIP_ARP  1
#define LWIP_ICMP 1
#define LWIP_UDP  1
#define LWIP_TCP  1
#define LWIP_DHCP 1
#define LWIP_RAW  0
#define LWIP_IGMP 0

/* Stateless autoconfiguration (RFC 4862), and the name servers that come with it. */
#define LWIP_IPV6_DHCP6                1
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS DNS_MAX_SERVERS

/*
 * lwIP's DHCP and neighbor discovery tell the name servers they hear of to dns_setserver();
 * that one, and who asks those servers, is ours: see net/name-servers.h.
 */
#define LWIP_DNS        1
#define DNS_MAX_SERVERS 3 /* of each source */

/*
 * Nothing we fetch arrives in IP fragments or with IP options (TCP segments fit the MTU,
 * DNS and DHCP answers are small), so nothing of that kind is let in.
 */
#define IP_FRAG            0
#define IP_REASSEMBLY      0
#define IP_OPTIONS_ALLOWED 0
#define LWIP_IPV6_FRAG     0
#define LWIP_IPV6_REASS    0

/*
 * The questions for both families of a name leave together, and so does the SYN of each connection
 * on a long path, before ARP or neighbor discovery has found the server: CONNECTIONS_MOST of them.
 * By itself lwIP keeps three frames with IPv4 and 20 with IPv6, and drops the first ones, which TCP
 * repeats half a second to a second later.
 */
#define ARP_QUEUEING       1
#define ARP_QUEUE_LEN      32
#define MEMP_NUM_ND6_QUEUE 32

/* Probing whether the offered address is free costs seconds, and iPXE holds it already. */
#define LWIP_DHCP_DOES_ACD_CHECK      0
#define LWIP_IPV6_DUP_DETECT_ATTEMPTS 0

/* ---- memory: one heap in a block from the platform, and the frames of net/frames.c ---- */
#define MEM_ALIGNMENT             8
#define MEM_SIZE                  (512 * 1024) /* 56 bytes for each frame that waits, and more */
#define MEMP_MEM_MALLOC           1
#define LWIP_RAM_HEAP_POINTER     lwip_port_heap()
#define LWIP_SUPPORT_CUSTOM_PBUF  1
#define PBUF_POOL_SIZE            0 /* received frames are custom pbufs */
#define PBUF_POOL_FREE_OOSEQ      0
#define LWIP_NETIF_TX_SINGLE_PBUF 1

void *lwip_port_heap(void);

/* ---- TCP ---- */
#define TCP_MSS 1460 /* bytes; lowered to what the interface's MTU allows */

/* Bytes, the largest that a window becomes: see net/window.h and WINDOW_FIRST_BYTES. */
#define LWIP_WND_SCALE 1
#define TCP_RCV_SCALE  8
#define TCP_WND        (8 * 1024 * 1024)

#define TCP_SND_BUF      (4 * TCP_MSS) /* more than the longest request */
#define TCP_SND_QUEUELEN 16

/* A segment that arrives out of order is kept: a window of them, and while there are frames. */
#define TCP_QUEUE_OOSEQ   1
#define LWIP_TCP_SACK_OUT 1

#define LWIP_TCP_RTO_TIME 1000 /* ms before the first retransmission (RFC 6298) */
#define TCP_MAXRTX        10
#define TCP_SYNMAXRTX     10 /* the idle deadline comes first */

/*
 * Ports of ours (RFC 6335, section 6). lwIP may begin at the end of its own range, once in 16384
 * boots; it then steps over that end to port 0, and no connection can be opened.
 */
#define LWIP_RANDOMIZE_INITIAL_LOCAL_PORTS 1
#define TCP_LOCAL_PORT_RANGE_START         0xC000
#define TCP_LOCAL_PORT_RANGE_END           0xFFFF /* behind the last one */
#define TCP_ENSURE_LOCAL_PORT_RANGE(random) \
    ((u16_t)(TCP_LOCAL_PORT_RANGE_START +   \
             (random) % (TCP_LOCAL_PORT_RANGE_END - TCP_LOCAL_PORT_RANGE_START)))

/* These compare the window with lwIP's own pbuf pool, which is not used. */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1

#endif
