"""Which way frames take to the card (transport=), and what happens when they stop coming."""
import re

import pytest

import paths
from conftest import BOOT_SECONDS, blob, probe_done, seen, sha256

INITRD = blob(3_000_000)
BOOT = "linux=@/probe.efi initrd=@/initrd"
END = "-- probe-exit=0"

UNDERNEATH = "network: transport firmware, the driver underneath"
LOADERS = "network: transport snp, the device of the program that loaded pivotboot"
FIRMWARES = "network: transport firmware, whose own device pivotboot was loaded through"
SILENT = ", since no frame came in any more"


def boots(vm):
    probe_done(vm)
    assert seen(vm).initrd_sha256 == sha256(INITRD), vm.report()
    return vm.console


@pytest.mark.parametrize("name", ["trixie", "sid"])
def test_snponly_has_a_driver_underneath(ipxe, web, name):
    web.put("initrd", INITRD)
    with ipxe(name, f"chain @/pivotboot.efi {BOOT} {END}") as vm:
        console = boots(vm)
        assert UNDERNEATH in console and "snp," not in console, console


def test_own_driver_has_none(ipxe, web):
    """The oldest iPXE drives the card by itself."""
    web.put("initrd", INITRD)
    with ipxe(
        "bookworm",
        f"chain --autofree @/pivotboot.efi {BOOT} transport=firmware ||",
        f"chain @/pivotboot.efi {BOOT} {END}",
    ) as vm:
        console = boots(vm)
        assert "(status 56)" in console, console
        assert f"{LOADERS}, since the firmware has no driver underneath" in console


@pytest.mark.parametrize("transport", ["auto", "firmware", "snp"])
def test_without_ipxe(boot, web, transport):
    """There is one device, and it is the firmware's: every way is the same."""
    web.put("initrd", INITRD)
    found = boot.succeeds(f"{BOOT} transport={transport} {END}")
    assert found.initrd_sha256 == sha256(INITRD)
    assert FIRMWARES in found.console


@pytest.mark.parametrize("firmware", ["bookworm", "trixie", "sid"])
@pytest.mark.parametrize("card", [{}, {"disable-legacy": "on"}], ids=["virtio 0.9.5", "virtio 1"])
def test_few_notifications(boot, web, tmp_path, firmware, card):
    """The device hears of one receive buffer in sixteen (efi/virtio-notify.h), whichever of its
    transports the firmware's driver uses."""
    web.put("initrd", INITRD * 5)
    trace = tmp_path / "trace"
    found = boot.succeeds(
        f"{BOOT} {END}", firmware=firmware, card=card,
        extra=("-trace", "virtio_queue_notify", "-D", trace),
    )  # fmt: skip
    assert found.initrd_sha256 == sha256(INITRD * 5)
    frames = int(re.search(r"(\d+) frames received", found.console)[1])
    of_receive_queue = re.findall(r"virtio_queue_notify vdev \S+ n 0 ", trace.read_text())
    assert 1 <= len(of_receive_queue) < frames / 8, (len(of_receive_queue), frames)


def test_entry_chooses(ipxe, web):
    """The entry is fetched by one way and asks for the other."""
    web.put("initrd", INITRD)
    web.put("entry", "linux probe.efi\ninitrd initrd\ntransport snp\noptions probe-exit=0\n")
    with ipxe("sid", "chain @/pivotboot.efi entry=@/entry") as vm:
        console = boots(vm)
        assert UNDERNEATH in console
        assert f"{LOADERS}, as the configuration says" in console.split(UNDERNEATH)[1]


def deaf(frames):
    return f"chain --autofree @/deaf.efi deaf-after={frames}"


# In front of DHCP's first answer, and in the middle of the transfer of the initrd.
@pytest.mark.parametrize("frames", [0, 500])
def test_silence_leads_to_the_other_way(ipxe, web, frames):
    """iPXE's own way still works, so pivotboot goes on with that; and iPXE afterwards."""
    web.put("initrd", INITRD)
    web.put("deaf.efi", paths.DEAF)
    with ipxe(
        "sid",
        deaf(frames),
        f"chain --autofree @/pivotboot.efi {BOOT} -- probe-return=1 ||",
        f"chain @/pivotboot.efi {BOOT} {END}",
    ) as vm:
        console = boots(vm)
        assert UNDERNEATH in console.split(LOADERS)[0], console
        assert LOADERS + SILENT in console


def test_no_way_back_when_one_is_asked_for(ipxe, web):
    """The address is the earlier lease: nobody answers DHCP, and then no server does."""
    web.put("deaf.efi", paths.DEAF)
    with ipxe(
        "sid",
        deaf(0),
        "chain --autofree @/pivotboot.efi linux=@/probe.efi transport=firmware network-timeout=4"
        " idle-timeout=4 || goto end",
        ":end",
        "imgfetch @/probe.efi && echo iPXE still fetches",
        "poweroff",
    ) as vm:
        vm.wait_for(r"\(status 54\)$", BOOT_SECONDS)
        vm.wait_for("^iPXE still fetches$", BOOT_SECONDS)
        assert SILENT not in vm.console
