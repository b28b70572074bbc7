#!/usr/bin/python3
"""Makes the signatures that test-signature.c verifies, with openssl.

Usage: make.py FOLDER [NAME=UNPACKED-PACKAGES]...

Writes NAME.sig for each case and NAME.trust for each trust section. Everything signs the file
`content`, unless a case says otherwise. Certificates are valid in 2026, authorities from 2020
to 2039; the tests say what time it is. NAME=PACKAGES: a release's openssl, which the
compatibility cases are made with as well.
"""
import hashlib
import pathlib
import shutil
import struct
import sys

import der
import malformed
import vectors
from certificates import CA, SIGNER, Openssl, Pki

CONTENT = b"title Worker nodes\nname worker\nlinux vmlinuz\n"


def section(anchors, policy=""):
    """The trust section, as payload/trust-section.h describes it."""
    text = f"policy 1\nname worker\n{policy}".encode()
    certificates = b"".join(anchor.der for anchor in anchors)
    return b"PBTRUST1" + struct.pack("<II", len(text), len(certificates)) + text + certificates


class Maker:
    def __init__(self, folder, openssls):
        self.folder = folder
        self.content = CONTENT
        self.openssls = openssls
        self.pki = pki = Pki(folder / "made")
        self.root = pki.authority("Root", kind="rsa:2048")
        self.middle = pki.authority("Middle", self.root)
        self.low = pki.authority("Low", self.middle, kind="P-384", digest="sha384")
        self.signer = pki.issue("signer", self.root)
        self.rsa = pki.issue("rsa signer", self.root, kind="rsa:2048")
        self.deep = pki.issue("deep signer", self.low)

    def case(self, name, signature):
        if isinstance(signature, der.Cms):
            signature = signature.encode()
        (self.folder / f"{name}.sig").write_bytes(signature)

    def trust(self, name, anchors, policy=""):
        (self.folder / f"{name}.trust").write_bytes(section(anchors, policy))

    def sign(self, name, *signers, **more):
        self.case(name, self.pki.sign(CONTENT, *signers, **more))

    def cms(self, *signers, **more):
        """To be changed."""
        return der.Cms(self.pki.sign(CONTENT, *(signers or [self.signer]), **more))

    def signer_with(self, name, issuer=None, chain=(), **more):
        """A good signature by a signer that is special."""
        signer = self.pki.issue(name, issuer or self.root, **more)
        self.sign(name, signer, chain=chain)
        return signer

    def below(self, name, issuer):
        """A good signature by a signer whose issuer is special."""
        self.signer_with(name, issuer, chain=[issuer])

    def good(self):
        pki, root = self.pki, self.root
        for kind, digest in [
            ("rsa:2048", "sha256"), ("rsa:3072", "sha384"), ("rsa:4096", "sha512"),
            ("P-256", "sha256"), ("P-256", "sha512"), ("P-384", "sha384"), ("P-384", "sha256"),
        ]:  # fmt: skip
            name = f"{kind}-{digest}".replace(":", "-")
            signer = pki.issue(name, root, kind=kind, digest=digest)
            # iPXE's documentation: the root's certificate comes along.
            self.sign(name, signer, chain=[root], digest=digest)
        self.sign("chain", self.deep, chain=[self.low, self.middle])
        self.sign("chain-other-order", self.deep, chain=[root, self.middle, self.low])
        self.sign("attributes", self.deep, chain=[self.low, self.middle], options=())
        self.sign("attributes-rsa", self.rsa, options=())
        self.sign("key-identifier", self.signer_for_identifier(), options=["-noattr", "-keyid"])
        self.sign("two-signers", self.signer, self.rsa)
        mixed = self.cms(self.signer)
        mixed.certificates += self.cms(self.rsa, digest="sha512").certificates
        mixed.signers += self.cms(self.rsa, digest="sha512").signers
        self.case("mixed-digests", mixed)
        # What commercial authorities put into certificates.
        usual = [
            "basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature",
            "extendedKeyUsage=critical,codeSigning", "subjectKeyIdentifier=hash",
            "authorityKeyIdentifier=keyid,issuer:always", "certificatePolicies=2.23.140.1.4.1",
            "crlDistributionPoints=URI:http://crl.example/ca.crl",
            "authorityInfoAccess=OCSP;URI:http://ocsp.example", "subjectAltName=email:a@b.example",
        ]  # fmt: skip
        self.signer_with("usual-extensions", extensions=usual)
        signs = pki.issue("signs itself", extensions=[
            CA[0], "keyUsage=keyCertSign,digitalSignature", SIGNER[1]])  # fmt: skip
        self.sign("anchor-signs", signs)
        self.trust("anchor-signs", [signs])
        twice = self.cms()
        twice.certificates *= 2
        self.case("certificate-twice", twice)
        for name, openssl in self.openssls.items():
            self.sign(f"{name}-rsa", self.rsa, chain=[root], openssl=openssl)
            self.sign(f"{name}-p256", self.signer, openssl=openssl)
            self.sign(f"{name}-chain", self.deep, chain=[self.low, self.middle], openssl=openssl)
            self.sign(f"{name}-attributes", self.rsa, options=(), openssl=openssl)
        (self.folder / "content-binary").write_bytes(bytes(range(256)) * 256)
        self.case("binary", pki.sign(bytes(range(256)) * 256, self.signer))

    def signer_for_identifier(self):
        return self.pki.issue("key identifier", self.root,
                              extensions=[*SIGNER, "subjectKeyIdentifier=hash"])  # fmt: skip

    def trusts(self):
        pki, root = self.pki, self.root
        self.trust("root", [root])
        self.trust("threshold-2", [root], "threshold 2\n")
        self.trust("clock-ignored", [root], "absurd-clock ignore\n")
        self.trust("middle", [self.middle])
        key = hashlib.sha256(self.signer.public_key).hexdigest()
        self.trust("signer-revoked", [root], f"revoked-key {key}\n")
        key = hashlib.sha256(self.middle.public_key).hexdigest().upper()
        self.trust("middle-revoked", [root], f"revoked-key {key}\n")
        key = hashlib.sha256(root.public_key).hexdigest()
        self.trust("root-revoked", [root], f"revoked-key {key}\n")
        # The root was renewed: the same name and key, and the old certificate is over.
        old = pki.authority("Root", key=root.key, end="20260201000000Z")
        self.trust("root-renewed", [old, root])
        self.trust("root-over", [old])
        for name, anchors in {
            "signer": [root, self.signer],
            "rsa-1024": [pki.authority("Small", kind="rsa:1024")],
            "sha1": [pki.authority("Old", kind="rsa:2048", digest="sha1")],
            "constrained": [pki.authority("Constrained", extensions=[
                "nameConstraints=permitted;DNS:a.example"])],
            "server-auth": [pki.authority("Servers", extensions=["extendedKeyUsage=serverAuth"])],
        }.items():  # fmt: skip
            self.trust(f"anchor-{name}", anchors)
        # Another root has the same name.
        self.trust("same-name", [pki.authority("Root"), root])

    def wrong_signers(self):
        pki, root = self.pki, self.root
        self.sign("signer", self.signer)
        self.signer_with("expired", end="20260201000000Z")
        self.signer_with("not-yet-valid", start="20260901000000Z")
        self.signer_with("server-auth", extensions=[SIGNER[0], "extendedKeyUsage=serverAuth"])
        self.signer_with("any-usage", extensions=[SIGNER[0], "extendedKeyUsage=anyExtendedKeyUsage"])
        self.signer_with("no-extended-usage", extensions=[SIGNER[0]])
        self.signer_with("no-usage", extensions=[SIGNER[1]])
        self.signer_with("key-encipherment", extensions=["keyUsage=keyEncipherment", SIGNER[1]])
        self.signer_with("unknown-critical", extensions=[*SIGNER, "1.2.3.4=critical,ASN1:NULL"])
        self.signer_with("unknown-extension", extensions=[*SIGNER, "1.2.3.4=ASN1:NULL"])
        self.signer_with("rsa-1024", kind="rsa:1024")
        self.signer_with("rsa-4104", kind="rsa:4104")
        self.signer_with("p-521", kind="P-521", digest="sha512")
        self.signer_with("secp256k1", kind="secp256k1")
        self.signer_with("certificate-sha1", digest="sha1")
        self.signer_with("certificate-md5", digest="md5")
        own = pki.issue("self-signed")
        self.sign("self-signed", own)
        ca = pki.authority("self-signed authority", extensions=["extendedKeyUsage=codeSigning"])
        self.sign("self-signed-authority", ca)

    def wrong_paths(self):
        pki, root = self.pki, self.root
        self.sign("intermediate-missing", self.deep, chain=[self.middle])
        self.sign("intermediates-missing", self.deep)
        self.below("issuer-no-ca", pki.issue("no ca", root))
        self.below("issuer-no-cert-sign", pki.issue(
            "no cert sign", root, extensions=[CA[0], "keyUsage=cRLSign"]))  # fmt: skip
        self.below("issuer-server-auth", pki.authority(
            "server auth ca", root, extensions=["extendedKeyUsage=serverAuth"]))  # fmt: skip
        self.below("issuer-code-signing", pki.authority(
            "code signing ca", root, extensions=["extendedKeyUsage=codeSigning"]))  # fmt: skip
        self.below("issuer-no-key-usage", pki.issue("plain ca", root, extensions=CA[:1]))
        self.below("issuer-expired", pki.authority("expired ca", root, end="20260201000000Z"))
        self.below("issuer-sha1", pki.authority("sha1 ca", root, digest="sha1"))
        self.below("issuer-rsa-1024", pki.authority("small ca", root, kind="rsa:1024"))
        self.below("issuer-name-constraints", pki.authority(
            "constrained", root, extensions=["nameConstraints=permitted;DNS:a.example"]))  # fmt: skip
        self.below("issuer-unknown-critical", pki.authority(
            "critical", root, extensions=["1.2.3.4=critical,ASN1:NULL"]))  # fmt: skip
        short = pki.issue("short path", root, extensions=[
            "basicConstraints=critical,CA:TRUE,pathlen:0", "keyUsage=keyCertSign"])  # fmt: skip
        self.below("path-length-met", short)
        beyond = pki.authority("beyond", short)
        self.signer_with("path-length", beyond, chain=[beyond, short])
        # Same names as ours, other keys.
        evil_root = pki.authority("Root")
        self.signer_with("evil-root", evil_root, chain=[evil_root])
        evil_middle = pki.authority("Middle", evil_root)
        self.signer_with("evil-middle", evil_middle, chain=[evil_middle])
        # The longest path, and one more.
        chain = [root]
        for i in range(7):
            chain.append(pki.authority(f"between {i}", chain[-1]))
            if i == 5:
                self.signer_with("path-longest", chain[-1], chain=chain[1:])
        self.signer_with("path-too-long", chain[-1], chain=chain[1:])
        # Two that certify each other: the search must end, and find the way out of the circle.
        one, two = pki.authority("One"), pki.authority("Two")
        circle = [pki.authority("One", two, key=one.key), pki.authority("Two", one, key=two.key)]
        self.signer_with("circle", one, chain=circle)
        out = pki.authority("Two", root, key=two.key)
        self.signer_with("circle-way-out", one, chain=[*circle, out])
        many = [pki.authority("Many", end=f"204001010000{i:02}Z") for i in range(15)]
        self.signer_with("many-of-one-name", many[0], chain=many)

    def swapped_certificates(self):
        """The same issuer and serial number, another key."""
        pki = self.pki
        evil_root = pki.authority("Root")
        ours = pki.issue("twin", self.root, serial="7777")
        theirs = pki.issue("twin", evil_root, serial="7777")
        good, evil = self.cms(ours), self.cms(theirs)
        self.case("twin", good)
        self.case("twin-evil", evil)
        self.case("twin-evil-with-root", self.pki.sign(CONTENT, theirs, chain=[evil_root]))
        exchanged = der.Cms(good.encode())
        exchanged.certificates = evil.certificates
        self.case("twin-certificate-exchanged", exchanged)
        exchanged = der.Cms(evil.encode())
        exchanged.certificates = good.certificates
        self.case("twin-signer-exchanged", exchanged)
        exchanged.certificates = evil.certificates + good.certificates
        self.case("twin-both", exchanged)

    def thresholds(self):
        pki = self.pki
        again = pki.issue("signer again", self.root, key=self.signer.key)
        self.sign("same-key-twice", self.signer, again)
        twice = self.cms()
        twice.signers *= 2
        self.case("same-signer-twice", twice)
        expired = pki.issue("second expired", self.root, end="20260201000000Z")
        self.sign("second-expired", self.signer, expired)
        self.sign("second-unknown", self.signer, pki.issue("of another", pki.authority("Other")))
        small = pki.issue("second small", self.root, kind="rsa:1024")
        self.sign("second-rsa-1024", self.signer, small)
        broken = self.cms(self.signer, self.rsa)
        first = 0 if len(broken.signer(0)[-1]) < len(broken.signer(1)[-1]) else 1
        self.case("second-broken", broken.with_signature(bytes(256), 1 - first))

    def wrong_algorithms(self):
        self.sign("digest-sha1", self.rsa, digest="sha1")
        self.sign("digest-md5", self.rsa, digest="md5")
        self.sign("digest-sha224", self.signer, digest="sha224")
        pss = self.pki.path(".sig")
        content = self.pki.path(".content")
        content.write_bytes(CONTENT)
        self.pki.openssl(
            "cms", "-sign", "-binary", "-noattr", "-in", content, "-signer", self.rsa.certificate,
            "-inkey", self.rsa.key, "-keyopt", "rsa_padding_mode:pss", "-outform", "DER",
            "-out", pss)  # fmt: skip
        self.case("pss", pss.read_bytes())
        # The digest algorithm says SHA-512, the signature algorithm ecdsa-with-SHA256.
        cms = self.cms()
        fields = cms.signer()
        fields[2] = der.encode(der.SEQUENCE, der.encode(der.OID, vectors.SHA512))
        self.case("digests-contradict", cms.with_signer(fields))
        # The other kind of key's algorithm.
        cms = self.cms()
        fields = cms.signer()
        fields[3] = der.Cms(self.pki.sign(CONTENT, self.rsa)).signer()[3]
        self.case("algorithm-of-rsa", cms.with_signer(fields))


def main(folder, *openssls):
    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "made").mkdir(parents=True)
    (folder / "content").write_bytes(CONTENT)
    releases = dict(one.split("=", 1) for one in openssls)
    maker = Maker(folder, {name: Openssl.of_packages(at) for name, at in releases.items()})
    maker.good()
    maker.trusts()
    maker.wrong_signers()
    maker.wrong_paths()
    maker.swapped_certificates()
    maker.thresholds()
    maker.wrong_algorithms()
    malformed.structure(maker)
    malformed.attributes(maker)
    malformed.values(maker)
    shutil.rmtree(folder / "made")


if __name__ == "__main__":
    main(*sys.argv[1:])
