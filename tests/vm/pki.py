"""Certificates and signatures for tests: good ones, and wrong ones of every kind.

Keys and certificates are made with Python's cryptography, which also writes what openssl's
commands refuse to; entries are signed with openssl, as the README says.
"""
import datetime
import functools
import pathlib
import subprocess
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

CODE_SIGNING = x509.ExtendedKeyUsageOID.CODE_SIGNING
SERVER_AUTH = x509.ExtendedKeyUsageOID.SERVER_AUTH

DAY = datetime.timedelta(days=1)
# RSA keys take their time: tests that don't care use elliptic curves.
KEYS = {
    "p256": functools.partial(ec.generate_private_key, ec.SECP256R1()),
    "p384": functools.partial(ec.generate_private_key, ec.SECP384R1()),
    "rsa1024": functools.partial(rsa.generate_private_key, 65537, 1024),
    "rsa2048": functools.partial(rsa.generate_private_key, 65537, 2048),
    "rsa4096": functools.partial(rsa.generate_private_key, 65537, 4096),
}


def now():
    return datetime.datetime.utcnow().replace(microsecond=0)


def key_usage(*wanted):
    names = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{name: name in wanted for name in names})


class Identity:
    """A key with its certificate; an authority when it may issue others.

    issuer       another Identity, or None for self-signed
    is_ca        whether it may issue
    kind, key    what key it gets: a new one of KEYS, or this
    usage        the key usages, () for no such extension
    purposes     extended key usages, () for no such extension
    start, end   days from now
    extensions   more of them: (extension, critical)
    """

    def __init__(
        self,
        name,
        issuer=None,
        kind="p256",
        key=None,
        is_ca=False,
        usage=("digital_signature",),
        purposes=(CODE_SIGNING,),
        start=-2,
        end=3650,
        serial=None,
        extensions=(),
    ):
        self.name = name
        self.issuer = issuer
        self.key = key or KEYS[kind]()
        signer = issuer or self
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(name))
            .issuer_name(_subject(signer.name))
            .public_key(self.key.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(now() + start * DAY)
            .not_valid_after(now() + end * DAY)
            .add_extension(x509.BasicConstraints(is_ca, None), critical=True)
        )
        if usage:
            wanted = ("key_cert_sign", "crl_sign") if is_ca else usage
            builder = builder.add_extension(key_usage(*wanted), critical=True)
        if purposes and not is_ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    @property
    def serial(self):
        return self.certificate.serial_number

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def key_sha256(self):
        """What revoked-key of a policy names."""
        info = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        digest = hashes.Hash(hashes.SHA256())
        digest.update(info)
        return digest.finalize().hex()


def authority(name, issuer=None, **options):
    return Identity(name, issuer, is_ca=True, **options)


def _subject(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


UNKNOWN_CRITICAL = (
    x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"),
    True,
)


def cms(content, signers, chain=(), options=("-noattr",)):
    """The detached DER signature that openssl writes; chain: certificates to carry along."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "content").write_bytes(content)
        command = [
            "openssl", "cms", "-sign", "-binary", *options, "-in", folder / "content",
            "-outform", "DER", "-out", folder / "signature",
        ]  # fmt: skip
        for i, signer in enumerate(signers):
            (folder / f"{i}.crt").write_bytes(signer.pem)
            (folder / f"{i}.key").write_bytes(signer.key_pem)
            command += ["-signer", folder / f"{i}.crt", "-inkey", folder / f"{i}.key"]
        if chain:
            (folder / "chain").write_bytes(b"".join(each.pem for each in chain))
            command += ["-certfile", folder / "chain"]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return (folder / "signature").read_bytes()
