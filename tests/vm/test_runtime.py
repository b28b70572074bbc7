"""A real container runtime on each kind of root: Debian's runc, without --no-pivot.

Each case boots tests/vm/runc's initramfs once. That runs a container which shows its mounts,
two that step below their root (tests/vm/runc/escape.c) and a privileged one that does, then
lets an unprivileged user namespace pivot. The tests read what it said.
"""
import collections
import contextlib
import functools
import pathlib
import re
import struct
import subprocess
import tempfile

import pytest

import network
import paths
import servers
import ways

SECONDS = 240
LINE = "console=ttyS0 no_timer_check panic=-1"

# What is to be found below a container's root.
HOST, WRITABLE, READ_ONLY = "the host's files", "an empty root", "an empty read-only root"
# The leaf init's: who may remount in the initial user namespace can write to it again.
SEALED = "an empty root that is read-only until it is remounted"

# How an attempt to create a file ends in a filesystem that does not take any: an empty
# immutable directory's own answer comes first, then the general ones.
REFUSALS = {"ENOENT", "EPERM", "EACCES", "EROFS"}

# words  what is added to the kernel's command line
# below  one of the above; None where runc cannot pivot
Case = collections.namedtuple("Case", "kernel words below")


def stock(name):
    return lambda: paths.kernel(name)


def patched(variant):
    return lambda: paths.test_kernel(variant)


DIRECT = {
    "stock-6.1": Case(stock("kernel-6.1"), "", None),
    "stock-6.1-bind": Case(stock("kernel-6.1"), "runtime=bind", HOST),
    "stock-6.12": Case(stock("kernel-6.12"), "", None),
    "stock-7": Case(stock("kernel-7"), "", READ_ONLY),
    "patched-no-word": Case(patched("words"), "", None),
    "patched-not-bare": Case(patched("words"), "nonroot_initramfs=1 immutable_rootfs=1", None),
    "nonroot_initramfs": Case(patched("words"), "nonroot_initramfs", WRITABLE),
    "immutable_rootfs": Case(patched("words"), "immutable_rootfs", READ_ONLY),
    "nullfs_rootfs": Case(patched("words"), "nullfs_rootfs", READ_ONLY),
    "user-root": Case(patched("user-root"), "", WRITABLE),
    "user-root-64m": Case(patched("user-root"), "rootflags=size=64m,nr_inodes=2k", WRITABLE),
}


def directly(folder, case):
    return ways.by_linux_boot(folder, case.kernel(), paths.RUNC, f"{LINE} {case.words}")


# words  pivotboot's; by default nobody says anything about the root
THROUGH = {
    "stock-6.1-none": Case(stock("kernel-6.1"), "rootfs=none", None),
    "stock-6.1": Case(stock("kernel-6.1"), "", SEALED),
    "stock-6.12": Case(stock("kernel-6.12"), "", SEALED),
    "stock-7": Case(stock("kernel-7"), "", READ_ONLY),
    "immutable_rootfs": Case(patched("words"), "", READ_ONLY),
    "nullfs_rootfs": Case(patched("words"), "rootfs=nullfs_rootfs stream=on", READ_ONLY),
    "nonroot_initramfs": Case(patched("words"), "rootfs=nonroot_initramfs", WRITABLE),
    "user-root": Case(patched("user-root"), "rootfs=user_root", WRITABLE),
    "tighter": Case(patched("words"), "rootfs=leaf", SEALED),
}


@contextlib.contextmanager
def through_pivotboot(folder, case):
    with servers.Nginx(folder) as web:
        base = f"http://{network.SLIRP_HOST}:{web.port}"
        kernel, initrd = web.put("vmlinuz", case.kernel()), web.put("initrd", paths.RUNC)
        line = f"linux={base}{kernel} initrd={base}{initrd} {case.words} -- {LINE}"
        machine = folder / "vm"
        machine.mkdir()
        with ways.by_kernel_option(machine, line) as vm:
            yield vm


# Each boot of the tests below: how it is started, and the case.
BOOTS = {f"direct-{name}": (directly, case) for name, case in DIRECT.items()}
BOOTS |= {f"pivotboot-{name}": (through_pivotboot, case) for name, case in THROUGH.items()}


class Said:
    """What one boot printed, once however many tests ask."""

    def __init__(self, console):
        self.console = console

    def by(self, speaker):
        """The rest of each line that starts with the speaker's name."""
        return re.findall(rf"^{re.escape(speaker)}: (.*)$", self.console, re.MULTILINE)

    def one(self, speaker):
        lines = self.by(speaker)
        assert len(lines) == 1, self.console[-4000:]
        return lines[0]

    def root(self):
        """The last of the host's mounts on /: its id, its parent's, its type and options."""
        fields = self.by("host-mount")[-1].split()
        rest = fields[fields.index("-") + 1 :]
        return int(fields[0]), int(fields[1]), rest[0], rest[2].split(",")


@functools.lru_cache(maxsize=None)
def said(name):
    start, case = BOOTS[name]
    with tempfile.TemporaryDirectory(prefix="pivotboot-runtime-") as folder:
        with start(pathlib.Path(folder), case) as vm:
            vm.wait_for(r"^pivotboot-exit: \d+$", SECONDS)
            vm.wait(30)
            return Said(vm.console)


def boots(condition=lambda case: True):
    return pytest.mark.parametrize(
        "name", [name for name, (_, case) in BOOTS.items() if condition(case)]
    )


@boots(lambda case: case.below is None)
def test_runc_cannot_leave_a_stock_root(name):
    assert said(name).one("runc").endswith("pivot_root .: invalid argument")
    assert said(name).one("user-namespace") == "pivot_root: EINVAL"
    assert said(name).one("pivotboot-exit") == "1"


@boots(lambda case: case.below)
def test_runc_pivots(name):
    assert said(name).one("runc") == "ok"
    assert said(name).one("pivotboot-exit") == "0"


@boots(lambda case: case.below)
def test_container_sees_only_its_own_mounts(name):
    mounts = [line.split() for line in said(name).by("mounts")]
    assert len(mounts) > 5
    points = [fields[4] for fields in mounts]
    assert points.count("/") == 1
    allowed = re.compile(r"/(proc|sys|dev)(/.*)?")
    assert [point for point in points if point != "/" and not allowed.fullmatch(point)] == []
    # All of them hang on the container's root, and that on nothing that is visible.
    ids = {fields[0] for fields in mounts}
    roots = [fields[4] for fields in mounts if fields[1] not in ids]
    assert roots == ["/"]
    assert mounts[points.index("/")][3] == "/bundles/rootfs"


@boots(lambda case: case.below)
def test_unprivileged_user_namespace_pivots(name):
    assert said(name).one("user-namespace") == "pivot_root: ok"


def escape(name, container):
    """What an escaping container said: what it found, and a dict of its attempts' outcomes."""
    lines = [line.split(" ", 2) for line in said(name).by(container)]
    assert lines and all(line[0] == "escape:" for line in lines), lines
    entries = {line[2] for line in lines if line[1] == "entry"}
    outcomes = {line[1]: line[2] for line in lines if line[1] not in ("entry", "mount")}
    assert {"entries", "write", "write-after-remount"} <= outcomes.keys(), lines
    return entries, outcomes


ESCAPES = ("escape", "escape-again", "escape-privileged")
MARK = "escape-was-here"


@boots(lambda case: case.below == READ_ONLY)
@pytest.mark.parametrize("container", ESCAPES)
def test_nothing_below_and_nothing_can_be_put_there(name, container):
    entries, outcomes = escape(name, container)
    assert entries == set() and outcomes["entries"] == "0"
    assert outcomes["write"] in REFUSALS
    assert outcomes["write-after-remount"] in REFUSALS


@boots(lambda case: case.below == SEALED)
def test_nothing_below_the_leaf_root(name):
    """Empty and read-only; the bound is that CAP_SYS_ADMIN, which these have, may remount it."""
    entries, outcomes = escape(name, "escape")
    assert entries == set() and outcomes["entries"] == "0"
    assert outcomes["write"] in REFUSALS
    assert outcomes["write-after-remount"] == "ok"
    assert said(name).one("host-root") == "unchanged"


@boots(lambda case: case.below == WRITABLE)
def test_below_is_empty_but_shared_between_containers(name):
    """The bound of these mechanisms: a place where containers can leave things for others."""
    entries, outcomes = escape(name, "escape")
    assert entries == set()
    assert outcomes["write"] == "ok"
    for container in ("escape-again", "escape-privileged"):
        entries, outcomes = escape(name, container)
        assert entries == {MARK}
        assert outcomes["write"] == "ok"
    # The host's own root is another one.
    assert said(name).one("host-root") == "unchanged"


@boots(lambda case: case.below == HOST)
@pytest.mark.parametrize("container", ESCAPES)
def test_bound_root_leaks_the_host(name, container):
    entries, outcomes = escape(name, container)
    assert {"init", "bundles", "etc"} <= entries
    assert outcomes["write"] == "ok"
    assert said(name).one("host-root") == "changed"


def test_patched_roots_are_where_the_patch_puts_them():
    """Which mount is the host's root, above which, and whose options reach it."""
    own_parent = said("direct-patched-no-word").root()
    assert own_parent[0] == own_parent[1] and own_parent[2] == "rootfs"
    for word in ("immutable_rootfs", "nullfs_rootfs"):
        number, parent, kind, _ = said(f"direct-{word}").root()
        assert (number, parent, kind) == (2, 1, "rootfs")
    for name in ("nonroot_initramfs", "user-root"):
        number, parent, kind, options = said(f"direct-{name}").root()
        assert number != parent and kind == "tmpfs"
        assert "size=65536k" not in options
    sized = said("direct-user-root-64m").root()[3]
    assert "size=65536k" in sized and "nr_inodes=2048" in sized


def decompressed(image):
    """The kernel inside a bzImage of ours, which is in lz4's legacy format.

    Its size is behind it, and would be a broken block.
    """
    (setup_sectors,) = struct.unpack_from("B", image, 0x1F1)
    offset, length = struct.unpack_from("<II", image, 0x248)
    start = (setup_sectors + 1) * 512 + offset
    data = image[start : start + length - 4]
    return subprocess.run(["lz4", "-dc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def test_words_are_in_the_image_that_knows_them():
    """The strings by which the loader tells what a kernel can do."""
    words = [b"\0nonroot_initramfs\0", b"\0immutable_rootfs\0", b"\0nullfs_rootfs\0"]
    known = decompressed(paths.test_kernel("words").read_bytes())
    assert all(word in known for word in words)
    user_root = decompressed(paths.test_kernel("user-root").read_bytes())
    assert not any(word in user_root for word in words)
    # That one says that the mechanism needs no word.
    assert not any(b"rootfs on nullfs" in image for image in (known, user_root))
    assert all(b"\0initramfs_options=\0" in image for image in (known, user_root))
