"""Packs the initramfs with runc and its bundles: make-archive.py PIVOT-ROOT ESCAPE OUT

All of it comes from this machine's packages: runc with the libraries that it is linked
with, and a static busybox for the host and for the containers.
"""
import json
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import archive

RUNC = "/usr/sbin/runc"
BUSYBOX = "/bin/busybox"
PASSWD = "root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"

# What `runc spec` grants, and what detaching / and entering a namespace take.
DEFAULT = ("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE")
FOR_ESCAPE = (*DEFAULT, "CAP_SYS_ADMIN", "CAP_SYS_CHROOT")
ALL = tuple(
    "CAP_" + name
    for name in """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE
    NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO
    SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
    SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG
    WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE
    """.split()
)

# (where, type, options) of what a container sees beside its root.
MOUNTS = (
    ("/proc", "proc", ()),
    ("/dev", "tmpfs", ("nosuid", "strictatime", "mode=755", "size=65536k")),
    ("/dev/pts", "devpts", ("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620")),
    ("/dev/shm", "tmpfs", ("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
    ("/dev/mqueue", "mqueue", ("nosuid", "noexec", "nodev")),
    ("/sys", "sysfs", ("nosuid", "noexec", "nodev", "ro")),
    ("/sys/fs/cgroup", "cgroup", ("nosuid", "noexec", "nodev", "relatime", "ro")),
)
MASKED = ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware")
READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def bundle(arguments, capabilities, privileged=False):
    """A config.json as `runc spec` writes it, for a read-only root that all bundles share."""
    sets = ("bounding", "effective", "permitted")
    linux = {"namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount")]}
    if not privileged:
        linux["maskedPaths"] = list(MASKED)
        linux["readonlyPaths"] = list(READ_ONLY)
        linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}
    return {
        "ociVersion": "1.0.2-dev",
        "process": {
            "terminal": False,
            "user": {"uid": 0, "gid": 0},
            "args": list(arguments),
            "env": ["PATH=/bin"],
            "cwd": "/",
            "capabilities": {name: list(capabilities) for name in sets},
            "noNewPrivileges": not privileged,
        },
        "root": {"path": "../rootfs", "readonly": not privileged},
        "hostname": "container",
        "mounts": [
            {"destination": where, "type": kind, "source": kind, "options": list(options)}
            for where, kind, options in MOUNTS
        ],
        "linux": linux,
    }


BUNDLES = {
    "mounts": bundle(["busybox", "cat", "/proc/self/mountinfo"], DEFAULT),
    "escape": bundle(["escape"], FOR_ESCAPE),
    "escape-again": bundle(["escape"], FOR_ESCAPE),
    "escape-privileged": bundle(["escape"], ALL, privileged=True),
}


def libraries(program):
    """The files that the dynamic linker loads for a program, itself included."""
    output = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r"(/\S+) \(0x", output)


def main():
    pivot_root, escape, target = sys.argv[1:]
    busybox = pathlib.Path(BUSYBOX).read_bytes()
    files = {
        "bin/busybox": busybox,
        "bin/pivot-root": pathlib.Path(pivot_root).read_bytes(),
        "init": pathlib.Path(__file__).with_name("init").read_bytes(),
        "bundles/rootfs/bin/busybox": busybox,
        "bundles/rootfs/bin/escape": pathlib.Path(escape).read_bytes(),
    }
    for path in (RUNC, *libraries(RUNC)):
        files[path.lstrip("/")] = pathlib.Path(path).read_bytes()
    texts = {"etc/passwd": PASSWD}
    for name, configuration in BUNDLES.items():
        texts[f"bundles/{name}/config.json"] = json.dumps(configuration, indent=1)

    root = archive.Archive()
    folders = {"dev", "bundles/rootfs/dev", "bundles/rootfs/proc", "bundles/rootfs/sys"}
    for name in (*files, *texts, *(f"{folder}/x" for folder in folders)):
        folders.update(str(parent) for parent in pathlib.PurePath(name).parents)
    for folder in sorted(folders - {"."}):
        root.directory(folder)
    root.console()
    for name, data in files.items():
        root.file(name, data, 0o755)
    for name, text in texts.items():
        root.file(name, text.encode())
    pathlib.Path(target).write_bytes(archive.zstd(root.finished()))


if __name__ == "__main__":
    main()
