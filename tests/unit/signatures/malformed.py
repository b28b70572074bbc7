"""Signatures that are not what they should be, byte by byte: made from good ones."""
import der
import vectors


def structure(maker):
    sign, pki = maker.sign, maker.pki
    sign("attached", maker.signer, options=["-noattr", "-nodetach"])
    sign("no-certificates", maker.signer, options=["-noattr", "-nocerts"])
    sign("stream", maker.signer, options=["-noattr", "-stream"])
    sign("pem", maker.signer, form="PEM")
    sign("smime", maker.signer, form="SMIME")
    sign("content-type", maker.signer, options=["-noattr", "-econtent_type", "1.2.3.4"])
    maker.case("other-file", pki.sign(maker.content + b"options init=/bin/sh\n", maker.signer))
    good = maker.cms().encode()
    maker.case("trailing-byte", good + b"\x00")
    maker.case("trailing-newline", good + b"\n")
    maker.case("twice", good + good)
    maker.case("length-4-gib", b"\x30\x84\xff\xff\xff\xff" + good[4:])
    maker.case("length-5-bytes", b"\x30\x85\x00\x00\x00\x00\x10" + good[4:])
    maker.case("length-127-bytes", b"\x30\xff" + good[4:])
    maker.case("length-not-shortest", b"\x30\x83\x00" + good[2:])
    maker.case("length-indefinite", b"\x30\x80" + good[4:] + b"\x00\x00")
    maker.case("nothing", b"")
    maker.case("zeros", bytes(64))
    maker.case("deep", b"\x30\x82\xff\xfc" * 16000)
    maker.case("too-long", good + bytes(65536))
    maker.case("revocation-list", with_revocation_list(maker))
    cms = maker.cms()
    cms.signers = []
    maker.case("no-signers", cms)
    cms = maker.cms()
    cms.signers *= 9
    maker.case("nine-signers", cms)
    cms = maker.cms()
    cms.certificates *= 17
    maker.case("17-certificates", cms)
    cms = maker.cms()
    cms.certificates.append(der.encode(der.SEQUENCE, b"\x02\x01\x05"))
    maker.case("certificate-junk", cms)
    # What is signed says SHA-1, what is around it SHA-256; and the other way round.
    old = maker.pki.issue("old", maker.root, digest="sha1")
    new = maker.pki.issue("new", maker.root)
    for name, signer, other in [("outside-new", old, new), ("outside-old", new, old)]:
        cms = maker.cms(signer)
        body, _, value = der.parts(signer.der)
        algorithm = der.parts(other.der)[1]
        cms.certificates = [der.encode(der.SEQUENCE, body, algorithm, value)]
        maker.case(f"certificate-{name}", cms)
    cms = maker.cms()
    cms.with_signer([der.integer(3)] + cms.signer()[1:])
    maker.case("signer-version", cms)
    cms = maker.cms()
    cms.with_signer(cms.signer() + [der.encode(der.CONTEXT_1, attribute())])
    maker.case("unsigned-attributes", cms)
    cms = maker.cms()
    cms.with_signer(cms.signer() + [der.encode(der.NULL)])
    maker.case("signer-more", cms)


def with_revocation_list(maker):
    cms = maker.cms()
    fields = der.parts(der.parts(der.parts(cms.encode())[1])[0])
    fields.insert(4, der.encode(der.CONTEXT_1, der.encode(der.SEQUENCE)))
    data = der.encode(der.SEQUENCE, *fields)
    return der.encode(der.SEQUENCE, cms.type, der.encode(der.CONTEXT_0, data))


def attribute():
    oid = der.encode(der.OID, bytes.fromhex("2a864886f70d010905"))
    return der.encode(der.SEQUENCE, oid, der.encode(der.SET, der.integer(1)))


def attributes(maker):
    content_type, time, digest = der.parts(maker.cms(options=()).signer()[3])[:3]
    wrong = digest[:-32] + bytes(32)
    other_type = content_type[:-1] + b"\x02"
    two = der.parts(digest)
    values = der.encode(der.SET, *der.parts(two[1]) * 2)
    for name, attributes in {
        "digest-wrong": [content_type, wrong],
        "digest-missing": [content_type, time],
        "digest-twice": [content_type, digest, digest],
        "digest-two-values": [content_type, der.encode(der.SEQUENCE, two[0], values)],
        "type-missing": [time, digest],
        "type-twice": [content_type, content_type, digest],
        "type-other": [other_type, digest],
        "changed": [content_type, digest],
        "none": [],
    }.items():
        cms = maker.cms(options=())
        fields = cms.signer()
        fields[3] = der.encode(der.CONTEXT_0, *attributes)
        maker.case(f"attributes-{name}", cms.with_signer(fields))
    # Made up around a signature without any; left out of one with them.
    cms = maker.cms()
    fields = cms.signer()
    fields.insert(3, der.encode(der.CONTEXT_0, content_type, digest))
    maker.case("attributes-added", cms.with_signer(fields))
    cms = maker.cms(options=())
    fields = cms.signer()
    del fields[3]
    maker.case("attributes-removed", cms.with_signer(fields))


def values(maker):
    for name, value in vectors.ecdsa_values(maker.cms().signature):
        maker.case(f"ecdsa-{name}", maker.cms().with_signature(value))
    cms = maker.cms(maker.rsa)
    for name, block in vectors.rsa_blocks(maker.content, 256):
        raw = raw_rsa(maker, maker.rsa, block)
        maker.case(f"pkcs1-{name}", cms.with_signature(raw))
    good = maker.cms(maker.rsa).signature
    modulus = int(maker.pki.openssl(
        "x509", "-in", maker.rsa.certificate, "-noout", "-modulus").split(b"=")[1], 16)  # fmt: skip
    plus = int.from_bytes(good, "big") + modulus
    maker.case("rsa-plus-modulus", cms.with_signature(plus.to_bytes(257, "big")))
    maker.case("rsa-leading-zero", cms.with_signature(b"\x00" + good))
    maker.case("rsa-one-short", cms.with_signature(good[:-1]))
    maker.case("rsa-empty", cms.with_signature(b""))
    maker.case("rsa-0", cms.with_signature(bytes(256)))
    maker.case("rsa-1", cms.with_signature(bytes(255) + b"\x01"))
    maker.case("rsa-modulus", cms.with_signature(modulus.to_bytes(256, "big")))
    cubic = maker.pki.issue("cubic", maker.root, kind="rsa:2048:3")
    maker.sign("rsa-exponent-3", cubic)
    forged = vectors.rsa_exponent_3(maker.content, 256)
    maker.case("rsa-exponent-3-forged", maker.cms(cubic).with_signature(forged))


def raw_rsa(maker, signer, block):
    path = maker.pki.path(".block")
    path.write_bytes(block)
    # Decrypting is the same power of the block, and takes one of any form.
    return maker.pki.openssl("pkeyutl", "-decrypt", "-inkey", signer.key, "-in", path,
                            "-pkeyopt", "rsa_padding_mode:none")  # fmt: skip
