"""A wire that loses frames: from a machine (-netdev socket,udp=) to a tap device and back.

Usage: lossy.py TAP OUR-PORT MACHINE-PORT LOST-IN-100 SEED     (UDP ports of the loopback)
Prints "ready" when it has opened everything, and at the end of its input how many frames there
were and how many of them were lost.
"""
import fcntl
import os
import random
import select
import socket
import struct
import sys

TUNSETIFF = 0x400454CA
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000


def main(tap_name, our_port, machine_port, lost_in_100, seed):
    tap = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", tap_name.encode(), IFF_TAP | IFF_NO_PI))
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    wire.bind(("127.0.0.1", int(our_port)))
    machine = ("127.0.0.1", int(machine_port))
    dice = random.Random(seed)
    frames = lost = 0
    print("ready", flush=True)
    while True:
        for ready in select.select([tap, wire, sys.stdin], [], [])[0]:
            if ready is sys.stdin:
                print(frames, lost)
                return
            frame = os.read(tap, 2048) if ready is tap else wire.recv(2048)
            frames += 1
            if dice.random() * 100 < float(lost_in_100):
                lost += 1
            elif ready is tap:
                wire.sendto(frame, machine)
            else:
                os.write(tap, frame)


main(*sys.argv[1:])
