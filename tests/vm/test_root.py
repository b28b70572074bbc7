"""rootfs= and rootflags= against kernels that can do one thing or another.

The probe carries the words that a kernel would: what it is given shows the decision.
"""
import pytest

import archive
import bzimage
import network
import paths
from conftest import BOOT_SECONDS, blob

IMMUTABLE, NULLFS_WORD, NONROOT = b"immutable_rootfs", b"nullfs_rootfs", b"nonroot_initramfs"
OPTIONS = b"initramfs_options="
LEAF = "rdinit=/.pivotboot/leaf "
ROOM = "initramfs_options=size=1t "  # in the rootfs, for all that the leaf init is to move
DONE = "probe-exit=0"


@pytest.fixture
def kernel(web):
    """Serves a probe that knows zstd and these words."""

    def serve(*words, **more):
        pe = (paths.BUILD / "vm/probe-pe.efi").read_bytes()
        web.put("kernel", bzimage.make_bzimage(pe, (bzimage.ZSTD, *words), **more))
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
        ((OPTIONS,), LEAF + ROOM),
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
        ((NONROOT, OPTIONS), "auto", LEAF + ROOM),
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


def test_initrd_arrives_while_the_kernel_is_asked(boot, web):
    """It has been asked for when the answer ends the boot."""
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("initrd", blob(100_000))
    boot.fails("linux=@/vmlinuz initrd=@/initrd rootfs=nullfs", 160)
    assert "/initrd" in [path for _, path in web.requests()]


def test_kernel_is_asked_where_memory_is_short(boot, web):
    """Beside what is unpacked for that, the initrd has no room: it is fetched afterwards."""
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("initrd", bytes(50_000_000))
    line = "linux=@/vmlinuz initrd=@/initrd initrd-size=50000000 stream=off"
    with boot.start(line, memory="160") as vm:
        found = vm.wait_for("^pivotboot: (initrd: not checked|error: .*)", BOOT_SECONDS)
        assert found[1] == "initrd: not checked", vm.report()
        assert "the kernel has none" in vm.console


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
    seen = boot.succeeds(f"{kernel()} initrd=@/initrd stream=on -- {DONE}")
    assert way in seen.console
    assert seen.console.index(way) < seen.console.index("initrd: not checked")
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


ZSTD = b"\x28\xb5\x2f\xfd" + blob(200_000)


@pytest.mark.parametrize(
    "formats, initrds, way",
    [
        # A server that ignores ranges would have to send the archive in front once more.
        (("cpio", "zstd"), (b"early", b"zstd"), "unpacks the initrd itself"),
        (("other",), (b"zstd",), "moves what the kernel unpacks"),
        (("auto", "zstd"), (b"zstd", b"zstd"), "unpacks the initrd itself"),
    ],
)
def test_format_that_is_told(boot, faulty, kernel, formats, initrds, way):
    """Whoever says what an initrd is saves the look at it."""
    early = archive.Archive()
    early.file("kernel/early", blob(100_000))
    contents = {b"zstd": ZSTD, b"early": early.finished()}
    words, asked = "", []
    for number, (name, kind) in enumerate(zip(formats, initrds)):
        data = contents[kind]
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n\r\n".encode()
        faulty.answers[f"/{number}"] = [head, data]
        words += (
            f" initrd=http://{network.SLIRP_HOST}:{faulty.port}/{number} initrd-format={name}"
            f" initrd-size={len(data)}"
        )
        asked += [f"/{number}"] * (name == "auto")
    seen = boot.succeeds(f"{kernel()}{words} stream=on -- {DONE}")
    assert way in seen.console
    assert faulty.requested == asked + [f"/{number}" for number in range(len(formats))]
    assert seen.initrd_size > sum(len(contents[kind]) for kind in initrds)


@pytest.mark.parametrize("told", ["cpio", "zstd"])
def test_format_that_is_told_wrongly(boot, web, kernel, told):
    """The verified bytes count, where they come before it is decided."""
    early = archive.Archive()
    early.file("kernel/early", blob(5_000))
    data = early.finished() + ZSTD
    web.put("initrd", data)
    wrong = boot.succeeds(f"{kernel()} initrd=@/initrd initrd-format={told} -- {DONE}")
    (boot.folder / "vm").rename(boot.folder / "vm-wrong")
    untold = boot.succeeds(f"{kernel()} initrd=@/initrd -- {DONE}")
    assert (wrong.initrd_size, wrong.initrd_sha256) == (untold.initrd_size, untold.initrd_sha256)
