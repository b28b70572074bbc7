#!/usr/bin/python3
"""Writes the seeds of fuzz-kernel-image: kernel images of 1 KiB, good ones and damaged ones.

The layout is that of tests/unit/kernel-builder.h, smaller still: what a fuzzer mutates should
be headers.
"""
import os
import struct

SIZE_BYTES = 1024
PE, OPTIONAL, SECTIONS = 0x40, 0x58, 0xF8


def put(image, offset, form, *numbers):
    struct.pack_into("<" + form, image, offset, *numbers)


def efi(machine):
    image = bytearray(SIZE_BYTES)
    put(image, 0, "2s", b"MZ")
    put(image, 0x3C, "I", PE)
    put(image, PE, "4sHH", b"PE", machine, 2)
    put(image, PE + 20, "H", 160)
    put(image, OPTIONAL, "H", 0x20B)
    put(image, OPTIONAL + 16, "I", 0x300)  # AddressOfEntryPoint
    put(image, OPTIONAL + 44, "H", 3)  # MajorImageVersion
    put(image, OPTIONAL + 56, "II", 0x400, 0x200)  # SizeOfImage, SizeOfHeaders
    put(image, OPTIONAL + 68, "H", 10)  # subsystem
    put(image, OPTIONAL + 108, "I", 6)  # NumberOfRvaAndSizes
    put(image, SECTIONS, "8sIIII", b".setup", 0x100, 0x200, 0x100, 0x200)
    put(image, SECTIONS + 40, "8sIIII", b".text", 0x100, 0x300, 0x100, 0x300)
    return image


def x86():
    image = efi(0x8664)
    put(image, 0x1F1, "B", 1)  # setup_sects
    put(image, 0x1FE, "H", 0xAA55)
    put(image, 0x202, "4sH", b"HdrS", 0x20F)
    put(image, 0x20E, "H", 0x60)  # kernel_version
    put(image, 0x238, "I", 2047)  # cmdline_size
    put(image, 0x260, "24s", b"6.12.0-seed (fuzz) #1 SMP")
    return image


def arm64():
    image = efi(0xAA64)
    put(image, 0x38, "4s", b"ARMd")
    put(image, 0x320, "32s", b"Linux version 6.12.0-seed (fuzz)")
    return image


def changed(image, offset, form, *numbers):
    put(image, offset, form, *numbers)
    return image


def main():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus/kernel-image")
    seeds = {
        "x86": x86(),
        "x86-truncated": x86()[:0x3FF],
        "x86-header-only": x86()[:0x210],
        "x86-no-stub": changed(x86(), 0, "H", 0),
        "x86-old": changed(x86(), OPTIONAL + 44, "H", 0),
        "x86-large": changed(x86(), 0x1F4, "I", 0xFFFFFFFF),
        "x86-sections": changed(x86(), PE + 6, "H", 0xFFFF),
        "x86-section-far": changed(x86(), SECTIONS + 20, "I", 0xFFFFFFFF),
        "x86-pe-far": changed(x86(), 0x3C, "I", 0xFFFFFFF0),
        "x86-uki": changed(changed(x86(), 0x202, "I", 0), SECTIONS, "8s", b".linux"),
        "arm64": arm64(),
        "arm64-zboot": changed(changed(arm64(), 4, "4s", b"zimg"), 0x38, "I", 0x818223CD),
        "arm64-big-endian": changed(arm64(), 0x18, "B", 1),
        "riscv64": efi(0x5064),
        "gzip": b"\x1f\x8b\x08\0",
        "html": b"<!DOCTYPE html>\n<html>",
        "empty": b"",
    }
    for name, content in seeds.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
