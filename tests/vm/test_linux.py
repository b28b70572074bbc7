"""Real kernels reach the demo's userland with the command line that was built for them."""
import re

import pytest

import paths
from conftest import LINUX_SECONDS, sha256


def run_demo(boot, web, kernel, words, options, **machine):
    """Boots the demo's initramfs; returns the console when the guest has powered off."""
    image = paths.kernel(kernel)
    web.put("vmlinuz", image)
    web.put("demo.cpio.zst", paths.DEMO)
    line = (
        f"linux=@/vmlinuz linux-sha256={sha256(image.read_bytes())} initrd=@/demo.cpio.zst"
        f" initrd-sha256={sha256(paths.DEMO.read_bytes())} {words} -- {options}"
    )
    with boot.start(line, memory="1024", **machine) as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        assert vm.shutdown_reason() == "guest-shutdown", vm.report()
        return vm.console


def told(console, what):
    found = re.search(f"^demo: {what} ?(.*)$", console, re.MULTILINE)
    assert found, console[-3000:]
    return found[1]


@pytest.mark.parametrize(
    "kernel, words, expected, pivot_root",
    [
        ("kernel-7", "rootfs=nullfs", 'console=ttyS0 a="b  c" ro', "ok"),
        ("kernel-6.1", "rootfs=none", 'console=ttyS0 a="b  c" ro', "EINVAL"),
        # A stock kernel does not know the word and makes it an argument of init.
        (
            "kernel-6.1",
            "rootfs=nonroot_initramfs rootfs-force",
            'nonroot_initramfs console=ttyS0 a="b  c" ro',
            "EINVAL",
        ),
        # What nobody had to know: the kernels differ, the outcome does not.
        ("kernel-7", "", 'console=ttyS0 a="b  c" ro', "ok"),
        ("kernel-6.12", "", 'rdinit=/.pivotboot/leaf console=ttyS0 a="b  c" ro', "ok"),
        ("kernel-6.1", "", 'rdinit=/.pivotboot/leaf console=ttyS0 a="b  c" ro', "ok"),
    ],
)
def test_kernel(boot, web, kernel, words, expected, pivot_root):
    console = run_demo(boot, web, kernel, words, 'console=ttyS0 a="b  c" ro')
    assert told(console, "kernel").startswith(kernel.removeprefix("kernel-") + ".")
    assert told(console, "command line:") == expected
    assert re.search(f"^pivot_root: {pivot_root}$", console, re.MULTILINE)
    if "nonroot_initramfs" in expected:
        assert told(console, "arguments of init:") == "nonroot_initramfs"


def test_too_little_memory(boot, web):
    """The stub returns instead of starting: that is an error like any other."""
    web.put("vmlinuz", paths.kernel("kernel-7"))
    web.put("demo.cpio.zst", paths.DEMO)
    with open(web.root / "large", "wb") as file:
        file.truncate(160 << 20)
    boot.fails("linux=@/vmlinuz initrd=@/large -- console=ttyS0", 130, memory="320")
