"""Debian's own bootctl and systemd-analyze, in a guest that systemd runs, on pivotboot's variables."""
import os
import re
import shutil

import archive
import paths
from conftest import LINUX_SECONDS

LIBRARIES = "usr/lib/x86_64-linux-gnu"

INIT = """#!/bin/busybox sh
/bin/busybox insmod /efivarfs.ko
exec /usr/lib/systemd/systemd
"""
TARGET = """[Unit]
Description=What is to be shown
DefaultDependencies=no
Wants=report.service
"""
SERVICE = """[Unit]
DefaultDependencies=no
[Service]
ExecStart=/report
"""
# The boot is over for systemd once this runs: only then systemd-analyze has an answer.
REPORT = """#!/bin/busybox sh
exec > /dev/console 2>&1
until systemd-analyze time --no-pager; do /bin/busybox sleep 0.2; done
bootctl status --no-pager
echo "guest: end"
/bin/busybox poweroff -f
"""


def add(root, folder, path, name):
    """A program or library of the packages, or a link to one."""
    if path.is_symlink():
        root.link(f"{folder}/{name}", os.path.basename(os.readlink(path)))
    else:
        root.file(f"{folder}/{name}", path.read_bytes(), 0o755)


def system(module):
    """systemd with the least that it needs, and two programs that ask it."""
    packages = paths.fetched("systemd")
    root = archive.Archive()
    for folder in ("bin", "dev", "etc", "etc/systemd", "etc/systemd/system", "proc", "run", "sys",
                   "tmp", "usr", "usr/bin", "usr/lib", LIBRARIES, "usr/lib/systemd"):  # fmt: skip
        root.directory(folder)
    root.console()
    root.link("lib", "usr/lib")
    root.link("lib64", LIBRARIES)
    for source in (packages / "lib/x86_64-linux-gnu", packages / LIBRARIES,
                   packages / LIBRARIES / "systemd"):  # fmt: skip
        for path in sorted(source.glob("*.so*")):
            add(root, LIBRARIES, path, path.name)
    add(root, "usr/lib/systemd", packages / "lib/systemd/systemd", "systemd")
    for name in ("systemd-analyze", "bootctl"):
        add(root, "usr/bin", packages / "usr/bin" / name, name)
    with open(shutil.which("busybox"), "rb") as busybox:
        root.file("bin/busybox", busybox.read(), 0o755)
    root.file("efivarfs.ko", module.read_bytes())
    root.file("etc/systemd/system/default.target", TARGET.encode())
    root.file("etc/systemd/system/report.service", SERVICE.encode())
    root.file("report", REPORT.encode(), 0o755)
    root.file("init", INIT.encode(), 0o755)
    return archive.zstd(root.finished())


def test_loader_is_shown(boot, web):
    kernel = paths.kernel("kernel-6.1")
    (module,) = kernel.parents[1].glob("lib/modules/*/kernel/fs/efivarfs/efivarfs.ko")
    web.put("vmlinuz", kernel)
    web.put("initrd", system(module))
    web.put("worker.conf", "linux vmlinuz\ninitrd initrd\noptions console=ttyS0 quiet panic=-1\n")
    with boot.start("entry=@/worker.conf", memory="1024") as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    assert "guest: end" in console, console[-3000:]
    times = re.search(r"^Startup finished in (.*) = ", console, re.MULTILINE)
    assert times, console[-3000:]
    assert re.findall(r"\((\w+)\)", times[1])[:3] == ["firmware", "loader", "kernel"]
    current = re.search(r"^Current Boot Loader:\n((?: .*\n)+)", console, re.MULTILINE)
    assert current, console[-3000:]
    assert re.search(r"Product: pivotboot \d+\.\d+$", current[1], re.MULTILINE), current[0]
