"""What is fetched: kernels, initrds, their digests and sizes."""
import struct

import pytest

import archive
import paths
from conftest import blob, sha256

END = "-- probe-exit=0"


def test_no_initrd(boot):
    assert boot.succeeds(f"linux=@/probe.efi {END}").initrd_size is None


def test_initrds_are_concatenated(boot, web):
    """In the order given, each from a multiple of four bytes on, all pinned."""
    parts = [blob(size, seed=size) for size in (1, 4096, 70_003, 2, 5)]
    words = ""
    for number, part in enumerate(parts):
        path = web.put(f"initrd-{number}", part)
        words += f" initrd=@{path} initrd-sha256={sha256(part)} initrd-size={len(part)}"
    seen = boot.succeeds(f"linux=@/probe.efi{words} {END}")
    whole = archive.concatenated(parts)
    assert (seen.initrd_size, seen.initrd_sha256) == (len(whole), sha256(whole))


def test_pinned_kernel(boot):
    probe = paths.PROBE.read_bytes()
    boot.succeeds(
        f"linux=@/probe.efi linux-sha256={sha256(probe)} linux-size={len(probe)} {END}"
    )


def test_wrong_kernel_digest(boot):
    found = sha256(paths.PROBE.read_bytes())
    message = boot.fails(f"linux=@/probe.efi linux-sha256={'0' * 64} {END}", 81)
    assert "kernel" in message
    assert "0" * 64 in message
    assert found in message


def test_wrong_initrd_digest(boot, web):
    """The second of two: its digest is compared with its own, and nothing runs."""
    web.put("a", b"first")
    web.put("b", b"second")
    right = sha256(b"first")
    message = boot.fails(
        "linux=@/probe.efi initrd=@/a initrd=@/b"
        f" initrd-sha256={right} initrd-sha256={right} {END}",
        81,
    )
    assert "/b" in message or "2" in message.split("expected")[0], "which initrd?"
    assert right in message
    assert sha256(b"second") in message


@pytest.mark.parametrize("size", [4, 6])
def test_wrong_size(boot, web, size):
    web.put("a", b"first")
    message = boot.fails(f"linux=@/probe.efi initrd=@/a initrd-size={size} {END}", 80)
    assert str(size) in message
    assert "5" in message


def test_too_few_digests(boot, web):
    boot.fails(f"linux=@/probe.efi initrd=@/a initrd=@/b initrd-sha256={'0' * 64}", 25)
    assert web.requests() == [], "nothing needs to be fetched to know that"


@pytest.mark.parametrize("keep", [100, 0x300, 0x1800, -1])
def test_truncated_kernel(boot, web, keep):
    web.put("image", paths.PROBE.read_bytes()[:keep])
    boot.fails("linux=@/image", 98)


def test_kernel_of_another_architecture(boot, web):
    """A PE for arm64: told by the machine field, before the firmware sees it."""
    image = bytearray(paths.PROBE.read_bytes())
    (pe_at,) = struct.unpack_from("<I", image, 0x3C)
    struct.pack_into("<H", image, pe_at + 4, 0xAA64)
    web.put("image", bytes(image))
    message = boot.fails("linux=@/image", 99)
    assert "aa64" in message or "arm64" in message
    assert "x64" in message or "x86" in message


def test_arm64_kernel(boot, web):
    """As arm64 kernels are built: an Image header and no x86 one."""
    image = bytearray(0x1000)
    image[0:2] = b"MZ"
    image[0x38:0x3C] = b"ARM\x64"
    struct.pack_into("<I", image, 0x3C, 0x40)
    struct.pack_into("<4sHH12xHH", image, 0x40, b"PE\0\0", 0xAA64, 0, 240, 0x22)
    struct.pack_into("<H", image, 0x58, 0x20B)
    web.put("image", bytes(image))
    boot.fails("linux=@/image", 99)


def test_efi_program_that_is_no_kernel(boot):
    boot.fails("linux=@/pivotboot.efi", 97)


def test_web_page_instead_of_kernel(boot, web):
    web.put("image", "<!doctype html>\n<html><body>Please log in</body></html>\n")
    message = boot.fails("linux=@/image", 96)
    assert "HTML" in message


def test_kernel_without_efi_stub(boot, web):
    image = bytearray(paths.PROBE.read_bytes())
    image[0:2] = b"\xea\x05"  # what a bzImage built without CONFIG_EFI_STUB begins with
    web.put("image", bytes(image))
    boot.fails("linux=@/image", 100)
