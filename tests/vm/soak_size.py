"""Initrds that 32 bits cannot count. `make soak` runs these: they take minutes and 10 GiB.

pytest finds them only when they are named: their file is not called test_*.
"""
import hashlib
import os
import re
import struct

import pytest

import accel
from conftest import blob
from test_unpack import frame

END = "-- probe-ends probe-exit=0"
MEMORY = "8192"
SIZE = (4 << 30) + 300_000_001
EDGE = 16
SECONDS = 3600

# Room for two of SIZE, of which each needs a block of its own: nearly all is one block.
ROOMY = {"memory": "10240", "extra": ("-machine", "max-ram-below-4g=256M")}


def ends(boot, line, memory=MEMORY, **machine):
    """What the probe was given: its size, its first and its last bytes."""
    # Where QEMU emulates, a newer one has the CPU's SHA instructions, which halve the time.
    emulator = None if accel.use_kvm() else "qemu-10"
    line = f"{line} idle-timeout=300 {END}"
    with boot.start(line, memory=memory, emulator=emulator, **machine) as vm:
        # A firmware that pivotboot has returned to would idle until the time is over.
        vm.wait_for(r"^done$|\(status \d+\)$", SECONDS, "everything")
        found = re.search(r"^initrd size (\d+) first (\w+) last (\w+)$", vm.probe, re.MULTILINE)
        assert found, vm.report()
        return int(found[1]), bytes.fromhex(found[2]), bytes.fromhex(found[3])


@pytest.fixture
def sparse(web):
    """A large file of zeros with something at both ends; returns its SHA-256."""
    digest = hashlib.sha256()
    with open(web.root / "sparse", "wb") as file:
        for at, data in ((0, blob(EDGE, seed=1)), (SIZE - EDGE, blob(EDGE, seed=2))):
            left = at - file.tell()
            while left > 0:
                zeros = bytes(min(left, 1 << 24))
                digest.update(zeros)
                left -= len(zeros)
            file.seek(at)
            file.write(data)
            digest.update(data)
    assert os.path.getsize(web.root / "sparse") == SIZE
    return digest.hexdigest()


@pytest.mark.parametrize("stream", ["on", "off"])
def test_as_it_is(boot, sparse, stream):
    line = f"linux=@/probe.efi initrd=@/sparse initrd-sha256={sparse} stream={stream}"
    machine = ROOMY if stream == "off" else {}
    assert ends(boot, line, **machine) == (SIZE, blob(EDGE, seed=1), blob(EDGE, seed=2))


@pytest.mark.parametrize("stream", ["on", "off"])
def test_unpacked(boot, web, stream):
    """Small on the network, beyond 4 GiB in the kernel's buffer."""
    run = 1 << 17
    count = (4 << 30) // run + 100
    web.put("packed", frame(b"first bytes here", *[(b"\0", run)] * count, b"the last 16 byte"))
    size, first, last = ends(
        boot,
        f"linux=@/probe.efi initrd=@/packed decompress=always stream={stream}"
        f" initrd-unpacked-size={count * run + 32}",
    )
    assert (size, first, last) == (count * run + 32, b"first bytes here", b"the last 16 byte")


@pytest.mark.parametrize("stream", ["on", "off"])
def test_packed(boot, web, stream):
    """Beyond 4 GiB on the network: no kernel could unpack it, so pivotboot does."""
    contents = b"first bytes here" + bytes(1000) + b"the last 16 byte"
    with open(web.root / "packed", "wb") as file:
        for size in (0xF0000000, SIZE - 0xF0000000):
            file.write(struct.pack("<II", 0x184D2A51, size))  # a skippable frame of zstd's
            file.seek(size, os.SEEK_CUR)
        file.write(frame(contents))
    told = f"initrd-unpacked-size={len(contents)}" if stream == "on" else ""
    size, first, last = ends(boot, f"linux=@/probe.efi initrd=@/packed {told} stream={stream}")
    assert (size, first, last) == (len(contents), contents[:EDGE], contents[-EDGE:])
