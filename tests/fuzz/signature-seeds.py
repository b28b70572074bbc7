#!/usr/bin/python3
"""Writes the seeds of the signature fuzzers' corpora from what the unit tests verify.

Usage: tests/fuzz/signature-seeds.py, after make build/signatures/.complete
"""
import pathlib
import struct

TREE = pathlib.Path(__file__).resolve().parents[2]
MADE = TREE / "build/signatures"
CORPUS = TREE / "tests/fuzz/corpus"

SIGNATURES = ["signer", "chain", "attributes", "key-identifier", "rsa-2048-sha256", "mixed-digests",
              "circle-way-out", "twin-both", "second-expired", "pss"]  # fmt: skip

POLICY = b"""# ours
policy 1
name worker 7
name rescue
threshold 2
allow rootflags
absurd-clock ignore
expires enforce
lost-floor continue
tpm require
revoked-key 6c1f0e0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789
"""


def write(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def image(section):
    """The least of a PE image: the same bytes lie where a file and where memory has them."""
    name, at = b".pbtrust", 0x100
    coff = struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 0, 0)
    header = struct.pack("<8s4I", name, len(section), at, len(section), at) + bytes(16)
    start = b"MZ" + bytes(58) + struct.pack("<I", 0x40) + b"PE\0\0" + coff + header
    return start.ljust(at, b"\0") + section


def main():
    content = (MADE / "content").read_bytes()
    trust = (MADE / "root.trust").read_bytes()
    for name in SIGNATURES:
        signature = (MADE / f"{name}.sig").read_bytes()
        write("cms", name, signature)
        section = (MADE / "threshold-2.trust").read_bytes() if name == "mixed-digests" else trust
        head = struct.pack("<H", len(section)) + section + bytes([len(content)]) + content
        write("signature", name, head + signature)
    write("policy", "every-key", POLICY)
    write("policy", "least", b"policy 1\nname worker\n")
    write("trust-section", "image", image(trust))
    write("trust-section", "section", b"S" + trust)
    write("trust-section", "two-anchors", b"S" + (MADE / "root-renewed.trust").read_bytes())


if __name__ == "__main__":
    main()
