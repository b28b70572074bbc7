#!/usr/bin/python3
"""Makes tests/fuzz/corpus/capabilities: small images of every kind that payload/capabilities.c
reads, which the unit tests take as well. Only to be run when they have to change; needs
zstd, gzip, lz4, xz and bzip2."""

import pathlib
import random
import struct
import subprocess

FOLDER = pathlib.Path(__file__).parents[1] / "fuzz/corpus/capabilities"
SETUP_SECTS = 1
X86_PAYLOAD_OFFSET = 0x20


def kernel():
    """What is unpacked: compressible, with calls for the x86 filter, and with two words."""
    chance = random.Random(3)
    parts = [bytes(200)]
    for i in range(60):
        parts.append(b"\xe8" + struct.pack("<i", chance.randrange(-1000, 1000)))
        parts.append(bytes(chance.randrange(256) for _ in range(4)))
        parts.append(b"text that is there again and again ")
    parts.append(b"\0nonroot_initramfs\0initramfs_options=\0")
    parts.append(bytes(300))
    return b"".join(parts)


def large_kernel():
    """Many times as much as is unpacked between two pauses, with the words in the end."""
    chance = random.Random(4)
    text = bytes(chance.randrange(256) for _ in range(999))
    parts = [b"\xe8" + struct.pack("<i", number) + text for number in range(700)]
    return b"".join(parts) + kernel()


def packed(command, content):
    return subprocess.run(command, input=content, stdout=subprocess.PIPE, check=True).stdout


def x86(payload):
    setup = bytearray((SETUP_SECTS + 1) * 512 + X86_PAYLOAD_OFFSET)
    setup[0:2] = b"MZ"
    setup[0x1F1] = SETUP_SECTS
    struct.pack_into("<H", setup, 0x1FE, 0xAA55)
    setup[0x202:0x206] = b"HdrS"
    struct.pack_into("<H", setup, 0x206, 0x020F)
    struct.pack_into("<II", setup, 0x248, X86_PAYLOAD_OFFSET, len(payload))
    return bytes(setup) + payload + b"code behind the payload"


def zboot(payload, length):
    header = bytearray(0x40)
    header[0:2] = b"MZ"
    header[4:8] = b"zimg"
    struct.pack_into("<II", header, 8, len(header), length)
    return bytes(header) + payload + b"code behind the payload"


def payloads(content):
    """The options are those of the kernel's build (scripts/Makefile.lib)."""
    size = struct.pack("<I", len(content))
    return {
        "gzip": packed(["gzip", "-n", "-f", "-9"], content),
        "zstd": packed(["zstd", "-q", "-22", "--ultra", "-c"], content) + size,
        "lz4": packed(["lz4", "-q", "-l", "-9", "-c"], content) + size,
        "xz": packed(["xz", "--check=crc32", "--x86", "--lzma2=dict=32MiB"], content) + size,
        "xz-plain": packed(["xz", "--check=crc32"], content) + size,
        "xz-two-blocks": packed(["xz", "--check=crc32", "--x86", "--lzma2=dict=64KiB",
                                 f"--block-size={len(content) * 2 // 3}"], content) + size,
        "xz-crc64": packed(["xz", "--check=crc64"], content) + size,
        "xz-arm64": packed(["xz", "--check=crc32", "--arm", "--lzma2"], content) + size,
        "bzip2": packed(["bzip2", "-9"], content) + size,
        "lzma": packed(["xz", "--format=lzma"], content) + size,
    }


def main():
    content = kernel()
    files = payloads(content)
    large = payloads(large_kernel())
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, payload in files.items():
        (FOLDER / f"x86-{name}").write_bytes(x86(payload))
    for name in ("gzip", "lz4", "xz", "xz-two-blocks", "zstd"):
        (FOLDER / f"large-{name}").write_bytes(x86(large[name]))
    for name, size_bytes in ("gzip", 0), ("zstd", 4):
        (FOLDER / f"zboot-{name}").write_bytes(
            zboot(files[name], len(files[name]) - size_bytes))
    header = bytearray(0x40)
    header[0x38:0x3C] = b"ARM\x64"
    (FOLDER / "arm64").write_bytes(bytes(header) + content)


main()
