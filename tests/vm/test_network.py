"""Links, addresses and names."""
import re

import pytest

import network
import ways
from conftest import BOOT_SECONDS, SECOND_CARD, failure, probe_done, seen

END = "-- probe-exit=0"
ANOTHER_CARD = ("-netdev", "user,id=net1", "-device", "virtio-net-pci,netdev=net1,romfile=")


def test_no_link(boot):
    with boot.start(f"linux=@/probe.efi network-timeout=3 {END}") as vm:
        vm.set_link(False)
        message, status = failure(vm)
        assert (status, "link" in message) == (50, True), vm.report()


def test_late_link(boot):
    with boot.start(f"linux=@/probe.efi network-timeout=60 {END}") as vm:
        vm.set_link(False)
        vm.wait_for("pivotboot: .*link", BOOT_SECONDS)
        vm.set_link(True)
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"


def test_second_card(boot):
    """The first has no link: the second is taken."""
    with boot.start(f"linux=@/probe.efi network-timeout=3 {END}", extra=ANOTHER_CARD) as vm:
        vm.set_link(False)
        probe_done(vm)
        assert seen(vm, stopped=SECOND_CARD).options == "probe-exit=0"


HOST, HOST6 = network.NAMESPACE_HOST, network.NAMESPACE_HOST6
NOBODY, NOBODY6 = network.NAMESPACE_NOBODY, network.NAMESPACE_NOBODY6
NAME = network.NAMESPACE_NAME
DHCP, ROUTER, ROUTER_DHCPV6 = network.DHCP, network.ROUTER, network.ROUTER_DHCPV6
record = network.record


@pytest.mark.parametrize(
    "host, options, told",
    [
        pytest.param(NAME, (*DHCP, record(HOST)), r"DNS \S+ \(DHCP\)", id="IPv4"),
        pytest.param(NAME, (*ROUTER, record(HOST6)), r"DNS \S+ \(router\)", id="IPv6"),
        pytest.param(
            NAME, (*ROUTER_DHCPV6, record(HOST6)), r"DNS \S+ \(DHCPv6\)", id="IPv6 and DHCPv6"
        ),
        pytest.param(f"[{HOST6}]", ROUTER, r"network: \S+ fd00:77::", id="IPv6 address"),
        pytest.param(
            NAME, (*DHCP, *ROUTER, record(NOBODY, HOST6)), r"\(DHCP\)", id="broken IPv4"
        ),
        pytest.param(
            NAME, (*DHCP, f"--dhcp-option=6,{NOBODY},{HOST}", record(HOST)),
            rf"DNS {NOBODY} \(DHCP\), {HOST} \(DHCP\)", id="a dead DNS server",
        ),
        pytest.param(
            "alias.test", (*DHCP, f"--cname=alias.test,{NAME}", record(HOST)), "DHCP", id="an alias"
        ),
    ],
)  # fmt: skip
def test_hosts(site, host, options, told):
    site.serve(*options)
    site.web.put("entries/a.conf", "linux ../probe.efi\noptions probe-exit=0\n")
    with site.start(f"entry=http://{host}/entries/a.conf") as vm:
        probe_done(vm)
        found = seen(vm)
        assert found.options == "probe-exit=0"
        assert re.search(told, found.console), vm.report()


FIXED = "ip=192.168.77.60::192.168.77.1:255.255.255.0:worker:eth0:none"


@pytest.mark.parametrize(
    "setting, host, told",
    [
        pytest.param(FIXED, HOST, r"192\.168\.77\.60/24 gateway \S+ \(ip=\)\n", id="IPv4"),
        pytest.param(f"{FIXED}:{NOBODY}:{HOST}", NAME, rf"DNS {NOBODY} \(ip=\), ", id="names"),
        pytest.param("ip=[fd00:77::60]", f"[{HOST6}]", r"fd00:77::60/64 \(ip=\)\n", id="IPv6"),
    ],
)
def test_fixed_address(site, setting, host, told):
    """Without DHCP and routers; dnsmasq only knows the name."""
    site.serve(record(HOST))
    with site.start(f"{setting} linux=http://{host}/probe.efi {END}") as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"
        assert re.search(told, vm.console), vm.report()


@pytest.mark.parametrize("addresses", [(HOST, NOBODY6), (NOBODY, HOST6)], ids=["IPv6", "IPv4"])
def test_broken_family(site, addresses):
    """The name has addresses of both families, the machine too, and one family leads nowhere."""
    site.serve(record(*addresses))
    line = f"{FIXED}:{HOST} ip=[fd00:77::60] linux=http://{NAME}/probe.efi {END}"
    with site.start(line) as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"


def test_bad_ip(boot):
    message = boot.fails("ip=192.168.77.60:::255.0.255.0 linux=@/probe.efi", 58)
    assert "netmask '255.0.255.0' is not a netmask" in message


@pytest.mark.parametrize("name", ["trixie", "sid"])
def test_lease_without_dhcp(site, tmp_path, name):
    """iPXE, from a disk, has its address from somewhere else; nobody answers DHCP."""
    script = "\n".join((
        "#!ipxe", "set net0/ip 192.168.77.60", "set net0/netmask 255.255.255.0",
        "set net0/gateway 192.168.77.1", "set net0/dns 192.168.77.1", "ifopen net0",
        f"chain --autofree http://{HOST}/pivotboot.efi network-timeout=8"
        f" linux=http://{NAME}/probe.efi {END}", "",
    ))  # fmt: skip
    site.serve(record(HOST))
    with ways.by_disk(
        tmp_path, name, script, netdev=site.namespace.netdev, prefix=site.namespace.prefix
    ) as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"
        assert "192.168.77.60/24 gateway 192.168.77.1 (earlier lease), DNS" in vm.console


def test_lease_of_oldest_ipxe(site):
    """2019's had its address by DHCP, which does not answer pivotboot."""
    with site.start_ipxe(
        "bookworm",
        f"chain --autofree {site.base}/pivotboot.efi network-timeout=8"
        f" linux=http://{NAME}/probe.efi {END}",
        dhcp=("--dhcp-vendorclass=set:pxe,PXEClient", "--dhcp-ignore=tag:!pxe", record(HOST)),
    ) as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"
        assert "gateway 192.168.77.1 (earlier lease), DNS" in vm.console


def test_no_dhcp_server(site):
    with site.start(f"linux=http://{network.NAMESPACE_HOST}/probe.efi network-timeout=4") as vm:
        message, status = failure(vm)
        assert (status, "DHCP" in message) == (51, True), vm.report()
