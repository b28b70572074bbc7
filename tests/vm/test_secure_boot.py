"""Secure Boot enforced: everything that runs is signed, and what is not, does not run.

The kernel has a key of its own, which the platform's owner has added to db.
"""
import re

import pytest

import paths
import secure_boot
import signed_site
import ways
from conftest import BOOT_SECONDS, LINUX_SECONDS, sha256

WRONG_DIGEST = 81
HANDOFF_UNTRUSTED = 129


@pytest.fixture(scope="module")
def kernel_signer(tmp_path_factory):
    return secure_boot.new_signer(tmp_path_factory.mktemp("kernel-key"), "kernel")


@pytest.fixture
def secure(tmp_path, kernel_signer):
    """Makes a machine's platform by its name."""
    return lambda name: secure_boot.Platform(name, tmp_path, kernel_signer)


def tampered(program, target, at=None):
    """The signed program with one bit changed, in the middle of it or somewhere else."""
    data = bytearray(program.read_bytes())
    data[len(data) // 2 if at is None else at] ^= 1
    target.write_bytes(data)
    return target


def by_ipxe(folder, web, platform, ipxe, *commands, **options):
    """Starts a signed iPXE that runs the commands."""
    vm = folder / "vm"
    vm.mkdir()
    program = platform.sign(paths.ipxe_program(ipxe))
    script = ways.ipxe_script(*commands)
    return ways.by_ipxe(vm, web, ipxe, script, program=program, platform=platform, **options)


@pytest.mark.parametrize(
    "name, ipxe", [("bookworm", "trixie"), ("sid", "sid"), ("sid-strictnx", "sid")]
)
def test_chain(tmp_path, web, secure, kernel_signer, name, ipxe):
    """Signed iPXE, signed pivotboot, a signed entry, a signed kernel, init."""
    platform = secure(name)
    kernel = kernel_signer.sign(paths.kernel("kernel-7"), tmp_path / "vmlinuz")
    web.put("pivotboot.efi", platform.sign(signed_site.loader()))
    signed_site.site_of(kernel.read_bytes(), paths.DEMO.read_bytes(), "console=ttyS0").publish(web)
    line = f"chain {web.base}/pivotboot.efi entry={web.base}/entry.conf"
    with by_ipxe(tmp_path, web, platform, ipxe, line, memory="1024") as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        assert "pivotboot: entry: signed by CN='Release'" in vm.console, vm.report()
        assert re.search("^pivot_root: ok$", vm.console, re.MULTILINE), vm.report()
        assert re.search("secureboot: Secure boot enabled", vm.console), vm.report()


@pytest.mark.parametrize("stream", ["on", "off"])
@pytest.mark.parametrize("attack", [None, "unsigned", "tampered", "initrd"])
def test_kernel(web, secure, kernel_signer, attack, stream):
    """A signed entry does not help a kernel that the firmware does not trust, nor a signed kernel
    an initrd that the entry does not name, whenever that is fetched."""
    platform = secure("sid")
    kernel = kernel_signer.sign(paths.PROBE, platform.folder / "kernel")
    if attack in ("unsigned", "tampered"):
        kernel = (
            paths.PROBE if attack == "unsigned" else tampered(kernel, platform.folder / "tampered")
        )
    site = signed_site.site_of(kernel.read_bytes(), signed_site.INITRD, "probe-exit=0")
    site.keys.append(("stream", stream))
    if attack == "initrd":
        site.files["initrd"] = signed_site.INITRD[:-1] + b"?"
    site.machine["platform"] = platform
    site.program = platform.sign(signed_site.loader())
    site.publish(web)
    outcome = site.boot(web)
    expected = {None: None, "initrd": WRONG_DIGEST}.get(attack, HANDOFF_UNTRUSTED)
    assert outcome.status == expected, outcome.console
    streamed = "to be fetched straight into the kernel's buffer" in outcome.console
    assert streamed == (stream == "on")
    if not attack:
        assert outcome.seen.initrd_sha256 == sha256(signed_site.INITRD)


def test_loader_refused(tmp_path, web, secure):
    """pivotboot itself is the firmware's to refuse, at iPXE's request: iPXE goes on."""
    platform = secure("sid")
    signed = platform.sign(signed_site.loader())
    web.put("unsigned.efi", signed_site.loader())
    web.put("code.efi", tampered(signed, tmp_path / "code.efi"))
    policy_at = signed.read_bytes().index(signed_site.POLICY.encode())
    web.put("policy.efi", tampered(signed, tmp_path / "policy.efi", policy_at))
    web.put("signed.efi", signed)
    with by_ipxe(
        tmp_path, web, platform, "sid",
        *(
            f"chain {web.base}/{name}.efi help || echo {name} refused"
            for name in ("unsigned", "code", "policy", "signed")
        ),
    ) as vm:  # fmt: skip
        vm.wait_for("^pivotboot: version", BOOT_SECONDS)
        before = vm.console[: vm.console.index("pivotboot: version")]
        for name in ("unsigned", "code", "policy"):
            assert f"\n{name} refused\n" in before, vm.report()
