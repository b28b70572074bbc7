"""A link that is far away, narrow, and loses frames (tests/bench/link/forwarder.c)."""
import re

import pytest

import network
from conftest import blob, probe_done, seen, sha256

INITRD = blob(6_000_000)
SEGMENTS = len(INITRD) // 1460


# What matters: segments that arrive out of order, and a window that has to grow.
@pytest.mark.parametrize("delay_ms, loss", [(2, 0.01), (50, 0)], ids=["loss", "distance"])
def test_fetch(site, delay_ms, loss):
    site.namespace.forward(delay_ms, loss, 12_500_000)
    site.serve(*network.DHCP)
    site.web.put("initrd", INITRD)
    with site.start(
        f"linux={site.base}/probe.efi initrd={site.base}/initrd initrd-sha256={sha256(INITRD)}"
        " stream=off -- probe-exit=0"
    ) as vm:
        probe_done(vm)
        assert seen(vm).initrd_sha256 == sha256(INITRD)
        frames = re.search(r"network: (\d+) of \d+ frames .*; (\d+) frames received", vm.console)
        most, received = map(int, frames.groups())
        assert received > SEGMENTS
        # Some had to wait for what was lost.
        assert loss == 0 or most > 10, vm.console


def test_distance(site):
    """Where an answer takes 100 ms, parts are asked for before there is one."""
    site.namespace.forward(50, 0, 12_500_000)
    site.serve(*network.DHCP)
    site.web.put("initrd", INITRD)
    site.web.put("small", INITRD[:1000])
    with site.start(
        f"linux={site.base}/probe.efi initrd={site.base}/initrd initrd={site.base}/small"
        " rootfs=none stream=off -- probe-exit=0"
    ) as vm:
        probe_done(vm)
        assert seen(vm).initrd_size == len(INITRD) + 1000
        assert not re.search("error|again|another", vm.console)
    exchanges = site.web.exchanges()
    parts = [each for each in exchanges if each.path == "/initrd"]
    assert {each.status for each in parts} == {206}
    assert len({each.connection for each in parts}) >= 24
    assert len(INITRD) <= sum(each.body_bytes for each in parts) < len(INITRD) * 1.1
    # What it did not have was asked for as well, and is no failure.
    small = [each.status for each in exchanges if each.path == "/small"]
    assert small.count(206) == 1 and set(small) == {206, 416}
