"""A link that is far away, narrow, and loses frames (tests/bench/link/forwarder.c)."""
import re

import pytest

import machine
import network
import paths
import process
import servers
from conftest import blob, probe_done, seen, sha256

INITRD = blob(6_000_000)
SEGMENTS = len(INITRD) // 1460


# What matters: segments that arrive out of order, and a window that has to grow.
@pytest.mark.parametrize("delay_ms, loss", [(2, 0.01), (50, 0)], ids=["loss", "distance"])
def test_fetch(tmp_path, delay_ms, loss):
    with network.Namespace() as namespace:
        namespace.forward(delay_ms, loss, 12_500_000)
        web = servers.Nginx(tmp_path, namespace=namespace, address=network.NAMESPACE_HOST)
        running = [web.process, network.serve_dhcp(namespace, tmp_path)]
        web.put("probe.efi", paths.PROBE)
        web.put("initrd", INITRD)
        base = f"http://{network.NAMESPACE_HOST}"
        line = (
            f"linux={base}/probe.efi initrd={base}/initrd initrd-sha256={sha256(INITRD)}"
            " stream=off -- probe-exit=0"
        )
        try:
            with machine.Machine(
                tmp_path,
                netdev=namespace.netdev,
                prefix=namespace.prefix,
                kernel=paths.LOADER,
                append=line,
            ) as vm:
                probe_done(vm)
                assert seen(vm).initrd_sha256 == sha256(INITRD)
                frames = re.search(
                    r"network: (\d+) of \d+ frames .*; (\d+) frames received", vm.console
                )
                most, received = map(int, frames.groups())
                assert received > SEGMENTS
                # Some had to wait for what was lost.
                assert loss == 0 or most > 10, vm.console
        finally:
            for each in running:
                process.stop(each)
