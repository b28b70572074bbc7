"""As much DER as it takes to take openssl's signatures apart and put them together differently."""

INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x02, 0x03, 0x04, 0x05, 0x06
SEQUENCE, SET, CONTEXT_0, CONTEXT_1 = 0x30, 0x31, 0xA0, 0xA1


def length(size):
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def encode(tag, *contents):
    content = b"".join(contents)
    return bytes([tag]) + length(len(content)) + content


def split(objects):
    """The objects that stand one behind the other, each as it is."""
    found = []
    while objects:
        size, head = objects[1], 2
        if size & 0x80:
            head += size & 0x7F
            size = int.from_bytes(objects[2:head], "big")
        found.append(objects[: head + size])
        objects = objects[head + size :]
    return found


def content(one):
    head = 2 + (one[1] & 0x7F if one[1] & 0x80 else 0)
    return one[head:]


def parts(one):
    return split(content(one))


def integer(number):
    size = number.bit_length() // 8 + 1
    return encode(INTEGER, number.to_bytes(size, "big", signed=True))


def number(one):
    return int.from_bytes(content(one), "big", signed=True)


class Cms:
    """A CMS SignedData, writable. Everything is bytes, but for lists of them."""

    def __init__(self, der):
        self.type, wrapped = parts(der)
        fields = parts(parts(wrapped)[0])
        self.version, self.digests, self.content = fields[:3]
        self.certificates = parts(fields[3])
        self.signers = parts(fields[4])

    def encode(self, *, more=b""):
        certificates = encode(CONTEXT_0, *self.certificates) if self.certificates else b""
        data = encode(
            SEQUENCE, self.version, self.digests, self.content, certificates,
            encode(SET, *self.signers), more,
        )  # fmt: skip
        return encode(SEQUENCE, self.type, encode(CONTEXT_0, data))

    def signer(self, which=0):
        """version, certificate's name, digest, [attributes,] algorithm, signature"""
        return parts(self.signers[which])

    def with_signer(self, fields, which=0):
        self.signers[which] = encode(SEQUENCE, *fields)
        return self

    def with_signature(self, signature, which=0):
        return self.with_signer(self.signer(which)[:-1] + [encode(OCTET_STRING, signature)], which)

    @property
    def signature(self):
        return content(self.signer()[-1])


def bit_string_of_last(certificate):
    """A certificate's signature."""
    return content(parts(certificate)[2])[1:]
