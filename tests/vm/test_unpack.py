"""decompress=: what pivotboot unpacks itself, as the kernel (the probe) gets it."""
import re
import struct

import pytest

import archive
import bzimage
import paths
from conftest import blob, sha256

END = "-- probe-exit=0"


def frame(*blocks, content=None, window_log=20):
    """A zstd frame: bytes are blocks as they are, a pair is a byte and how often it repeats."""
    data = struct.pack("<IBB", 0xFD2FB528, 0 if content is None else 3 << 6, window_log - 10 << 3)
    if content is not None:
        data += struct.pack("<Q", content)
    for number, block in enumerate(blocks):
        last = number == len(blocks) - 1
        kind, size = (0, len(block)) if isinstance(block, bytes) else (1, block[1])
        data += struct.pack("<I", size << 3 | kind << 1 | last)[:3]
        data += block if kind == 0 else block[0]
    return data


SKIPPABLE = struct.pack("<II", 0x184D2A51, 5) + b"skip!"


@pytest.fixture
def files(web):
    """Served: what initramfs tools write, and less usual things; name -> what is in it."""
    early = archive.Archive()
    early.file("kernel/x86/microcode/AuthenticAMD.bin", blob(30_000))
    early = early.finished()
    root = blob(1_000_001, seed=2)
    contents = {
        "piped": (archive.zstd(root), root),  # from a pipe: no size in the header
        "both": (early + archive.zstd(root), early + root),
        "many": (
            SKIPPABLE + frame(b"one ", (b"!", 99_999), window_log=27) + bytes(3)
            + frame(b"two", content=3) + SKIPPABLE,
            b"one " + b"!" * 99_999 + bytes(3) + b"two",
        ),
        "other": (b"\x1f\x8b\x08\0 not for us", b"\x1f\x8b\x08\0 not for us"),
    }  # fmt: skip
    for name, (packed, _) in contents.items():
        web.put(name, packed)
    return contents


def words(files, *names, sizes=False):
    line = ""
    for name in names:
        packed, unpacked = files[name]
        line += f" initrd=@/{name} initrd-sha256={sha256(packed)}"
        line += f" initrd-unpacked-size={len(unpacked)}" if sizes else ""
    return line


def expected(files, *names):
    whole = archive.concatenated([files[name][1] for name in names])
    return len(whole), sha256(whole)


@pytest.mark.parametrize("sizes, stream", [(False, "off"), (True, "on"), (False, "on")])
def test_always(boot, files, sizes, stream):
    """Whether it is known beforehand how large it becomes, or not."""
    names = ("piped", "both", "many", "other")
    seen = boot.succeeds(
        f"linux=@/probe.efi{words(files, *names, sizes=sizes)} decompress=always"
        f" stream={stream} {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == expected(files, *names)
    streamed = seen.console.split("starting the kernel")[1].count("initrd: SHA-256")
    work = r"times: .* ms in all; of these verifying \d+ ms, unpacking \d+ ms$"
    assert re.search(work, seen.console, re.MULTILINE)
    # Two frames of zstd and what is none; an archive in front is looked at when it is verified.
    assert streamed == {("off", False): 0, ("on", True): 3, ("on", False): 1}[stream, sizes]


def test_server_without_ranges(boot, web, files):
    """It shows the beginning only. What lies behind a long archive is looked at when it is here,
    unless the owner says what it is."""
    web.configure("max_ranges 0;")
    early = archive.Archive()
    early.file("kernel/x86/microcode/AuthenticAMD.bin", blob(300_000))
    packed, unpacked = files["piped"]
    files["far"] = early.finished() + packed, early.finished() + unpacked
    web.put("far", files["far"][0])
    names = ("far", "piped")
    sizes = " ".join(f"initrd-size={len(files[name][0])}" for name in names)
    seen = boot.succeeds(
        f"linux=@/probe.efi{words(files, *names, sizes=True)} {sizes} decompress=always"
        f" stream=on {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == expected(files, *names)
    early, late = seen.console.split("starting the kernel")
    assert sha256(files["far"][0]) in early and sha256(packed) in late


@pytest.mark.parametrize("knows", [True, False])
def test_auto_asks_the_kernel(boot, web, files, knows):
    pe = (paths.BUILD / "vm/probe-pe.efi").read_bytes()
    kernel_words = (bzimage.NULLFS, b"zstd", *([bzimage.ZSTD] if knows else []))
    web.put("kernel", bzimage.make_bzimage(pe, kernel_words))
    seen = boot.succeeds(f"linux=@/kernel{words(files, 'piped')} {END}")
    if knows:
        assert seen.initrd_sha256 == sha256(archive.concatenated([files["piped"][0]]))
    else:
        assert (seen.initrd_size, seen.initrd_sha256) == expected(files, "piped")
        assert "initrd: unpacked here (the kernel does not know zstd)" in seen.console


@pytest.mark.parametrize("stream", ["on", "off"])
def test_auto_unpacks_where_there_is_room(boot, files, stream):
    """Whoever says how large it becomes saves the kernel the work, and the question about it."""
    names = ("piped", "both", "many", "other")
    seen = boot.succeeds(
        f"linux=@/probe.efi{words(files, *names, sizes=True)} stream={stream} rootfs=none {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == expected(files, *names)
    assert "initrd: unpacked here (there is memory for it)" in seen.console
    assert "kernel: has " not in seen.console
    early, late = seen.console.split("starting the kernel")
    streamed = late.count("initrd: SHA-256")
    # One has an archive in front, which is looked at when it is verified.
    assert streamed == (3 if stream == "on" else 0)
    assert early.count("initrd: SHA-256") == 4 - streamed


def test_auto_leaves_it_to_the_kernel_where_memory_is_short(boot, files):
    packed, _ = files["piped"]
    seen = boot.succeeds(
        f"linux=@/probe.efi{words(files, 'piped')} initrd-unpacked-size=200000000 rootfs=none {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == (len(packed), sha256(packed))


@pytest.mark.parametrize("unpacked", [False, True])
def test_room_for_two_copies_is_enough(boot, web, unpacked):
    """One of ours, and the kernel's: what is here already is not needed once more."""
    contents = bytes(65_000_000)
    web.put("initrd", archive.zstd(contents) if unpacked else contents)
    told = f"decompress=always initrd-unpacked-size={len(contents)}" if unpacked else ""
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd stream=off rootfs=none {told} {END}",
        memory="160" if unpacked else "224",
    )
    assert seen.initrd_size == len(contents)


def test_always_where_memory_is_short(boot, web):
    """Nothing is held beside what the kernel gets."""
    unpacked = bytes(80_000_000)
    packed = archive.zstd(unpacked)
    web.put("initrd", packed)
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(packed)} stream=on"
        f" initrd-unpacked-size={len(unpacked)} decompress=always rootfs=leaf {END}",
        memory="256",
    )
    assert "the leaf init moves what the kernel unpacks" in seen.console
    assert seen.initrd_size > len(unpacked)


def test_told_size_is_wrong(boot, files):
    """Noticed before the kernel starts."""
    message = boot.fails(
        f"linux=@/probe.efi{words(files, 'piped')} initrd-unpacked-size=1000000 rootfs=none",
        219,
    )
    assert message.startswith("initrd: ") and "expected 1000000 bytes, found more" in message


def test_unpacked_from_a_mirror(boot, web, files):
    """The wrong bytes have been unpacked already: the right ones replace them."""
    packed, unpacked = files["piped"]
    web.put("piped", packed[:-1] + bytes([packed[-1] ^ 1]))
    web.put("copy/piped", packed)
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/piped mirror=@/copy initrd-sha256={sha256(packed)}"
        f" initrd-unpacked-size={len(unpacked)} rootfs=none {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == expected(files, "piped")
    assert "another mirror" in seen.console


def test_buffered_and_not_what_was_shown(boot, web, files):
    """What hides behind something else in the server's first answer is seen when it is here."""
    packed, unpacked = files["both"]
    web.put("shown", b"something else" + bytes(len(packed)))
    web.configure('location = /both { if ($http_range = "bytes=0-65535") { rewrite ^ /shown last; } }')
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/both initrd-sha256={sha256(packed)} initrd-size={len(packed)}"
        f" initrd-unpacked-size={len(unpacked)} rootfs=none {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == expected(files, "both")


@pytest.mark.parametrize("early", [b"", b"with"])
def test_leaf_init_gets_what_is_unpacked(boot, web, tmp_path, early):
    """Byte by byte the same, however it came there."""
    front = archive.Archive()
    front.file("kernel/x86/microcode/GenuineIntel.bin", blob(20_000))
    root = archive.Archive()
    root.file("init", blob(30_001), mode=0o755)
    front = front.finished() if early else b""
    packed, unpacked = front + archive.zstd(root.finished()), front + root.finished()
    web.put("packed", packed)
    web.put("unpacked", unpacked)
    told = f"initrd=@/packed initrd-sha256={sha256(packed)} initrd-unpacked-size={len(unpacked)}"
    results = {}
    for stream in ("on", "off"):
        boot.folder = tmp_path / stream
        boot.folder.mkdir()
        seen = boot.succeeds(
            f"linux=@/probe.efi {told} decompress=always rootfs=leaf stream={stream} {END}"
        )
        assert "the leaf init unpacks the initrd itself (cpio)" in seen.console
        results[stream] = seen.initrd_size, seen.initrd_sha256
    assert results["on"] == results["off"]
    assert results["on"][0] > len(unpacked)


@pytest.mark.parametrize("stream", ["on", "off"])
def test_auto_spares_the_leaf_init_the_work_where_the_network_is_slow(boot, web, stream):
    root = archive.Archive()
    root.file("init", blob(30_001), mode=0o755)
    packed = archive.zstd(root.finished())
    web.put("root", packed)
    web.configure("limit_rate 8k;")
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/root initrd-sha256={sha256(packed)} stream={stream}"
        f" initrd-unpacked-size={len(root.finished())} rootfs=leaf {END}"
    )
    assert "initrd: unpacked here (there is memory for it)" in seen.console
    assert "the leaf init unpacks the initrd itself (cpio)" in seen.console


def test_leaf_init_gets_an_archive(boot, web):
    """With decompress=always it has nothing to unpack: it moves what the kernel unpacked."""
    root = archive.Archive()
    root.file("init", blob(30_001), mode=0o755)
    web.put("root", archive.zstd(root.finished()))
    seen = boot.succeeds(f"linux=@/probe.efi initrd=@/root decompress=always rootfs=leaf {END}")
    assert "the leaf init moves what the kernel unpacks" in seen.console
    assert seen.initrd_size > len(root.finished())


def spoilt(data, at):
    data = bytearray(data)
    data[at] ^= 0x40
    return bytes(data)


@pytest.mark.parametrize(
    "data, status, words",
    [
        (spoilt(archive.zstd(blob(100_000)), 3000), 216, "after "),
        (archive.zstd(blob(100_000))[:-1], 217, "which unpack to 100000"),
        (frame(b"x", window_log=28), 218, "after "),
        # A gigabyte from 32 KB: the memory has an end.
        (frame(*[(b"\0", 1 << 17)] * 8192), 220, "MiB free, the largest block"),
    ],
    ids=["damaged", "truncated", "window", "bomb"],
)
def test_bad_data(boot, web, data, status, words):
    """Noticed before the kernel starts, since it is not known how large it becomes."""
    web.put("bad", data)
    message = boot.fails("linux=@/probe.efi initrd=@/bad decompress=always", status)
    assert message.startswith("initrd: ")
    assert words in message


def test_compressed_kernel(boot, web):
    packed = archive.zstd(paths.PROBE.read_bytes())
    web.put("vmlinuz.zst", packed)
    line = f"linux=@/vmlinuz.zst linux-sha256={sha256(packed)} linux-size={len(packed)}"
    assert boot.succeeds(f"{line} {END}").options == "probe-exit=0"


def test_compressed_kernel_as_it_is(boot, web):
    web.put("vmlinuz.zst", archive.zstd(paths.PROBE.read_bytes()))
    assert "zstd" in boot.fails("linux=@/vmlinuz.zst decompress=never", 96)
