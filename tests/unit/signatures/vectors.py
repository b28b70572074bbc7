"""Signature values that a careless verifier would take, in the manner of Wycheproof."""
import hashlib

from der import INTEGER, NULL, OCTET_STRING, OID, SEQUENCE, encode, integer, number, parts

SHA256 = bytes.fromhex("608648016503040201")
SHA512 = bytes.fromhex("608648016503040203")

# The order of P-256.
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def digest_info(digest, *, oid=SHA256, parameters=b"\x05\x00", more=b""):
    algorithm = encode(SEQUENCE, encode(OID, oid), parameters)
    return encode(SEQUENCE, algorithm, encode(OCTET_STRING, digest), more)


def padded(info, size, *, block=1, filler=b"\xff", end=b"\x00", behind=b""):
    head = bytes([0, block])
    return head + filler * (size - len(head + end + info + behind)) + end + info + behind


def rsa_blocks(content, size):
    """What is not quite PKCS #1 v1.5's encoding of the content's digest, by name."""
    digest = hashlib.sha256(content).digest()
    info = digest_info(digest)
    yield "good", padded(info, size)
    yield "block-type-0", padded(info, size, block=0, filler=b"\x00")
    yield "block-type-2", padded(info, size, block=2, filler=b"\xa5")
    yield "padding-not-ff", padded(info, size).replace(b"\xff\xff\x00\x30", b"\xff\xfe\x00\x30", 1)
    yield "no-separator", padded(info, size, end=b"")
    short = bytes([0, 1]) + b"\xff" * 8 + b"\x00" + info
    yield "short-padding-garbage-behind", short + bytes(size - len(short))
    yield "no-padding-garbage-behind", (b"\0\1\0" + info).ljust(size, b"\xa5")
    yield "garbage-in-info", padded(digest_info(digest, more=encode(OCTET_STRING, b"x" * 40)), size)
    yield "garbage-in-parameters", padded(
        digest_info(digest, parameters=encode(OCTET_STRING, b"x" * 40)), size
    )
    yield "no-parameters", padded(digest_info(digest, parameters=b""), size)
    yield "two-nulls", padded(digest_info(digest, parameters=b"\x05\x00\x05\x00"), size)
    yield "other-digest-named", padded(digest_info(digest, oid=SHA512), size)
    yield "digest-alone", padded(digest, size)
    yield "digest-truncated", padded(digest_info(digest[:-1]), size)
    yield "digest-of-nothing", padded(digest_info(b""), size)
    yield "long-lengths", padded(b"\x30\x81" + info[1:], size)
    yield "indefinite", padded(b"\x30\x80" + info[2:] + b"\x00\x00", size)
    yield "all-zero", bytes(size)


def cube_root_up(n):
    low, high = 0, 1 << (n.bit_length() // 3 + 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**3 < n else (low, middle)
    return low


def rsa_exponent_3(content, size):
    """Bleichenbacher 2006: a cube whose first bytes are a good block; the rest is what it is."""
    block = bytes([0, 1]) + b"\xff" * 8 + b"\x00" + digest_info(hashlib.sha256(content).digest())
    wanted = int.from_bytes(block.ljust(size, b"\x00"), "big")
    root = cube_root_up(wanted)
    assert (root**3).to_bytes(size, "big").startswith(block)
    return root.to_bytes(size, "big")


def ecdsa_values(good):
    """Values for P-256 made from a good one, by name."""
    r, s = map(number, parts(good))
    r_der, s_der = integer(r), integer(s)

    def pair(first, second, *more):
        return encode(SEQUENCE, first, second, *more)

    def padded_integer(value):
        octets = value.to_bytes(33, "big")
        return encode(INTEGER, b"\x00" + octets)

    yield "r-0", pair(integer(0), s_der)
    yield "s-0", pair(r_der, integer(0))
    yield "both-0", pair(integer(0), integer(0))
    yield "both-1", pair(integer(1), integer(1))
    yield "r-n", pair(integer(N256), s_der)
    yield "s-n", pair(r_der, integer(N256))
    yield "r-plus-n", pair(integer(r + N256), s_der)
    yield "s-plus-n", pair(r_der, integer(s + N256))
    yield "r-plus-2-256", pair(integer(r + (1 << 256)), s_der)
    yield "s-huge", pair(r_der, integer(s + (N256 << 4096)))
    yield "r-negative", pair(integer(-r), s_der)
    yield "s-negative", pair(r_der, integer(-s))
    yield "r-minus-n", pair(integer(r - N256), s_der)
    yield "swapped", pair(s_der, r_der)
    yield "r-leading-zero", pair(padded_integer(r), s_der)
    yield "s-leading-zero", pair(r_der, padded_integer(s))
    yield "r-empty", pair(encode(INTEGER), s_der)
    yield "s-missing", encode(SEQUENCE, r_der)
    yield "three-numbers", pair(r_der, s_der, integer(0))
    yield "null-behind", pair(r_der, s_der, encode(NULL))
    yield "bytes-behind", good + b"\x00"
    yield "long-length", b"\x30\x81" + good[1:]
    yield "indefinite", b"\x30\x80" + good[2:] + b"\x00\x00"
    yield "truncated", good[:-1]
    yield "empty", b""
    yield "empty-sequence", encode(SEQUENCE)
    yield "raw", r.to_bytes(32, "big") + s.to_bytes(32, "big")
