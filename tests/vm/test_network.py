"""Links, DHCP and DNS."""
import pytest

import machine
import network
import paths
import process
import servers
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


class Site:
    """A namespace with nginx, and dnsmasq where a test wants it."""

    def __init__(self, folder, namespace):
        self.folder = folder
        self.namespace = namespace
        self.web = servers.Nginx(folder, namespace=namespace, address=network.NAMESPACE_HOST)
        self.web.put("probe.efi", paths.PROBE)
        self.running = [self.web.process]

    def serve_dhcp(self):
        self.running.append(network.serve_dhcp(self.namespace, self.folder))

    def start(self, line):
        return machine.Machine(
            self.folder,
            netdev=self.namespace.netdev,
            prefix=self.namespace.prefix,
            kernel=paths.LOADER,
            append=line,
        )


@pytest.fixture
def site(tmp_path):
    with network.Namespace() as namespace:
        site = Site(tmp_path, namespace)
        yield site
        for each in site.running:
            process.stop(each)


def test_host_name(site):
    site.serve_dhcp()
    with site.start(f"linux=http://{network.NAMESPACE_NAME}/probe.efi {END}") as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"


def test_no_dhcp_server(site):
    with site.start(f"linux=http://{network.NAMESPACE_HOST}/probe.efi network-timeout=4") as vm:
        message, status = failure(vm)
        assert (status, "DHCP" in message) == (51, True), vm.report()
