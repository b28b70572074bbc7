"""make trust: the section goes into the unsigned file, which stays a file that boots and can be
signed; what can't be right is refused with a sentence."""
import os
import re
import struct
import subprocess
import sys

import pytest

import paths

sys.path.append(str(paths.TREE / "tests/unit/signatures"))
from certificates import Pki  # noqa: E402

TOOL = paths.BUILD / "tools/trust"
README = paths.TREE / "README.md"
POLICY = "policy 1\nname worker\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An authority, a policy, a trusted loader."""
    folder = tmp_path_factory.mktemp("trust")
    make_authority(folder, "ca")
    (folder / "policy").write_text(POLICY)
    done = trust(folder)
    assert done.returncode == 0, done.stderr
    return folder


def make_authority(folder, name, *options):
    # iPXE's documentation: openssl req -x509 -newkey rsa:2048 -out ca.crt -keyout ca.key
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}",
         "-out", folder / f"{name}.crt", "-keyout", folder / f"{name}.key", *options],
        check=True, capture_output=True)  # fmt: skip


def trust(folder, *, loader=paths.LOADER, out="trusted.efi", policy="policy", anchors=("ca.crt",)):
    return subprocess.run(
        [TOOL, loader, folder / out, folder / policy, *(folder / name for name in anchors)],
        capture_output=True, text=True)  # fmt: skip


def headers(image):
    """Offsets of the COFF header and of the optional header."""
    coff = struct.unpack_from("<I", image, 0x3C)[0] + 4
    return coff, coff + 20


def checksum(image):
    field = headers(image)[1] + 64
    image = image[:field] + bytes(4) + image[field + 4 :]
    image += bytes(len(image) % 2)
    total = sum(struct.unpack(f"<{len(image) // 2}H", image))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def test_nothing_else_changes(folder):
    plain, trusted = paths.LOADER.read_bytes(), (folder / "trusted.efi").read_bytes()
    coff, optional = headers(plain)
    sections = struct.unpack_from("<H", plain, coff + 2)[0]
    header = optional + struct.unpack_from("<H", plain, coff + 16)[0] + 40 * sections
    changed = {i for i in range(len(plain)) if plain[i] != trusted[i]}
    allowed = [
        range(coff + 2, coff + 4),  # NumberOfSections
        range(optional + 8, optional + 12),  # SizeOfInitializedData
        range(optional + 56, optional + 60),  # SizeOfImage
        range(optional + 64, optional + 68),  # CheckSum
        range(header, header + 40),
    ]
    assert changed <= {i for part in allowed for i in part}
    name, size, address, raw_size, raw_offset = struct.unpack_from("<8s4I", trusted, header)
    assert name == b".pbtrust" and address % 0x1000 == 0 and raw_offset % 0x200 == 0
    assert raw_offset + raw_size == len(trusted) and raw_offset >= len(plain)
    assert struct.unpack_from("<I", trusted, header + 36)[0] == 0x40000040
    assert struct.unpack_from("<I", trusted, optional + 56)[0] == address + -(-size // 0x1000) * 0x1000
    assert struct.unpack_from("<I", trusted, optional + 64)[0] == checksum(trusted) + len(trusted)
    assert trusted[raw_offset:][:8] == b"PBTRUST1" and POLICY.encode() in trusted[raw_offset:]


def test_two_runs_are_equal(folder):
    assert trust(folder, out="again.efi").returncode == 0
    assert (folder / "again.efi").read_bytes() == (folder / "trusted.efi").read_bytes()


def test_can_be_signed(folder):
    signed = folder / "signed.efi"
    subprocess.run(
        ["sbsign", "--key", folder / "ca.key", "--cert", folder / "ca.crt", "--output", signed,
         folder / "trusted.efi"], check=True, capture_output=True)  # fmt: skip
    done = subprocess.run(["sbverify", "--cert", folder / "ca.crt", signed], capture_output=True)
    assert done.returncode == 0
    # The signature covers the section.
    image = bytearray(signed.read_bytes())
    image[image.index(b"name worker")] ^= 1
    signed.write_bytes(image)
    done = subprocess.run(["sbverify", "--cert", folder / "ca.crt", signed], capture_output=True)
    assert done.returncode != 0


def test_make(folder):
    """As the README has it, with two anchors."""
    make_authority(folder, "second")
    out = folder / "made.efi"
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "trust", f"ANCHORS={folder}/ca.crt,{folder}/second.crt",
         f"POLICY={folder}/policy", f"OUT={out}"],
        cwd=paths.TREE, env=environment, capture_output=True, text=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "anchor CN='ca'" in done.stdout and "anchor CN='second'" in done.stdout
    assert out.read_bytes().count(b"PBTRUST1") == 1 + paths.LOADER.read_bytes().count(b"PBTRUST1")


def test_der_and_bundles(folder):
    pem = (folder / "ca.crt").read_text()
    der = subprocess.run(["openssl", "x509", "-outform", "DER"], input=pem.encode(),
                         capture_output=True, check=True).stdout  # fmt: skip
    (folder / "ca.der").write_bytes(der)
    assert trust(folder, out="der.efi", anchors=["ca.der"]).returncode == 0
    assert (folder / "der.efi").read_bytes() == (folder / "trusted.efi").read_bytes()
    key = (folder / "ca.key").read_text()
    (folder / "bundle.pem").write_text(f"Our CA\n{pem}\n{key}Again\n{pem}")
    done = trust(folder, out="bundle.efi", anchors=["bundle.pem"])
    assert done.stdout.count("anchor CN='ca'") == 2


def test_key_is_what_the_readme_computes(folder):
    command = re.search(r"^openssl x509 -in old.crt.*$", README.read_text(), re.MULTILINE)[0]
    command = command.replace("old.crt", str(folder / "ca.crt"))
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert f"key {done.stdout.split()[0]}\n" in trust(folder, out="again.efi").stdout


def test_warns_of_dates(folder):
    old = Pki(folder).authority("old", end="20210101000000Z")
    done = trust(folder, out="old.efi", anchors=[old.certificate])
    assert done.returncode == 0 and "warning: CN='old' was valid until" in done.stdout


def make_leaf(folder):
    make_authority(folder, "leaf", "-addext", "basicConstraints=critical,CA:FALSE")


@pytest.mark.parametrize(
    "policy, sentence",
    [
        ("", "expected 'policy 1' as the first line"),
        ("policy 1\nname worker\nthreshold 0\n", "line 3, 'threshold': expected a number from 1 to 8"),
        ("policy 1\nname worker\nallow rootflag\n", "'allow rootflag': the iPXE line has no such key"),
        ("policy 1\nname worker\nallow title\n", "'allow title': the iPXE line has no such key"),
        ("policy 1\nname worker\n# \0\n", "line 3"),
    ],
)
def test_refuses_policies(folder, policy, sentence):
    (folder / "bad-policy").write_text(policy)
    done = trust(folder, out="bad.efi", policy="bad-policy")
    assert done.returncode == 1 and sentence in done.stderr
    assert not (folder / "bad.efi").exists()


def test_refuses_anchors(folder):
    make_leaf(folder)
    (folder / "junk").write_text("no certificate\n")
    (folder / "cut").write_text((folder / "ca.crt").read_text()[:200])
    for name, sentence in {
        "leaf.crt": "CN='leaf': expected a CA",
        "junk": "there is no certificate in it",
        "cut": "a certificate has no end",
        "missing": "can't be read",
    }.items():
        done = trust(folder, out="bad.efi", anchors=[name])
        assert done.returncode == 1 and sentence in done.stderr, done.stderr
    done = trust(folder, out="bad.efi", anchors=["ca.crt"] * 17)
    assert done.returncode == 1 and "at most 16 anchors" in done.stderr
    assert not (folder / "bad.efi").exists()


def test_refuses_images(folder):
    plain = paths.LOADER.read_bytes()
    coff, optional = headers(plain)
    count = struct.unpack_from("<H", plain, coff + 2)[0]
    end = optional + struct.unpack_from("<H", plain, coff + 16)[0] + 40 * count
    cases = {
        "signed already": (optional + 112 + 4 * 8, struct.pack("<II", len(plain), 8)),
        "no room for one more section": (end + 39, b"\x01"),
        "powers of two": (optional + 36, struct.pack("<I", 0x300)),
        "does not start with MZ": (0, b"ZM"),
        "SizeOfHeaders": (optional + 60, struct.pack("<I", 64)),
    }
    for sentence, (offset, new) in cases.items():
        (folder / "twisted.efi").write_bytes(plain[:offset] + new + plain[offset + len(new) :])
        done = trust(folder, loader=folder / "twisted.efi", out="bad.efi")
        assert done.returncode == 1 and sentence in done.stderr, done.stderr
    (folder / "twisted.efi").write_bytes(plain[:5000])
    assert trust(folder, loader=folder / "twisted.efi", out="bad.efi").returncode == 1
    done = trust(folder, loader=folder / "trusted.efi", out="bad.efi")
    assert done.returncode == 1 and "has a section .pbtrust already" in done.stderr
    # Headers that end with the section table.
    tight = plain[: optional + 60] + struct.pack("<I", end) + plain[optional + 64 :]
    (folder / "twisted.efi").write_bytes(tight)
    done = trust(folder, loader=folder / "twisted.efi", out="bad.efi")
    assert done.returncode == 1 and "no room for one more section" in done.stderr
    assert not (folder / "bad.efi").exists()
