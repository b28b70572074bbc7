"""Nothing may write into memory that the kernel owns, whatever arrives from the network."""
import subprocess
import sys

import pytest

import network
import paths
import process
from conftest import BOOT_SECONDS, blob, probe_done

MAC = "52:54:00:12:34:56"
GUEST = network.NAMESPACE_GUESTS[0]

# Sends datagrams to the guest's own address and to everybody's, with a pause after each pair.
FLOOD = f"""
import contextlib, socket, sys, time
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
out.bind(("{network.NAMESPACE_HOST}", 0))
print("flooding", flush=True)
while True:
    for address in ("{GUEST}", "255.255.255.255"):
        with contextlib.suppress(OSError):
            out.sendto(b"flood" * 280, (address, 9))
    time.sleep(float(sys.argv[1]))
"""


def start_flood(namespace, pause):
    flood = process.start(
        [sys.executable, "-c", FLOOD, str(pause)], namespace.prefix, stdout=subprocess.PIPE
    )
    assert flood.stdout.readline() == b"flooding\n"
    return flood


def test_watch_notices(boot):
    """The control: a timer that nobody stopped writes, and the probe must see it."""
    with boot.start("probe-flood probe-flaw probe-exit=0", program=paths.PROBE) as vm:
        probe_done(vm)
        assert "memory changed" in vm.probe


@pytest.mark.parametrize("initrd", [True, False], ids=["initrd", "no initrd"])
def test_flood(site, initrd):
    site.namespace.run("ip", "neighbour", "add", GUEST, "lladdr", MAC, "dev", network.TAP)
    site.web.put("initrd", blob(3_000_000))
    site.serve(f"--dhcp-range={GUEST},{GUEST},1h")
    line = f"linux={site.base}/probe.efi -- probe-flood probe-exit=0"
    if initrd:
        line = f"initrd={site.base}/initrd {line}"
    # A transfer must still be possible, so the rest of the flood comes when it is over.
    floods = [start_flood(site.namespace, pause=0.002)]
    site.running += floods
    with site.start(line) as vm:
        vm.wait_for("^started$", BOOT_SECONDS, "probe")
        floods.append(start_flood(site.namespace, pause=0))
        site.running.append(floods[-1])
        probe_done(vm)
        assert ("initrd size 3000000" in vm.probe) == initrd
        assert "memory changed" not in vm.probe
        assert "memory intact before ExitBootServices" in vm.probe
        assert "memory intact after ExitBootServices" in vm.probe
    assert all(flood.poll() is None for flood in floods), "a flood ended too early"
