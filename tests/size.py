#!/usr/bin/python3
"""Prints what takes the space in the EFI file: size.py LOADER MAP LEAF-INIT

The linker's map says which object each piece comes from; pieces of the same library count
together. Data that begin as zeros take no space in the file.
"""
import collections
import pathlib
import re
import struct
import sys

PIECE = re.compile(r"^[0-9a-f]{8} ([0-9a-f]{8}) +\d+ {9}(\S+):\((\.\w+)")
SECTION = re.compile(r"^[0-9a-f]{8} ([0-9a-f]{8}) +\d+ (\.\w+)")
SECTIONS = (".text", ".rdata", ".data", ".bss", ".reloc", ".sbat")
LEAF = "the leaf init, a program within"


def owner(path):
    """build/efi/lib/lwip/src/core/mem.o -> lwip; build/efi/net/url.o -> net/"""
    parts = pathlib.PurePath(path).parts[2:]
    return parts[1] if parts[0] == "lib" else parts[0] + "/"


def pieces(text):
    """(owner, section) -> bytes; the owner of a whole section is "". Without debug sections."""
    sizes = collections.Counter()
    for line in text.splitlines():
        found = PIECE.match(line)
        if found and found[3] in SECTIONS:
            sizes[owner(found[2]), found[3]] += int(found[1], 16)
        found = SECTION.match(line)
        if found and found[2] in SECTIONS:
            sizes["", found[2]] += int(found[1], 16)
    return sizes


def image_bytes(loader):
    """SizeOfImage of the PE header."""
    (pe_at,) = struct.unpack_from("<I", loader, 0x3C)
    return struct.unpack_from("<I", loader, pe_at + 24 + 56)[0]


def main(loader, link_map, leaf):
    loader = pathlib.Path(loader).read_bytes()
    sizes = pieces(pathlib.Path(link_map).read_text())
    leaf_bytes = pathlib.Path(leaf).stat().st_size
    rows = collections.defaultdict(collections.Counter)
    for (name, section), size in sizes.items():
        rows[name][section] += size
    rest = rows.pop("")
    for row in rows.values():
        rest.subtract({".data" if name == ".bss" else name: size for name, size in row.items()})
    rows["the linker's tables and padding"] = rest
    rows["efi/"][".rdata"] -= leaf_bytes
    rows[LEAF][".rdata"] = leaf_bytes
    table = [
        (row[".text"], sum(row[name] for name in (".rdata", ".reloc", ".sbat")),
         row[".data"] + row[".bss"], name)
        for name, row in rows.items()
    ]  # fmt: skip

    print(f"{'':34}{'code':>10}{'constants':>10}{'data':>10}{'all':>10}")
    for code, constants, data, name in sorted(table, key=lambda row: -sum(row[:3])):
        print(f"{name:34}{code:10}{constants:10}{data:10}{code + constants + data:10}")
    print(f"the file: {len(loader)} bytes; in memory: {image_bytes(loader)} bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
