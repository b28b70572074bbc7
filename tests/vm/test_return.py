"""pivotboot gives everything back: iPXE goes on as if it had never been there.

--autofree: iPXE keeps what it failed to boot, and offers all it has kept as initrds.
"""
import re

import pytest

import archive
import network
import paths
import ways
from conftest import BOOT_SECONDS, blob, memory_seen, probe_done, seen, sha256

THEIRS = blob(60_000, seed="iPXE's own")
OURS = blob(90_000, seed="pivotboot's")

# The low six bits of iPXE's errno are those of the status (efi/status-code.h).
LOW_BITS = 0x3F


def errors(console):
    """name -> errno for each "name: 0x..." that a script echoed."""
    return {
        name: int(value, 16)
        for name, value in re.findall(r"^(\w+) errno: 0x(\w+)$", console, re.MULTILINE)
    }


@pytest.mark.parametrize("name", ["bookworm", "trixie", "sid"])
def test_return_and_boot_something_else(ipxe, web, name):
    """Three failures in a row, each with its own status; then iPXE boots by itself.

    It fetches without a new `dhcp`, and what it loaded before is still its own.
    """
    web.put("theirs", THEIRS)
    web.put("ours", OURS)
    with ipxe(
        name,
        "chain --autofree @/pivotboot.efi linux=@/missing || echo missing errno: ${errno}",
        "chain --autofree @/pivotboot.efi linux=@/probe.efi initrd=@/ours"
        f" initrd-sha256={'0' * 64} || echo digest errno: ${{errno}}",
        "chain --autofree @/pivotboot.efi linux=@/probe.efi initrd=@/ours"
        " -- probe-return=0x800000000000000e || echo returned errno: ${errno}",
        "imgfetch --name payload @/theirs || echo cannot fetch",
        "kernel @/probe.efi by-ipxe probe-exit=0 || echo cannot load",
        "boot",
    ) as vm:
        probe_done(vm)
        console = vm.console
        assert "cannot" not in console, vm.report()
        statuses = {key: value & LOW_BITS for key, value in errors(console).items()}
        assert statuses == {
            "missing": 72 & LOW_BITS,
            "digest": 81 & LOW_BITS,
            "returned": 130 & LOW_BITS,
        }, vm.report()
        assert "EFI status 0x800000000000000e" in console
        # The first run of the probe is pivotboot's, the second iPXE's.
        first, second = vm.probe.split("returning\n")
        assert f"initrd size {len(OURS)} sha256 {sha256(OURS)}" in first
        assert "by-ipxe" in second
        if name != "bookworm":  # the 2019 iPXE does not offer initrds through LoadFile2
            assert sha256(THEIRS) in second


def test_ipxe_initrd_stays_behind_ours(ipxe, web):
    """iPXE already offers an initrd when pivotboot starts: the kernel must get ours."""
    web.put("theirs", THEIRS)
    web.put("ours", OURS)
    with ipxe(
        "sid",
        "initrd @/theirs",
        "chain --autofree @/pivotboot.efi linux=@/probe.efi initrd=@/ours"
        " -- probe-return=0x1 || echo back",
        "kernel @/probe.efi by-ipxe probe-exit=0",
        "boot",
    ) as vm:
        probe_done(vm)
        first, second = vm.probe.split("returning\n")
        assert f"initrd size {len(OURS)} sha256 {sha256(OURS)}" in first
        assert f"initrd size {len(THEIRS)} sha256 {sha256(THEIRS)}" in second
        assert seen(vm, stopped=None).options.endswith("by-ipxe probe-exit=0")


def test_no_initrd_hides_that_of_ipxe(ipxe, web):
    """Without initrd= the kernel gets none, whatever iPXE has in its memory."""
    web.put("theirs", THEIRS)
    with ipxe(
        "sid",
        "initrd @/theirs",
        "chain --autofree @/pivotboot.efi linux=@/probe.efi -- probe-exit=0",
    ) as vm:
        probe_done(vm)
        assert seen(vm).initrd_size is None


@pytest.mark.parametrize(
    "words, status",
    [
        # In the kernel (the probe), which was given its initrd and returned.
        ("initrd=@/ours initrd=@/ours rootfs=leaf stream=on -- probe-return=0x1", 130),
        # Before that.
        (f"initrd=@/ours initrd-sha256={'0' * 64}", 81),
        # While it streams into the kernel's buffer, as it is and unpacked.
        (f"initrd=@/ours initrd-sha256={'0' * 64} stream=on", 81),
        (
            f"initrd=@/ours.zst initrd-sha256={'0' * 64} decompress=always stream=on"
            f" initrd-unpacked-size={len(OURS)}",
            81,
        ),
    ],
    ids=["returned", "digest", "streamed digest", "unpacked digest"],
)
def test_no_memory_stays_behind(boot, web, words, status):
    """The firmware's memory map is the same before and after."""
    web.put("ours", OURS)
    web.put("ours.zst", archive.zstd(OURS))
    line = f"probe-connect probe-start linux=@/probe.efi {words}"
    with boot.start(line, program=paths.PROBE, initrd=paths.LOADER) as vm:
        vm.wait(BOOT_SECONDS)
        ends = re.findall("^it ended with c0000000000000(..)$", vm.probe, re.MULTILINE)
        assert [int(end, 16) for end in ends] == [status] * len(ends), vm.report()
        memory = memory_seen(vm)
        assert len(memory) == 2 * len(ends) == 10, vm.report()
        # What applications use.
        assert len({(each["loader code"], each["loader data"]) for each in memory}) == 1, memory
        # OVMF's network drivers lose some 1600 bytes each time they are given the device back,
        # by an application that does nothing else as well: a page now and then, never each time.
        free = [each["free"] for each in memory]
        assert any(before == after for before, after in zip(free[::2], free[1::2])), memory
        assert abs(free[-1] - free[1]) < len(ends), memory


TURNS = 10


def many_returns(base, transport):
    """iPXE's commands: failures after a full transfer, between which it fetches by itself."""
    bad = f"linux={base}/probe.efi initrd={base}/ours initrd-sha256={'0' * 64} transport={transport}"
    commands = [
        f"chain --autofree {base}/pivotboot.efi {bad} ||",
        f"imgfetch --name theirs {base}/theirs || echo cannot fetch",
        "imgfree theirs",
    ] * TURNS
    return *commands, f"chain {base}/pivotboot.efi linux={base}/probe.efi -- probe-exit=0"


def check_many_returns(vm, requests):
    probe_done(vm)
    assert vm.console.count("(status 81)") == TURNS
    assert "cannot fetch" not in vm.console, vm.report()
    # A look at its size and its first bytes, then all of it.
    assert [path for _, path in requests()].count("/ours") == 2 * TURNS
    assert requests().count((200, "/theirs")) == TURNS


@pytest.mark.parametrize(
    "name, transport", [("bookworm", "auto"), ("trixie", "auto"), ("sid", "auto"), ("sid", "snp")]
)
def test_many_returns(ipxe, web, name, transport):
    """Nothing runs out: ten failures after a full transfer each, then a success.

    After each of them iPXE fetches as before, without a new `dhcp`.
    """
    web.put("theirs", THEIRS)
    web.put("ours", OURS)
    with ipxe(name, *many_returns("@", transport)) as vm:
        check_many_returns(vm, web.requests)


def test_many_returns_to_own_driver(tmp_path, web):
    """The same with the newest iPXE, on a card that only iPXE has a driver for."""
    folder = tmp_path / "vm"
    folder.mkdir()
    web.put("theirs", THEIRS)
    web.put("ours", OURS)
    script = ways.ipxe_script(*many_returns(web.base, "auto"))
    with ways.by_disk(folder, "sid", script, model="e1000e", netdev=network.slirp()) as vm:
        check_many_returns(vm, web.requests)
        assert "the firmware has no driver underneath" in vm.console


@pytest.mark.parametrize("transport", ["firmware", "snp"])
def test_many_returns_to_oldest_snponly(site, transport):
    """The same with the 2019 iPXE that drives the card through the firmware."""
    site.web.put("theirs", THEIRS)
    site.web.put("ours", OURS)
    with site.start_ipxe("bookworm", *many_returns(site.base, transport)) as vm:
        check_many_returns(vm, site.web.requests)
        assert f"network: transport {transport}, " in vm.console
