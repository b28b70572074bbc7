"""A guest's initramfs: busybox, and an init that runs a few lines of shell."""
import shutil

import archive

INIT = """#!/bin/busybox sh
export PATH=/bin
busybox mkdir -p /proc /sys /dev
busybox mount -t proc proc /proc
busybox --install -s /bin
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
{}
poweroff -f
"""


def initramfs(script, files=None):
    """files: more of them, contents by name; in folders that are there: /, bin, dev."""
    guest = archive.Archive()
    for folder in ("bin", "dev"):
        guest.directory(folder)
    guest.console()
    with open(shutil.which("busybox"), "rb") as busybox:
        guest.file("bin/busybox", busybox.read(), 0o755)
    guest.file("init", INIT.format(script).encode(), 0o755)
    for name, data in (files or {}).items():
        guest.file(name, data)
    return archive.zstd(guest.finished())
