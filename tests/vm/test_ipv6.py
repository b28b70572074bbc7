"""IPv6 on every way to the card, and where it only seems to work."""
import re

import pytest

import network
import paths
import ways
from conftest import blob, failure, probe_done, seen, sha256

HOST, HOST6 = network.NAMESPACE_HOST, network.NAMESPACE_HOST6
NAME = network.NAMESPACE_NAME
# Not on the link: the namespace takes what is for it, and drops it.
AWAY6 = "2001:db8::9"
AWAY6_BYTES = b"\x20\x01\x0d\xb8" + bytes(11) + b"\x09"
INITRD = blob(3_000_000)
BOOT = f"linux=http://{NAME}/probe.efi initrd=http://{NAME}/initrd"
END = "-- probe-exit=0"
BY_ROUTER = r"network: \S+ fd00:77::\S+ gateway fe80::\S+ \(router\), DNS \S+ \(router\)\n"


def boots(vm):
    probe_done(vm)
    found = seen(vm)
    assert found.initrd_sha256 == sha256(INITRD), vm.report()
    return found.console


@pytest.mark.parametrize(
    "name, transport, used",
    [
        pytest.param("bookworm", "auto", "firmware", id="2019's snponly"),
        pytest.param("bookworm", "auto", "snp", id="2019's own driver"),
        pytest.param("trixie", "firmware", "firmware", id="1.21's snponly"),
        pytest.param("sid", "firmware", "firmware", id="2.0's snponly"),
        pytest.param("sid", "snp", "snp", id="2.0's SNP"),
    ],
)
def test_through_ipxe(site, name, transport, used):
    """What routers and neighbours say to groups arrives; no address of IPv4 helps out."""
    site.web.put("initrd", INITRD)
    has_driver = (name, used) == ("bookworm", "snp")
    with site.start_ipxe(
        name,
        f"chain {site.base}/pivotboot.efi ip=auto6 transport={transport} {BOOT} {END}",
        dhcp=(*network.ROUTER, network.record(HOST6)),
        rom=paths.ipxe_rom() if has_driver else None,
    ) as vm:
        console = boots(vm)
        assert re.search(BY_ROUTER, console), console
        assert f"network: transport {used}, " in console, console


def test_through_http_boot(site):
    """The firmware's HTTP boot starts pivotboot over IPv4; what boots is only there over IPv6."""
    site.web.put("initrd", INITRD)
    site.web.put("pivotboot.conf", f"{BOOT} {END}")
    site.serve(
        *network.DHCP, *network.http_boot(f"{site.base}/pivotboot.efi"), *network.ROUTER,
        network.record(HOST6),
    )  # fmt: skip
    with ways.by_firmware(site.folder, site.namespace) as vm:
        boots(vm)


def test_black_hole(site, tmp_path):
    """Routers name a prefix and lead nowhere: another address is tried after 300 ms
    (net/connection.c), and of what has worked once (net/network-state.h) nothing else is asked.

    The entry is on the link and has IPv6 only, so that the router has answered by the time when
    the name comes up.
    """
    frames = tmp_path / "frames.pcap"
    site.serve(*network.DHCP, *network.ROUTER, network.record(HOST, AWAY6))
    site.web.put("initrd", INITRD)
    site.web.put("entry", f"linux http://{NAME}/probe.efi\ninitrd http://{NAME}/initrd\n")
    with site.start(
        f"entry=http://[{HOST6}]/entry idle-timeout=5 {END}",
        extra=("-object", f"filter-dump,id=dump,netdev=net0,file={frames}"),
    ) as vm:
        console = boots(vm)
        assert "error" not in console and "trying" not in console, console
    # IPv6's header with TCP behind it, to that address: it was tried, and only at first.
    tried = re.findall(
        rb"\x86\xdd\x60.{5}\x06.{17}" + AWAY6_BYTES, frames.read_bytes(), re.DOTALL
    )
    assert 1 <= len(tried) <= 3, len(tried)


def test_only_stateful_dhcpv6(site):
    """Which pivotboot does not speak: it says what the router says."""
    site.serve(*network.ROUTER_MANAGED)
    with site.start(f"linux=http://[{HOST6}]/probe.efi network-timeout=6") as vm:
        message, status = failure(vm)
        assert status == 51, message
        assert "no DHCP offer within 6 s, and the IPv6 router names no prefix" in message
        assert "refers to DHCPv6" in message and "ip=" in message
