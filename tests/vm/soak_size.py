"""Initrds that 32 bits cannot count. `make soak` runs these: they take minutes and 8 GiB.

pytest finds them only when they are named: their file is not called test_*.
"""
import hashlib
import os
import re

import pytest

import archive
from conftest import blob
from test_unpack import frame

END = "-- probe-ends probe-exit=0"
MEMORY = "8192"
SIZE = (4 << 30) + 300_000_001
EDGE = 16
SECONDS = 3600


def ends(boot, line):
    """What the probe was given: its size, its first and its last bytes."""
    with boot.start(f"{line} idle-timeout=300 {END}", memory=MEMORY) as vm:
        vm.wait(SECONDS)
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


def test_streamed(boot, sparse):
    size, first, last = ends(boot, f"linux=@/probe.efi initrd=@/sparse initrd-sha256={sparse}")
    assert size == SIZE + -SIZE % archive.ALIGNMENT
    assert first == blob(EDGE, seed=1)
    padding = bytes(size - SIZE)
    assert last == (blob(EDGE, seed=2) + padding)[-EDGE:]


def test_unpacked_on_the_way(boot, web):
    """Small on the network, beyond 4 GiB in the kernel's buffer."""
    run = 1 << 17
    count = (4 << 30) // run + 100
    web.put("packed", frame(b"first bytes here", *[(b"\0", run)] * count, b"the last 16 byte"))
    size, first, last = ends(
        boot,
        "linux=@/probe.efi initrd=@/packed decompress=always stream=on"
        f" initrd-unpacked-size={count * run + 32}",
    )
    assert (size, first, last) == (count * run + 32, b"first bytes here", b"the last 16 byte")
