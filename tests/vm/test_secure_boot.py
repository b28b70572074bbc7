"""Secure Boot enforced: everything that runs is signed, and what is not, does not run.

The kernel has a key of its own, which the platform's owner has added to db.
"""
import re

import pytest

import paths
import secure_boot
import ways
from conftest import BOOT_SECONDS, FAILURE, LINUX_SECONDS, probe_done, seen

HANDOFF_UNTRUSTED = 129


@pytest.fixture(scope="module")
def kernel_signer(tmp_path_factory):
    return secure_boot.new_signer(tmp_path_factory.mktemp("kernel-key"), "kernel")


@pytest.fixture
def secure(tmp_path, kernel_signer):
    """Makes a machine's platform by its name."""
    return lambda name: secure_boot.Platform(name, tmp_path, kernel_signer)


def tampered(program, target):
    """The signed program with one bit of its code changed."""
    data = bytearray(program.read_bytes())
    data[len(data) // 2] ^= 1
    target.write_bytes(data)
    return target


@pytest.mark.parametrize(
    "name, ipxe", [("bookworm", "trixie"), ("sid", "sid"), ("sid-strictnx", "sid")]
)
def test_chain(tmp_path, web, secure, kernel_signer, name, ipxe):
    """Signed iPXE, signed pivotboot, a signed kernel, init."""
    platform = secure(name)
    ipxe_program = platform.signer.sign(paths.ipxe_program(ipxe), tmp_path / "ipxe.efi")
    web.put("pivotboot.efi", platform.signer.sign(paths.LOADER, tmp_path / "pivotboot.efi"))
    web.put("vmlinuz", kernel_signer.sign(paths.kernel("kernel-7"), tmp_path / "vmlinuz"))
    web.put("demo", paths.DEMO)
    script = ways.ipxe_script(
        f"chain {web.base}/pivotboot.efi linux={web.base}/vmlinuz initrd={web.base}/demo"
        " -- console=ttyS0"
    )
    folder = tmp_path / "vm"
    folder.mkdir()
    with ways.by_ipxe(
        folder, web, ipxe, script, program=ipxe_program, platform=platform, memory="1024"
    ) as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        assert re.search("^pivot_root: ok$", vm.console, re.MULTILINE), vm.report()
        assert re.search("secureboot: Secure boot enabled", vm.console), vm.report()


class Direct:
    """Starts a signed pivotboot by the fastest way, to see which kernels it is let start."""

    def __init__(self, folder, platform):
        self.folder = folder
        self.platform = platform
        self.program = platform.signer.sign(paths.LOADER, folder / "pivotboot.efi")

    def start(self, line, program=None):
        vm = self.folder / "vm"
        vm.mkdir()
        return ways.by_kernel_option(
            vm, line, program=program or self.program, platform=self.platform
        )


@pytest.fixture
def direct(tmp_path, secure):
    return Direct(tmp_path, secure("sid"))


def test_signed_kernel(direct, web, kernel_signer):
    """The control run of those below."""
    web.put("kernel", kernel_signer.sign(paths.PROBE, direct.folder / "kernel"))
    with direct.start(f"linux={web.base}/kernel -- probe-exit=0") as vm:
        probe_done(vm)
        assert seen(vm).options == "probe-exit=0"


@pytest.mark.parametrize("attack", ["unsigned", "tampered"])
def test_kernel_refused(direct, web, kernel_signer, attack):
    signed = kernel_signer.sign(paths.PROBE, direct.folder / "kernel")
    bad = paths.PROBE if attack == "unsigned" else tampered(signed, direct.folder / "bad")
    web.put("kernel", bad)
    with direct.start(f"linux={web.base}/kernel -- probe-exit=0") as vm:
        found = vm.wait_for(FAILURE + "|^load options", BOOT_SECONDS, "everything")
        assert found[2] == str(HANDOFF_UNTRUSTED), vm.report()
        assert vm.probe == ""


def test_loader_refused(tmp_path, web, secure):
    """pivotboot itself is the firmware's to refuse, at iPXE's request: iPXE goes on."""
    platform = secure("sid")
    signed = platform.signer.sign(paths.LOADER, tmp_path / "pivotboot.efi")
    web.put("unsigned.efi", paths.LOADER)
    web.put("tampered.efi", tampered(signed, tmp_path / "tampered.efi"))
    web.put("signed.efi", signed)
    script = ways.ipxe_script(
        f"chain {web.base}/unsigned.efi help || echo first refused",
        f"chain {web.base}/tampered.efi help || echo second refused",
        f"chain {web.base}/signed.efi help",
    )
    folder = tmp_path / "vm"
    folder.mkdir()
    ipxe_program = platform.signer.sign(paths.ipxe_program("sid"), tmp_path / "ipxe.efi")
    with ways.by_ipxe(folder, web, "sid", script, program=ipxe_program, platform=platform) as vm:
        vm.wait_for("^first refused$", BOOT_SECONDS)
        vm.wait_for("^second refused$", BOOT_SECONDS)
        assert "pivotboot: " not in vm.console
        vm.wait_for("^pivotboot: version", BOOT_SECONDS)
