"""Keys, certificates and signatures, made by the openssl program."""
import dataclasses
import pathlib
import subprocess
import tempfile

CA = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
SIGNER = ["keyUsage=digitalSignature", "extendedKeyUsage=codeSigning"]

CONFIG = """
[ca]
default_ca = made
[made]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
policy = any
email_in_dn = no
unique_subject = no
[any]
commonName = supplied
organizationName = optional
[req]
distinguished_name = empty
[empty]
"""


class Openssl:
    """One openssl: the machine's, or another that is started by a longer command."""

    def __init__(self, *command):
        self.command = list(map(str, command)) or ["/usr/bin/openssl"]

    @classmethod
    def of_packages(cls, folder):
        """Of another release's unpacked packages, with that release's C library."""
        folder = pathlib.Path(folder)
        loader = next(folder.glob("**/x86_64-linux-gnu/ld-linux-x86-64.so.2"))
        libraries = ":".join(map(str, folder.glob("**/x86_64-linux-gnu")))
        return cls(loader, "--library-path", libraries, folder / "usr/bin/openssl")

    def __call__(self, *arguments, stdin=None):
        command = [*self.command, *map(str, arguments)]
        done = subprocess.run(command, input=stdin, capture_output=True)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}\n{done.stderr.decode()}")
        return done.stdout


@dataclasses.dataclass
class Identity:
    certificate: pathlib.Path  # PEM
    key: pathlib.Path

    @property
    def der(self):
        return Openssl()("x509", "-in", self.certificate, "-outform", "DER")

    @property
    def public_key(self):
        """SubjectPublicKeyInfo"""
        pem = Openssl()("x509", "-in", self.certificate, "-noout", "-pubkey")
        return Openssl()("pkey", "-pubin", "-outform", "DER", stdin=pem)


class Pki:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.openssl = Openssl()
        self.count = 0

    def path(self, suffix):
        self.count += 1
        return self.folder / f"{self.count}{suffix}"

    def key(self, kind="P-256"):
        """rsa:BITS, rsa:BITS:EXPONENT, or a curve."""
        path = self.path(".key")
        if kind.startswith("rsa"):
            _, bits, *exponent = kind.split(":")
            options = ["-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"]
            if exponent:
                options += ["-pkeyopt", f"rsa_keygen_pubexp:{exponent[0]}"]
        else:
            options = ["-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{kind}"]
        self.openssl("genpkey", *options, "-out", path)
        return path

    def issue(
        self, name, issuer=None, *, kind="P-256", key=None, extensions=None, start="20260101000000Z",
        end="20270101000000Z", digest="sha256", serial=None,
    ):  # fmt: skip
        """issuer None: self-signed."""
        self.count += 1
        key = key or self.key(kind)
        serial = serial or f"{0x1000 + self.count:x}"
        certificate = self.path(".crt")
        request, extension_file = self.path(".csr"), self.path(".ext")
        extension_file.write_text("\n".join(SIGNER if extensions is None else extensions) + "\n")
        with tempfile.TemporaryDirectory(dir=self.folder) as made:
            config = pathlib.Path(made, "config")
            config.write_text(CONFIG.format(folder=made))
            pathlib.Path(made, "index").write_text("")
            pathlib.Path(made, "serial").write_text(serial + "\n")
            self.openssl("req", "-new", "-config", config, "-key", key, "-subj", f"/CN={name}",
                         "-out", request)  # fmt: skip
            by = ["-selfsign", "-keyfile", key]
            if issuer:
                by = ["-cert", issuer.certificate, "-keyfile", issuer.key]
            self.openssl("ca", "-batch", "-notext", "-config", config, *by, "-in", request,
                         "-startdate", start, "-enddate", end, "-md", digest,
                         "-extfile", extension_file, "-out", certificate)  # fmt: skip
        return Identity(certificate, key)

    def authority(self, name, issuer=None, *, extensions=(), start="20200101000000Z",
                  end="20400101000000Z", **more):  # fmt: skip
        return self.issue(name, issuer, extensions=[*CA, *extensions], start=start, end=end, **more)

    def sign(self, content, *signers, chain=(), options=("-noattr",), digest="sha256",
             form="DER", openssl=None):  # fmt: skip
        """A detached CMS signature, as the README and iPXE's documentation write it."""
        arguments = ["cms", "-sign", "-binary", *options, "-md", digest, "-outform", form]
        for signer in signers:
            arguments += ["-signer", signer.certificate, "-inkey", signer.key]
        if chain:
            bundle = self.path(".pem")
            bundle.write_bytes(b"".join(one.certificate.read_bytes() for one in chain))
            arguments += ["-certfile", bundle]
        return (openssl or self.openssl)(*arguments, stdin=content)
