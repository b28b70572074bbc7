"""rootfs= and rootflags= against kernels that can do one thing or another.

The probe carries the words that a kernel would: what it is given shows the decision.
"""
import pytest

import bzimage
import network
import paths
from conftest import blob

IMMUTABLE, NULLFS_WORD, NONROOT = b"immutable_rootfs", b"nullfs_rootfs", b"nonroot_initramfs"
OPTIONS = b"initramfs_options="
LEAF = "rdinit=/.pivotboot/leaf "
DONE = "probe-exit=0"


@pytest.fixture
def kernel(web):
    """Serves a probe that knows these words."""

    def serve(*words, **more):
        pe = (paths.BUILD / "vm/probe-pe.efi").read_bytes()
        web.put("kernel", bzimage.make_bzimage(pe, words, **more))
        return "linux=@/kernel"

    return serve


@pytest.mark.parametrize(
    "words, front",
    [
        ((bzimage.NULLFS, OPTIONS), ""),
        # A vendor's backport counts, whatever the version says.
        ((IMMUTABLE, NONROOT), "immutable_rootfs "),
        ((NULLFS_WORD, bzimage.NULLFS), "nullfs_rootfs "),
        ((NONROOT, OPTIONS), "nonroot_initramfs "),
        ((OPTIONS,), LEAF),
        # Not the word alone: part of something else.
        ((b"xnonroot_initramfs",), LEAF),
    ],
)
def test_auto(boot, kernel, words, front):
    seen = boot.succeeds(f"{kernel(*words)} initrd=@/probe.efi -- quiet {DONE}")
    assert seen.options == f"{front}quiet {DONE}"


def test_auto_with_an_unknown_kernel(boot, kernel):
    """Nothing is guessed: the leaf init works on any kernel."""
    seen = boot.succeeds(f"{kernel(payload=b'BZh91AY' + blob(999))} initrd=@/probe.efi -- {DONE}")
    assert seen.options == f"{LEAF}{DONE}"
    assert "unknown" in seen.console


def test_auto_follows_root(boot, kernel):
    """root= names another root: the initramfs only leads to it."""
    seen = boot.succeeds(f"{kernel(NONROOT)} -- root=/dev/sda1 {DONE}")
    assert seen.options == f"root=/dev/sda1 {DONE}"


@pytest.mark.parametrize(
    "words, mode, front",
    [
        ((bzimage.NULLFS, OPTIONS), "auto", "initramfs_options=size=30% "),
        ((IMMUTABLE, OPTIONS), "auto", "initramfs_options=size=30% "),
        # The tmpfs of that patch takes no options: what can honour them is preferred.
        ((NONROOT, OPTIONS), "auto", LEAF),
        ((NONROOT,), "nonroot_initramfs", "nonroot_initramfs "),
        ((), "user_root", "rootflags=size=30% "),
        ((OPTIONS,), "leaf", LEAF),
    ],
)
def test_rootflags(boot, kernel, words, mode, front):
    line = f"{kernel(*words)} initrd=@/probe.efi rootfs={mode} rootflags=size=30% -- {DONE}"
    options = boot.succeeds(line).options
    assert options.removeprefix("immutable_rootfs ") == f"{front}{DONE}"


def test_mode_that_the_kernel_lacks(boot, kernel):
    message = boot.fails(f"{kernel(IMMUTABLE)} rootfs=nullfs", 160)
    assert "immutable_rootfs" in message
    assert "rootfs-force" in message


def test_user_rdinit(boot, kernel):
    """It is handed to the leaf init; what stands in front of it is forgotten as before."""
    seen = boot.succeeds(
        f"{kernel()} initrd=@/probe.efi -- a rdinit=/bin/x b {DONE} -- c"
    )
    assert seen.options == f"a rdinit=/.pivotboot/leaf b {DONE} -- c"


@pytest.mark.parametrize(
    "initrd, way",
    [
        (b"\x28\xb5\x2f\xfd" + blob(99), "unpacks the initrd itself"),
        (b"\x1f\x8b\x08\0" + blob(99), "moves what the kernel unpacks"),
    ],
)
def test_way_of_the_leaf_init(boot, web, kernel, initrd, way):
    """Learnt from the first bytes, before the initrd is fetched."""
    web.put("initrd", initrd)
    seen = boot.succeeds(f"{kernel()} initrd=@/initrd -- {DONE}")
    assert way in seen.console
    assert seen.console.index(way) < seen.console.index("initrd: SHA-256")
    assert seen.initrd_size > len(initrd)


def test_server_without_ranges(boot, web, faulty, kernel):
    """The first bytes come all the same; the rest of them is not waited for."""
    initrd = b"\x28\xb5\x2f\xfd" + blob(200_000)
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(initrd)}\r\n\r\n".encode()
    faulty.answers["/initrd"] = [head, initrd]
    url = f"http://{network.SLIRP_HOST}:{faulty.port}/initrd"
    seen = boot.succeeds(f"{kernel()} initrd={url} -- {DONE}")
    assert "unpacks the initrd itself" in seen.console
    assert faulty.requested == ["/initrd", "/initrd"]
