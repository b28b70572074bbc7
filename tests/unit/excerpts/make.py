#!/usr/bin/python3
"""Takes the excerpts of real kernels' headers that test-kernel-image reads.

Usage: make.py [VMLINUZ...]      (default: the test kernels that .deps/fetch has unpacked)

Each excerpt NAME.bin is the first 1024 bytes of an x86 bzImage, followed by the 160 bytes
from its version string on. The test lays them into an image of zeros of the real size.
"""
import glob
import os
import re
import struct
import sys

HEADER_BYTES = 1024
VERSION_BYTES = 160


def excerpt(path):
    with open(path, "rb") as file:
        header = file.read(HEADER_BYTES)
        version_offset = struct.unpack_from("<H", header, 0x20E)[0] + 0x200
        file.seek(version_offset)
        version = file.read(VERSION_BYTES)
    release = re.match(rb"\d+\.\d+", version)
    if header[0x202:0x206] != b"HdrS" or not release:
        sys.exit(f"{path}: not an x86 kernel image")
    return f"linux-{release[0].decode()}.bin", header + version


def main(paths):
    folder = os.path.dirname(os.path.abspath(__file__))
    if not paths:
        sets = os.path.expanduser("~/.cache/pivotboot/sets")
        paths = glob.glob(f"{sets}/kernel-*/**/vmlinuz*", recursive=True)
    for path in sorted(paths):
        name, content = excerpt(path)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
        print(f"{name}: {len(content)} bytes of {path}")


if __name__ == "__main__":
    main(sys.argv[1:])
