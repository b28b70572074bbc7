"""Machines with hardly any memory below 4 GiB: what is large must lie above."""
import os
import re

import pytest

import archive
import paths
from conftest import LINUX_SECONDS, blob, sha256
from test_linux import CONSOLE

END = "-- probe-exit=0"

# In bytes. The firmware needs most of what is below; the initrds here are larger than all of it.
BELOW = 64 << 20
ABOVE = 448 << 20
LARGE = BELOW + 1_000_001
FOUR_GIB = 1 << 32

MACHINE = {
    "memory": str(BELOW + ABOVE >> 20),
    "extra": ("-machine", f"max-ram-below-4g={BELOW}"),
}


@pytest.mark.parametrize("stream", ["on", "off"])
def test_initrd(boot, web, stream):
    """Neither pivotboot's own copy nor the kernel's buffer fits below."""
    data = blob(LARGE)
    web.put("initrd", data)
    result = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(data)} stream={stream} {END}",
        **MACHINE,
    )
    assert (result.initrd_size, result.initrd_sha256) == (LARGE, sha256(data))
    found = re.search(r"^initrd at (\w+)$", result.probe, re.MULTILINE)
    assert found and int(found[1], 16) >= FOUR_GIB, result.probe


def test_no_block(boot, web):
    """There is enough in all, but not in one block: the message has all the numbers."""
    size = ABOVE + (1 << 20)
    message = boot.fails(f"linux=@/probe.efi initrd=@/initrd initrd-size={size}", 132, **MACHINE)
    needed, block, free, largest = map(float, re.findall(r"([\d.]+) MiB", message))
    assert needed == block == size >> 20, message
    assert largest <= ABOVE >> 20 < needed < free, message
    assert web.requests() == []


@pytest.mark.parametrize("stream", ["on", "off"])
def test_linux(boot, web, stream):
    large = archive.Archive()
    large.file("large", os.urandom(LARGE))
    packed = archive.zstd(large.finished(), level=1)
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("demo.cpio.zst", paths.DEMO)
    web.put("large.cpio.zst", packed)
    line = (
        "linux=@/vmlinuz initrd=@/demo.cpio.zst initrd=@/large.cpio.zst"
        f" initrd-sha256={sha256(paths.DEMO.read_bytes())} initrd-sha256={sha256(packed)}"
        f" stream={stream} -- {CONSOLE}"
    )
    with boot.start(line, **MACHINE) as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    found = re.search(r"RAMDISK: \[mem 0x(\w+)-0x(\w+)\]", console)
    assert found, console[-3000:]
    first, last = (int(address, 16) for address in found.groups())
    assert FOUR_GIB <= first < last - len(packed), found[0]
    assert re.search("^pivot_root: ok$", console, re.MULTILINE), console[-3000:]
