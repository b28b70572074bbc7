"""An initramfs of Debian's own initramfs-tools, which mounts a disk and switches to it: there
pivotboot has nothing to do with the root, and must not get into the way."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

import archive
import bzimage
import paths
from conftest import LINUX_SECONDS, sha256
from test_linux import acpi_table

FILES = pathlib.Path(__file__).with_name("disk-root")
KERNEL = "kernel-6.1"
OPTIONS = "console=ttyS0 no_timer_check root=/dev/vda rootfstype=ext4 ro panic=-1"


@pytest.fixture(scope="module")
def initrd(tmp_path_factory):
    """What mkinitramfs makes: an uncompressed archive and a compressed one in one file."""
    folder = tmp_path_factory.mktemp("initramfs-tools")
    early = archive.Archive()
    for name in ("kernel", "kernel/firmware", "kernel/firmware/acpi"):
        early.directory(name)
    early.file("kernel/firmware/acpi/test.aml", acpi_table())
    (folder / "early").write_bytes(early.finished())
    packages = paths.fetched("initramfs-tools"), paths.fetched(KERNEL)
    command = [FILES / "make-initrd", *packages, folder / "early", folder / "initrd"]
    subprocess.run(command, check=True)
    data = (folder / "initrd").read_bytes()
    assert data.startswith(b"070701") and b"\x28\xb5\x2f\xfd" in data
    return data


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    """An ext4 image with an init that says where it is."""
    folder = tmp_path_factory.mktemp("disk")
    root = folder / "root"
    for name in ("sbin", "bin", "proc", "sys", "dev", "run", "tmp", "etc"):
        (root / name).mkdir(parents=True)
    shutil.copy("/bin/busybox", root / "bin/busybox")
    shutil.copy(FILES / "init", root / "sbin/init")
    environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin")
    command = ["mke2fs", "-q", "-t", "ext4", "-d", root, folder / "image", "16M"]
    subprocess.run(command, check=True, env=environment)
    # Without udev, nothing moves the initramfs' /dev. Only root can make a node for mke2fs -d.
    subprocess.run(
        ["debugfs", "-w", "-f", "/dev/stdin", folder / "image"], check=True, env=environment,
        input=b"cd dev\nmknod console c 5 1\n",
    )  # fmt: skip
    return folder / "image"


@pytest.mark.parametrize("words", ["", "rootfs=none"])
def test_switch_root(boot, web, initrd, disk, words):
    """The root is the disk's, and the tables in front are seen."""
    web.put("vmlinuz", paths.kernel(KERNEL))
    web.put("initrd", initrd)
    drive = ["-drive", f"file={disk},if=virtio,format=raw,readonly=on"]
    line = f"linux=@/vmlinuz initrd=@/initrd {words} -- {OPTIONS}"
    with boot.start(line, memory="1024", extra=drive) as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    assert f"disk: command line {OPTIONS}\n" in console, console[-4000:]
    assert re.findall(r"^disk: root (.*)$", console, re.MULTILINE)[-1] == "ext4 /dev/vda"
    assert "disk: pivotboot's: 0\n" in console
    assert "ACPI table found in initrd [kernel/firmware/acpi/test.aml]" in console


@pytest.mark.parametrize("words", ["", "rootfs=none", "rootfs=user_root"])
@pytest.mark.parametrize("known", [(b"nonroot_initramfs",), ()])
def test_nothing_is_changed(boot, web, initrd, words, known):
    """Not a byte of the command line or of the initrd, whatever the kernel can do."""
    pe = (paths.BUILD / "vm/probe-pe.efi").read_bytes()
    web.put("kernel", bzimage.make_bzimage(pe, (*known, bzimage.ZSTD)))
    web.put("initrd", initrd)
    options = f"{OPTIONS} a=\"b  c\" probe-exit=0"
    seen = boot.succeeds(f"linux=@/kernel initrd=@/initrd {words} -- {options}")
    assert seen.options == options
    assert (seen.initrd_size, seen.initrd_sha256) == (len(initrd), sha256(initrd))


@pytest.mark.parametrize("mode", ["none", "user_root"])
def test_options_of_a_disk_root(boot, web, initrd, mode):
    """With root=, rootflags= are what the kernel mounts that root with."""
    pe = (paths.BUILD / "vm/probe-pe.efi").read_bytes()
    web.put("kernel", bzimage.make_bzimage(pe, (bzimage.ZSTD,)))
    web.put("initrd", initrd)
    words = f"linux=@/kernel initrd=@/initrd rootfs={mode} rootflags=noatime"
    seen = boot.succeeds(f"{words} -- {OPTIONS} probe-exit=0")
    assert seen.options == f"rootflags=noatime {OPTIONS} probe-exit=0"
    assert seen.initrd_sha256 == sha256(initrd)
