"""Initrds that are fetched straight into the buffer that the kernel's stub hands over.

The probe asks for its initrd as a kernel's stub does, and gives up as x86's does.
"""
import random
import re

import pytest

import archive
import network
from conftest import BOOT_SECONDS, FAILURE, blob, probe_done, seen, sha256
from fickle import Fickle
from test_unpack import frame

END = "-- probe-exit=0"

# What the probe says when it got nothing: EFI_LOAD_ERROR and EFI_OUT_OF_RESOURCES.
NOT_LOADED = "initrd load failed: 8000000000000001"
NO_MEMORY = "no memory for the initrd: 8000000000000009"


@pytest.fixture
def fails_in_stub(boot):
    """The kernel starts, does not get its initrd and returns; pivotboot says why and returns.

    Returns pivotboot's message.
    """

    def run(line, status, said=NOT_LOADED, **options):
        with boot.start(line, **options) as vm:
            vm.wait_for(FAILURE + "|^done$", BOOT_SECONDS, "everything")
            found = re.search(FAILURE, vm.console)
            assert found, f"it did not fail:\n{vm.report()}"
            vm.wait_for(r"\(status \d+\)\n(.*\n)*BdsDxe: ", BOOT_SECONDS)
            assert said in vm.probe, vm.report()
            assert "initrd size" not in vm.probe, "the kernel got something"
            assert int(found[2]) == status, found[1]
            return found[1]

    return run


def faulty_url(faulty):
    return f"http://{network.SLIRP_HOST}:{faulty.port}/x"


def test_several_in_order(boot, web):
    """One pinned in size, one not, one whose size the server does not know beforehand."""
    web.configure("location /ssi/ { ssi on; ssi_types *; }")
    parts = [blob(size, seed=size) for size in (3_000_001, 70_003, 5)]
    for name, part in zip(("a", "ssi/b", "c"), parts):
        web.put(name, part)
    digests = " ".join(f"initrd-sha256={sha256(part)}" for part in parts)
    with boot.start(
        f"linux=@/probe.efi initrd=@/a initrd=@/ssi/b initrd=@/c {digests} stream=on {END}"
    ) as vm:
        probe_done(vm)
        whole = archive.concatenated(parts)
        result = seen(vm)
        assert (result.initrd_size, result.initrd_sha256) == (len(whole), sha256(whole))
        early, late = vm.console.split("starting the kernel")
        assert sha256(parts[1]) in early
        assert sha256(parts[0]) in late
        assert sha256(parts[2]) in late
    whole_files = [path for status, path in web.requests() if status == 200]
    assert whole_files[-3:] == ["/ssi/b", "/a", "/c"]


@pytest.mark.parametrize("at", [0, 1_500_000, -1], ids=["first", "middle", "last"])
def test_wrong_byte(fails_in_stub, web, at):
    right = blob(3_000_000)
    wrong = bytearray(right)
    wrong[at] ^= 1
    web.put("initrd", bytes(wrong))
    message = fails_in_stub(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(right)} stream=on", 81
    )
    assert message.startswith("initrd: ")
    assert sha256(right) in message
    assert sha256(wrong) in message


def unpacking(contents):
    return f"decompress=always initrd-format=zstd initrd-unpacked-size={len(contents)}"


@pytest.mark.parametrize("at", [0, 1_500_000, -1], ids=["first", "middle", "last"])
@pytest.mark.parametrize("unpacked", [False, True], ids=["as it is", "unpacked"])
def test_wrong_byte_and_a_mirror(boot, web, at, unpacked):
    """The wrong bytes have been in the kernel's buffer already: the right ones replace them."""
    contents = random.Random(1).randbytes(3_000_000)
    right = archive.zstd(contents) if unpacked else contents
    wrong = bytearray(right)
    wrong[at] ^= 1
    web.put("initrd", bytes(wrong))
    web.put("copy/initrd", right)
    words = unpacking(contents) if unpacked else ""
    result = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd mirror=@/copy initrd-sha256={sha256(right)}"
        f" initrd-size={len(right)} stream=on {words} {END}"
    )
    assert (result.initrd_size, result.initrd_sha256) == (len(contents), sha256(contents))
    late = result.console.split("starting the kernel")[1]
    assert f"found {sha256(wrong)}" in late and "another mirror" in late
    assert [path for _, path in web.requests()][-1] == "/copy/initrd"


@pytest.mark.parametrize(
    "ranges, unpacked",
    [(True, False), (True, True), (False, False), (False, True)],
    ids=["on", "on, unpacked", "from the beginning", "from the beginning, unpacked"],
)
def test_broken_connection_goes_on(boot, web, ranges, unpacked):
    """While the kernel waits in LoadFile2: from where it broke off, or all of it once more."""
    contents = random.Random(1).randbytes(3_000_000)
    data = archive.zstd(contents) if unpacked else contents
    words = unpacking(contents) if unpacked else ""
    with Fickle(data, ranges=ranges, breaks=[len(data) * 2 // 3], ending="reset") as server:
        result = boot.succeeds(
            f"linux=@/probe.efi initrd={faulty_url(server)} initrd-sha256={sha256(data)}"
            f" initrd-size={len(data)} stream=on {words} {END}"
        )
        assert not server.breaks and len(server.requests) > 1
        assert (server.sent_bytes < len(data) * 1.5) == ranges
    assert (result.initrd_size, result.initrd_sha256) == (len(contents), sha256(contents))
    assert sha256(data) in result.console.split("starting the kernel")[1]


@pytest.mark.parametrize(
    "sent, status, words",
    [
        (["half"], 70, ["500000", "1000000"]),
        (["half", "stall"], 54, ["for 2 s", "488.3 KiB"]),
    ],
    ids=["closed", "silent"],
)
def test_lost_connection(fails_in_stub, faulty, sent, status, words):
    pieces = {"half": blob(500_000), "stall": faulty.STALL}
    faulty.answers["/x"] = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
        *(pieces[each] for each in sent),
    ]
    message = fails_in_stub(
        f"linux=@/probe.efi initrd={faulty_url(faulty)} initrd-size=1000000 idle-timeout=2"
        " stream=on",
        status,
    )
    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    "change, size, status, words",
    [
        (1, 0, 81, "expected "),  # the digest is told first: the file is not the right one
        (0, 1, 219, "expected 300002 bytes, found less"),
        (0, -1, 219, "expected 300000 bytes, found more"),
    ],
    ids=["digest", "less", "more"],
)
def test_unpacked_on_the_way(fails_in_stub, web, change, size, status, words):
    """Compressed, and unpacked straight into the kernel's buffer."""
    contents = blob(300_001)
    packed = bytearray(archive.zstd(contents))
    digest = sha256(packed)
    packed[len(packed) // 2] ^= change
    web.put("initrd", bytes(packed))
    message = fails_in_stub(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={digest}"
        f" initrd-unpacked-size={len(contents) + size} decompress=always stream=on",
        status,
    )
    assert words in message


@pytest.mark.parametrize(
    "data, status",
    [
        (archive.zstd(blob(100_000))[:-1] + b"?", 216),
        (archive.zstd(blob(100_000))[:-1], 217),
        (frame(b"x" * 99_999, window_log=32), 218),
        (frame(*[(b"\0", 1 << 17)] * 8192), 219),
    ],
    ids=["checksum", "truncated", "window", "bomb"],
)
def test_bad_zstd(fails_in_stub, web, data, status):
    """The digest is right, and nothing is written beyond the size that was told."""
    web.put("initrd", data)
    message = fails_in_stub(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(data)} initrd-size={len(data)}"
        " initrd-unpacked-size=100000 decompress=always stream=on",
        status,
    )
    assert "after " in message


def test_other_size_than_promised(fails_in_stub, web):
    """The kernel has been told a size: neither more nor less can be given to it."""
    web.put("initrd", blob(70_000_000))
    message = fails_in_stub("linux=@/probe.efi initrd=@/initrd initrd-size=70000001", 80)
    assert "expected 70000001 bytes, the server announces 70000000" in message


def test_no_memory_in_stub(fails_in_stub, web):
    web.put("initrd", blob(8_000_000))
    message = fails_in_stub(
        "linux=@/probe.efi initrd=@/initrd stream=on -- probe-hoard", 135, said=NO_MEMORY
    )
    assert "the initrd takes 7.6 MiB in one block" in message
    assert re.search(r"[\d.]+ MiB free, the largest block [\d.]+ MiB", message), message


@pytest.mark.parametrize(
    "words",
    [
        "initrd-size=40000000000",
        f"initrd-size={2**63 - 1}",
        "initrd-size=5000 initrd-unpacked-size=40000000000 decompress=always",
    ],
)
def test_no_room_at_all(boot, web, words):
    """Known from the sizes that were pinned: nothing is fetched."""
    message = boot.fails(f"linux=@/probe.efi initrd=@/initrd {words}", 132)
    assert web.requests() == []
    assert re.search(r"needed, .* in one block; .* free, the largest block ", message), message


def test_no_room_for_what_the_server_has(boot, web):
    """Known from the server's answer to a request for the beginning."""
    with open(web.root / "sparse", "wb") as file:
        file.truncate(5_000_000_000)
    message = boot.fails("linux=@/probe.efi initrd=@/sparse", 132)
    assert "4.7 GiB needed" in message
    assert web.requests() == [(206, "/sparse")]


def leaf_initrds(web):
    """An archive for the kernel's own eyes in front, and compressed ones; returns the words."""
    early = archive.Archive()
    early.file("kernel/x86/microcode/GenuineIntel.bin", blob(20_000))
    late = archive.Archive()
    late.file("init", blob(30_001), mode=0o755)
    compressed = archive.zstd(late.finished())
    files = {"both": early.finished() + bytes(512) + compressed, "late": compressed + b"\0"}
    for name, data in files.items():
        web.put(name, data)
    digests = " ".join(f"initrd-sha256={sha256(data)}" for data in files.values())
    return f"initrd=@/both initrd=@/late {digests} rootfs=leaf"


def test_leaf_archive_in_front(boot, web, tmp_path):
    """Byte by byte the same as without streaming."""
    words = leaf_initrds(web)
    results = []
    for mode in ("on", "off"):
        boot.folder = tmp_path / mode
        boot.folder.mkdir()
        results.append(boot.succeeds(f"linux=@/probe.efi {words} stream={mode} {END}"))
    for result in results:
        assert "the leaf init unpacks the initrd itself" in result.console
    streamed, copied = results
    assert (streamed.initrd_size, streamed.initrd_sha256) == (
        copied.initrd_size,
        copied.initrd_sha256,
    )
    assert "to be fetched straight into the kernel's buffer" in streamed.console
    assert "to be fetched straight into the kernel's buffer" not in copied.console


@pytest.mark.parametrize("unpacked", [False, True])
def test_other_beginning_than_shown(fails_in_stub, web, unpacked):
    """What the plan rests on came from a request for the beginning: it must have been true. Where
    it is unpacked, only the size as it is can hide that."""
    words = leaf_initrds(web)
    size = (web.root / "both").stat().st_size
    late_size = (web.root / "late").stat().st_size
    if unpacked:
        words += f" initrd-unpacked-size={size} initrd-unpacked-size=30721 decompress=always"
    web.put("shown", (web.root / "late").read_bytes() + bytes(size - late_size))
    look = '$http_range = "bytes=0-65535"'
    web.configure(f"location = /both {{ if ({look}) {{ rewrite ^ /shown last; }} }}")
    message = fails_in_stub(
        f"linux=@/probe.efi {words} initrd-size={size} initrd-size={late_size} stream=on", 133
    )
    assert f"{web.base}/both" in message


def test_zstd_that_did_not_show(fails_in_stub, web):
    """decompress=always, and the beginning that the server showed was not zstd's."""
    packed = archive.zstd(blob(100_000))
    web.put("initrd", packed)
    web.put("shown", b"something else" + bytes(len(packed)))
    web.configure('location = /initrd { if ($http_range = "bytes=0-65535") { rewrite ^ /shown last; } }')
    message = fails_in_stub(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(packed)}"
        f" initrd-size={len(packed)} decompress=always stream=on",
        133,
    )
    assert f"{web.base}/initrd" in message
