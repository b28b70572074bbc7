"""Real kernels reach the demo's userland with the command line that was built for them."""
import os
import re
import struct
import subprocess

import pytest

import archive
import paths
from conftest import LINUX_SECONDS, memory_seen, sha256

# A busy machine emulates the timer too slowly for the kernel's check, which ends in a panic.
CONSOLE = "console=ttyS0 no_timer_check"
OPTIONS = CONSOLE + ' a="b  c" ro'


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
        ("kernel-7", "rootfs=nullfs stream=on", OPTIONS, "ok"),
        ("kernel-6.1", "rootfs=none", OPTIONS, "EINVAL"),
        # A stock kernel does not know the word and makes it an argument of init.
        (
            "kernel-6.1",
            "rootfs=nonroot_initramfs rootfs-force",
            f"nonroot_initramfs {OPTIONS}",
            "EINVAL",
        ),
        # What nobody had to know: the kernels differ, the outcome does not.
        ("kernel-7", "", OPTIONS, "ok"),
        ("kernel-6.12", "", f"rdinit=/.pivotboot/leaf initramfs_options=size=1t {OPTIONS}", "ok"),
        ("kernel-6.1", "stream=on", f"rdinit=/.pivotboot/leaf initramfs_options=size=1t {OPTIONS}", "ok"),
    ],
)
def test_kernel(boot, web, kernel, words, expected, pivot_root):
    console = run_demo(boot, web, kernel, words, OPTIONS)
    assert told(console, "kernel").startswith(kernel.removeprefix("kernel-") + ".")
    assert told(console, "command line:") == expected
    assert re.search(f"^pivot_root: {pivot_root}$", console, re.MULTILINE)
    if "nonroot_initramfs" in expected:
        assert told(console, "arguments of init:") == "nonroot_initramfs"


def test_root_of_more_than_half_of_what_is_free(boot, web):
    """The leaf init's payload lies in the kernel's rootfs first, which must not be limited."""
    large = archive.Archive()
    large.file("large", os.urandom(80_000_000))
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("demo.cpio.zst", paths.DEMO)
    web.put("large.cpio.zst", archive.zstd(large.finished(), level=1))
    files = "linux=@/vmlinuz initrd=@/demo.cpio.zst initrd=@/large.cpio.zst"
    # Twice the file, and what the kernel needs, at the same place each time: a random one may leave
    # no room for the initrd in one block. Half of what is free beside the initrd is less
    # than the file: rootfs=none fails.
    with boot.start(f"{files} -- {CONSOLE} panic=-1 nokaslr", memory="288") as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        assert re.search("^pivot_root: ok$", vm.console, re.MULTILINE), vm.report()


def acpi_table():
    """A secondary table without contents, which the kernel takes all the same."""
    table = bytearray(struct.pack("<4sIBB6s8sI4sI", b"SSDT", 36, 2, 0, b"PIVOT ", b"BOOTTEST", 1, b"TEST", 1))
    table[9] = -sum(table) & 0xFF
    return bytes(table)


@pytest.mark.parametrize(
    "one_file, told", [(True, False), (False, False), (True, True), (False, True)]
)
def test_early_archive(boot, web, one_file, told):
    """The kernel's own scan finds tables in front, though the leaf init unpacks what follows,
    which pivotboot has unpacked already where it was told its size."""
    early = archive.Archive()
    for folder in ("kernel", "kernel/firmware", "kernel/firmware/acpi"):
        early.directory(folder)
    early.file("kernel/firmware/acpi/test.aml", acpi_table())
    demo = paths.DEMO.read_bytes()
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("early", early.finished() + (bytes(512) + demo if one_file else b""))
    web.put("demo", demo)
    initrds = "initrd=@/early" if one_file else "initrd=@/early initrd=@/demo"
    if told:
        done = subprocess.run(["zstd", "-dcq", paths.DEMO], stdout=subprocess.PIPE, check=True)
        front, root = len(early.finished()), len(done.stdout)
        sizes = [front + 512 + root] if one_file else [front, root]
        initrds += "".join(f" initrd-unpacked-size={size}" for size in sizes)
        initrds += " decompress=always"
    with boot.start(f"linux=@/vmlinuz {initrds} -- {CONSOLE}", memory="1024") as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    kind = "cpio" if told else "zstd"
    assert f"the leaf init unpacks the initrd itself ({kind})" in console
    assert "ACPI table found in initrd [kernel/firmware/acpi/test.aml]" in console
    assert re.search("^pivot_root: ok$", console, re.MULTILINE)


@pytest.mark.parametrize("kernel", ["kernel-6.1", "kernel-7"])
def test_wrong_initrd_while_it_streams(boot, web, kernel):
    """Real stubs do what the probe does in their place: they return. They leave the kernel that
    they have unpacked; it is given back all the same."""
    right = paths.DEMO.read_bytes()
    wrong = right[:-1] + bytes([right[-1] ^ 1])
    web.put("vmlinuz", paths.kernel(kernel))
    web.put("demo.cpio.zst", wrong)
    line = (
        "probe-connect probe-rounds=3 probe-start linux=@/vmlinuz initrd=@/demo.cpio.zst"
        f" initrd-sha256={sha256(right)} stream=on -- {CONSOLE}"
    )
    options = {"program": paths.PROBE, "initrd": paths.LOADER, "memory": "1024"}
    with boot.start(line, **options) as vm:
        vm.wait(LINUX_SECONDS)
        assert vm.probe.count("it ended with c000000000000051\n") == 3, vm.report()
        # LoadFile2 was under way, and the stub says that it failed.
        assert vm.console.count("EFI stub: ERROR: Failed to load initrd") == 3, vm.report()
        message = f"expected {sha256(right)}, found {sha256(wrong)} (status 81)"
        assert vm.console.count(message) == 3, vm.report()
        memory = memory_seen(vm)
    assert len(memory) == 6
    assert len({each["loader code"] for each in memory}) == 1, memory
    # A stub keeps a page or two of its own; and the firmware's heap breathes.
    for kind, most in (("loader data", 3), ("free", 100)):
        values = [each[kind] for each in memory[1:]]
        assert max(values) - min(values) <= most * len(values), memory


def test_too_little_memory(boot, web):
    """The stub returns instead of starting: that is an error like any other."""
    web.put("vmlinuz", paths.kernel("kernel-7"))
    web.put("demo.cpio.zst", paths.DEMO)
    with open(web.root / "large", "wb") as file:
        file.truncate(180 << 20)
    message = boot.fails(f"linux=@/vmlinuz initrd=@/large -- {CONSOLE}", 135, memory="320")
    assert "the initrd takes 180.0 MiB in one block, and there were" in message
