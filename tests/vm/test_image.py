"""The loader's file itself: what firmware and Secure Boot reviewers look at."""
import os
import re
import shutil
import struct
import subprocess

import pytest

import paths

PAGE = 0x1000
WRITE, EXECUTE = 0x80000000, 0x20000000


@pytest.fixture(scope="module", params=["as built", "trusted"])
def image(request, tmp_path_factory):
    """The loader, and the same with a trust section."""
    if request.param == "as built":
        return paths.LOADER
    folder = tmp_path_factory.mktemp("image")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-subj", "/CN=anchor", "-out", folder / "ca.crt", "-keyout", folder / "ca.key"],
        check=True, capture_output=True)  # fmt: skip
    (folder / "policy").write_text("policy 1\nname worker\n")
    subprocess.run(
        [paths.BUILD / "tools/trust", paths.LOADER, folder / "trusted.efi", folder / "policy",
         folder / "ca.crt"], check=True, stdout=subprocess.DEVNULL)  # fmt: skip
    return folder / "trusted.efi"


def readobj(image, *arguments):
    return subprocess.run(
        ["llvm-readobj", *arguments, image], stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def field(text, name):
    return int(re.search(rf"\b{name}: (0x[0-9A-F]+|\d+)", text)[1], 0)


def contents_of(name):
    """A section's contents, without the padding of the file."""
    data = paths.LOADER.read_bytes()
    (pe_at,) = struct.unpack_from("<I", data, 0x3C)
    (count,) = struct.unpack_from("<H", data, pe_at + 6)
    (optional_size,) = struct.unpack_from("<H", data, pe_at + 20)
    for i in range(count):
        at = pe_at + 24 + optional_size + 40 * i
        if data[at : at + 8].rstrip(b"\0") == name:
            size, _, _, raw_at = struct.unpack_from("<4I", data, at + 8)
            return data[raw_at : raw_at + size]
    raise AssertionError(f"no section {name}")


def test_headers(image):
    headers = readobj(image, "--file-headers")
    assert "IMAGE_SUBSYSTEM_EFI_APPLICATION" in headers
    assert field(headers, "SectionAlignment") == PAGE
    assert "IMAGE_DLL_CHARACTERISTICS_NX_COMPAT" in headers
    assert "IMAGE_DLL_CHARACTERISTICS_DYNAMIC_BASE" in headers
    assert field(headers, "BaseRelocationTableSize") > 0
    assert "RELOCS_STRIPPED" not in headers


def test_sections(image):
    sections = readobj(image, "--sections").split("Section {")[1:]
    names = [re.search(r"Name: (\S+)", section)[1] for section in sections]
    assert ".text" in names
    assert ".reloc" in names
    for section in sections:
        flags = int(re.search(r"Characteristics \[ \((0x[0-9A-F]+)\)", section)[1], 0)
        assert not (flags & WRITE and flags & EXECUTE), section
        assert field(section, "VirtualAddress") % PAGE == 0, section


def test_size():
    """With everything in it, the leaf init included."""
    assert paths.LOADER.stat().st_size < 1 << 20
    assert field(readobj(paths.LOADER, "--file-headers"), "SizeOfImage") < 3_000_000


def test_table_of_sizes():
    """Every byte of code and constants has an owner."""
    done = subprocess.run(
        ["make", "--silent", "-o", "build/.packages", "size"],
        cwd=paths.TREE, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    rows = [line.rsplit(maxsplit=4) for line in lines[1:-1]]
    sizes = {row[0].strip(): [int(number) for number in row[1:]] for row in rows}
    assert {"efi/", "net/", "payload/", "lwip", "libzstd", "llhttp", "mbedtls"} <= set(sizes)
    assert all(number >= 0 for numbers in sizes.values() for number in numbers), done.stdout
    whole = field(readobj(paths.LOADER, "--file-headers"), "SizeOfImage")
    assert whole * 0.9 < sum(numbers[3] for numbers in sizes.values()) <= whole, done.stdout


def test_sbat():
    """The format's own line and ours, and nothing behind them (shim's SBAT.md)."""
    lines = contents_of(b".sbat").decode().split("\n")
    assert lines.pop() == ""
    assert [line.split(",")[:2] for line in lines] == [["sbat", "1"], ["pivotboot", "1"]]
    assert all(len(line.split(",")) == 6 and line.isascii() for line in lines)


def test_two_builds_are_equal(tmp_path):
    """Another folder, another environment, the same bytes."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(paths.TREE, copy, ignore=shutil.ignore_patterns(".git", "build", "__pycache__"))
    build = copy / "build"
    build.mkdir()
    # The libraries and the note that packages are installed: no downloads in a test.
    (build / "lib").symlink_to(paths.BUILD / "lib")
    shutil.copy2(paths.BUILD / ".packages", build / ".packages")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    environment["LC_ALL"] = "C"
    environment["SOURCE_DATE_EPOCH"] = "1"
    subprocess.run(
        ["make", f"-j{os.cpu_count()}", "-o", "build/.packages", "build/pivotboot.efi"],
        cwd=copy,
        env=environment,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    assert (build / "pivotboot.efi").read_bytes() == paths.LOADER.read_bytes()
