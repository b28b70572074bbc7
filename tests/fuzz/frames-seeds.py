#!/usr/bin/python3
"""Writes the seeds of fuzz-frames: whole conversations in which each answer is the right one.

Usage: frames-seeds.py FOLDER
"""
import pathlib
import struct
import sys

RANDOM = 0x01234567  # fuzz-frames.c's
OWN_MAC, PEER_MAC = bytes.fromhex("525400123402"), bytes.fromhex("525400123401")
OWN4, PEER4 = bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1])
OWN_LOCAL, PEER_LOCAL = (bytes.fromhex(f"fe80000000000000505400fffe1234{n:02x}") for n in (2, 1))
OWN6, PEER6 = b"\xfd" + bytes(7) + OWN_LOCAL[8:], b"\xfd" + bytes(14) + b"\1"
ALL_NODES = bytes.fromhex("ff020000000000000000000000000001")
DNS_PORT = 1024 + RANDOM % (0xFFFF - 1024)
# lwIP counts up before it uses a port.
TCP_PORT = (RANDOM & 0x3FFF) + 0xC000 + 1
PAUSE = [b""] * 6


def ethernet(kind, payload, to=OWN_MAC):
    return to + PEER_MAC + struct.pack(">H", kind) + payload


def ipv4(protocol, payload, to=OWN4):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, protocol, 0)
    return ethernet(0x0800, head + PEER4 + to + payload)


def ipv6(protocol, payload, source=PEER6, to=OWN6):
    head = struct.pack(">IHBB", 6 << 28, len(payload), protocol, 255)
    return ethernet(0x86DD, head + source + to + payload)


def udp(source, to, payload):
    return struct.pack(">HHHH", source, to, 8 + len(payload), 0) + payload


def tcp(flags, sequence, acknowledged, payload=b"", port=TCP_PORT):
    return (
        struct.pack(">HHIIBBHHH", 80, port, sequence, acknowledged, 5 << 4, flags, 8192, 0, 0)
        + payload
    )


def dhcp(kind, options=b""):
    head = struct.pack(">BBBBIHH", 2, 1, 6, 0, RANDOM, 0, 0) + bytes(4) + OWN4 + bytes(8)
    head += OWN_MAC + bytes(10 + 64 + 128) + bytes([99, 130, 83, 99])
    fixed = bytes([53, 1, kind, 54, 4, *PEER4, 51, 4, 0, 1, 0, 0, 1, 4, 255, 255, 255, 0])
    return ipv4(17, udp(67, 68, head + fixed + options + b"\xff"), to=b"\xff" * 4)


def lease():
    options = bytes([3, 4, *PEER4, 6, 4, *PEER4])
    return [dhcp(2, options), dhcp(5, options)]


def arp():
    return ethernet(
        0x0806, struct.pack(">HHBBH", 1, 0x0800, 6, 4, 2) + PEER_MAC + PEER4 + OWN_MAC + OWN4
    )


def advertisement(flags=0):
    prefix = bytes([3, 4, 64, 0xC0, 0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0]) + OWN6[:8] + bytes(8)
    servers = bytes([25, 3, 0, 0, 0, 0, 255, 255]) + PEER6
    mtu = bytes([5, 1, 0, 0, 0, 0, 5, 0])
    own = bytes([1, 1]) + PEER_MAC
    head = bytes([134, 0, 0, 0, 64, flags, 7, 8]) + bytes(8)
    return ipv6(58, head + own + mtu + prefix + servers, PEER_LOCAL, ALL_NODES)


def neighbor(source):
    return ipv6(58, bytes([136, 0, 0, 0, 0x60, 0, 0, 0]) + source + bytes([2, 1]) + PEER_MAC, source)


def solicitation():
    return ipv6(58, bytes([135, 0, 0, 0, 0, 0, 0, 0]) + OWN6 + bytes([1, 1]) + PEER_MAC)


def answer(identity, kind, *records, code=0):
    head = struct.pack(">HBBHHHH", identity, 0x81, 0x80 | code, 1, len(records), 0, 0)
    return udp(53, DNS_PORT, head + b"\4boot\0" + struct.pack(">HH", kind, 1) + b"".join(records))


def record(kind, data):
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data


def answers(wrap):
    return [
        wrap(17, answer(RANDOM & 0xFFFF, 28, record(28, PEER6))),
        wrap(17, answer(RANDOM >> 16, 1, record(5, b"\1x\0"), record(1, PEER4))),
    ]


def fetch(wrap, port=TCP_PORT, head=b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", body=b"hello"):
    acknowledged = RANDOM  # lwIP counts its first sequence number down
    start = [wrap(6, tcp(0x12, 7, acknowledged, port=port))]
    # behind the request, whose length changes nothing here
    sequence = 8
    data = [
        wrap(6, tcp(0x18, sequence + len(head), acknowledged, body, port=port)),
        wrap(6, tcp(0x18, sequence, acknowledged, head, port=port)),
        wrap(6, tcp(0x11, sequence + len(head + body), acknowledged, port=port)),
    ]
    return [*start, *PAUSE, *data]


SEEDS = {
    "dhcp": lease(),
    "router": [advertisement()],
    "router-dhcpv6": [
        advertisement(0x40),
        ipv6(17, udp(547, 546, struct.pack(">I", 7 << 24 | RANDOM & 0xFFFFFF)
                     + bytes([0, 23, 0, 16]) + PEER6), PEER_LOCAL, OWN_LOCAL),
    ],
    "ipv4": [
        *lease(), *PAUSE, arp(), ipv4(17, answer(RANDOM & 0xFFFF, 28)),
        ipv4(17, answer(RANDOM >> 16, 1, record(1, PEER4))), *PAUSE, *fetch(ipv4),
    ],
    "ipv6": [
        advertisement(), *PAUSE, neighbor(PEER6), *answers(ipv6), *PAUSE, solicitation(),
        *fetch(ipv6),
    ],
    "both": [
        advertisement(), *lease(), *PAUSE, arp(), neighbor(PEER6), *answers(ipv4), *PAUSE,
        *PAUSE, *PAUSE, *fetch(ipv4, TCP_PORT + 1),
    ],
    "unknown": [*lease(), *PAUSE, arp(), ipv4(17, answer(RANDOM >> 16, 1, code=3)),
                ipv4(17, answer(RANDOM & 0xFFFF, 28, code=3))],
    "chunked": [
        *lease(), *PAUSE, arp(), ipv4(17, answer(RANDOM & 0xFFFF, 28)),
        ipv4(17, answer(RANDOM >> 16, 1, record(1, PEER4))), *PAUSE,
        *fetch(ipv4, head=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
               body=b"5\r\nhello\r\n0\r\n\r\n"),
    ],
}  # fmt: skip


def main(folder):
    for name, frames in SEEDS.items():
        data = b"".join(struct.pack(">H", len(frame)) + frame for frame in frames)
        (pathlib.Path(folder) / name).write_bytes(data)


if __name__ == "__main__":
    main(sys.argv[1])
