"""Machines with Secure Boot enforced: SMM firmware, its keys, and signing EFI programs.

Debian's snakeoil variable stores have one certificate as PK, KEK and in db, a different one
in each suite; its key comes in the same package.
"""
import functools
import os
import pathlib
import subprocess
import sys

import paths

SNAKEOIL_PASS_PHRASE = "snakeoil"
# Any owner will do for a certificate in db.
OWNER = "7f5e4a0e-3f5f-4e53-9f7b-2c1f5d0a9c11"

# Only code in SMM may write to the variable store; Secure Boot means nothing without.
SMM = [
    "-machine", "q35,smm=on",
    "-global", "driver=cfi.pflash01,property=secure,value=on",
    "-global", "ICH9-LPC.disable_s3=1",
]  # fmt: skip

# What can be enforced on: suite, and the name of its code image.
FIRMWARES = {
    "bookworm": ("bookworm", "OVMF_CODE_4M.secboot.fd"),
    "sid": ("sid", "OVMF_CODE_4M.secboot.fd"),
    "sid-strictnx": ("sid", "OVMF_CODE_4M.secboot.strictnx.fd"),
}


def run(*command, **options):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)


def openssl(*arguments):
    run("openssl", *arguments, stderr=subprocess.DEVNULL)


class Signer:
    """A key and its certificate, in PEM files."""

    def __init__(self, key, certificate):
        self.key = key
        self.certificate = certificate

    def sign(self, program, target):
        run(
            "sbsign", "--key", self.key, "--cert", self.certificate, "--output", target, program,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return target


def new_signer(folder, name):
    """A self-signed certificate of that name."""
    signer = Signer(folder / f"{name}.key", folder / f"{name}.crt")
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "3650",
        "-subj", f"/CN={name}", "-keyout", signer.key, "-out", signer.certificate,
    )  # fmt: skip
    return signer


class Platform:
    """One firmware with Secure Boot on, as Machine wants it.

    kernel_signer's certificate joins the snakeoil one in db.
    """

    def __init__(self, name, folder, kernel_signer=None):
        suite, code = FIRMWARES[name]
        share = paths.fetched(f"firmware-{suite}") / "usr/share"
        self.code = share / "OVMF" / code
        self.options = SMM
        key = folder / "snakeoil.key"
        openssl(
            "rsa", "-in", share / "ovmf/PkKek-1-snakeoil.key", "-out", key,
            "-passin", f"pass:{SNAKEOIL_PASS_PHRASE}",
        )  # fmt: skip
        self.signer = Signer(key, share / "ovmf/PkKek-1-snakeoil.pem")
        self.variables = folder / "vars-template.fd"
        additions = ["--add-db", OWNER, kernel_signer.certificate] if kernel_signer else []
        edit_variables(share / "OVMF/OVMF_VARS_4M.snakeoil.fd", self.variables, *additions)


@functools.lru_cache(maxsize=None)
def _virt_firmware():
    packages = paths.fetched("virt-firmware") / "usr/lib/python3/dist-packages"
    return {**os.environ, "PYTHONPATH": str(packages)}


def edit_variables(source, target, *arguments):
    """Writes target: the variable store of source, changed as virt-fw-vars(1) says."""
    run(
        sys.executable, "-m", "virt.firmware.vars", "-i", source, "-o", pathlib.Path(target),
        *arguments, env=_virt_firmware(), stderr=subprocess.DEVNULL,
    )  # fmt: skip
