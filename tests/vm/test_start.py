"""The ways in which pivotboot is started, each up to the probe in the kernel's place."""
import pytest

import network
import paths
import process
import servers
import ways
from conftest import BOOT_SECONDS, blob, failure, probe_done, seen, sha256

MAC = "52:54:00:12:34:56"  # QEMU's default
INITRD = blob(100_001)


@pytest.mark.parametrize("name", paths.IPXES)
def test_ipxe(ipxe, web, name):
    """Absolute URLs work from every iPXE, the oldest (2019) and the newest."""
    web.put("initrd", INITRD)
    with ipxe(
        name,
        "chain @/pivotboot.efi linux=@/probe.efi initrd=@/initrd rootfs=none"
        f" initrd-sha256={sha256(INITRD)} -- console=ttyS0 probe-exit=0",
    ) as vm:
        probe_done(vm)
        assert seen(vm).options == "console=ttyS0 probe-exit=0"
        assert seen(vm).initrd_sha256 == sha256(INITRD)


def test_relative_to_itself(ipxe, web):
    """iPXE 2.0 tells where pivotboot came from."""
    web.put("boot/pivotboot.efi", paths.LOADER)
    web.put("boot/initrd", INITRD)
    with ipxe(
        "sid",
        "chain @/boot/pivotboot.efi linux=../probe.efi initrd=initrd initrd=/boot/./initrd"
        " -- probe-exit=0",
    ) as vm:
        probe_done(vm)
        assert seen(vm).initrd_sha256 == sha256(INITRD + bytes(3) + INITRD)


def test_relative_without_origin(ipxe):
    """Older iPXE does not tell: that is said, instead of guessed at."""
    with ipxe("trixie", "chain @/pivotboot.efi linux=probe.efi || echo gone on") as vm:
        vm.wait_for(r"error: .*'?probe.efi'?.* \(status 66\)", BOOT_SECONDS)
        vm.wait_for("^gone on$", BOOT_SECONDS)


def test_entry_of_one_machine(ipxe, web):
    """${net0/mac} picks the entry; URLs in it are relative to the entry, not to pivotboot."""
    web.put("initrd", INITRD)
    web.put(
        f"machines/{MAC}.conf",
        "title Probe\n"
        "linux ../probe.efi\n"
        "initrd ../initrd\n"
        f"initrd-sha256 {sha256(INITRD)}\n"
        "options console=ttyS0\n"
        "options probe-exit=0\n",
    )
    with ipxe("sid", "chain @/pivotboot.efi entry=@/machines/${net0/mac}.conf") as vm:
        probe_done(vm)
        assert seen(vm).options == "console=ttyS0 probe-exit=0"
        assert seen(vm).initrd_sha256 == sha256(INITRD)


class Direct:
    """The firmware's own HTTP boot; the machine's log says what it saw."""

    def __init__(self, folder, namespace):
        self.folder = folder
        self.namespace = namespace
        self.web = servers.Nginx(folder, namespace=namespace, address=network.NAMESPACE_HOST)
        self.web.put("boot/probe.efi", paths.PROBE)
        self.web.put("boot/initrd", INITRD)

    def start(self, firmware):
        # The loader has its own name: .conf takes the place of .efi, not "pivotboot.conf".
        self.web.put("boot/loader-1.efi", paths.LOADER)
        url = f"http://{network.NAMESPACE_HOST}/boot/loader-1.efi"
        self.dhcp = network.serve_dhcp(self.namespace, self.folder, url)
        return ways.by_firmware(self.folder, self.namespace, firmware=firmware)

    def close(self):
        process.stop(self.dhcp)
        self.web.close()


@pytest.fixture
def direct(tmp_path):
    with network.Namespace() as namespace:
        machine = Direct(tmp_path, namespace)
        yield machine
        machine.close()


WORDS = """\
# one word a line, or several
linux=probe.efi
initrd=initrd initrd=/boot/initrd

-- console=ttyS0
probe-exit=0
"""
ENTRY = """\
linux probe.efi
initrd initrd
initrd /boot/initrd
options console=ttyS0 probe-exit=0
"""


@pytest.mark.parametrize(
    "firmware, conf", [("sid", WORDS), ("bookworm", ENTRY)], ids=["words", "entry"]
)
def test_firmware(direct, firmware, conf):
    """With nothing in LoadOptions, the .conf beside pivotboot says what to boot."""
    direct.web.put("boot/loader-1.conf", conf)
    with direct.start(firmware) as vm:
        probe_done(vm)
        assert seen(vm).options == "console=ttyS0 probe-exit=0"
        assert seen(vm).initrd_sha256 == sha256(INITRD + bytes(3) + INITRD)


def test_firmware_without_conf(direct):
    with direct.start("sid") as vm:
        message, status = failure(vm)
        assert (status, "/boot/loader-1.conf" in message) == (72, True), vm.report()
