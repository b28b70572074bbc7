"""Machines with Secure Boot enforced: SMM firmware, its keys, and signing EFI programs.

Debian's snakeoil variable stores have one certificate as PK, KEK and in db, a different one
in each suite; its key comes in the same package.
"""
import functools
import itertools
import json
import os
import pathlib
import struct
import subprocess
import sys
import uuid

import paths

SNAKEOIL_PASS_PHRASE = "snakeoil"
# Any owner will do for a certificate in db.
OWNER = "7f5e4a0e-3f5f-4e53-9f7b-2c1f5d0a9c11"

# pivotboot's variables: ROLLBACK_VENDOR_GUID of efi/rollback.h, and their only attributes.
VENDOR = "c82d61bb-e53d-4a2c-ad9c-82d23534c378"
NV_BS = 3

# MdeModulePkg/Include/Guid/VariableFormat.h of edk2
AUTHENTICATED_STORE = uuid.UUID("aaf32c78-947b-439a-a180-2e144ec37792").bytes_le
VARIABLE_START = b"\xaa\x55"
VARIABLE_HEADER_BYTES = 60
# Too little for a variable.
STORE_REST_BYTES = 16

# Only code in SMM may write to the variable store; Secure Boot means nothing without.
SMM = [
    "-machine", "q35,smm=on",
    "-global", "driver=cfi.pflash01,property=secure,value=on",
    "-global", "ICH9-LPC.disable_s3=1",
]  # fmt: skip

# What can be enforced on: suite, and the name of its code image.
FIRMWARES = {
    "bookworm": ("bookworm", "OVMF_CODE_4M.secboot.fd"),
    "trixie": ("trixie", "OVMF_CODE_4M.secboot.fd"),
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


class Store:
    """A firmware's variable store, which a machine starts with a copy of.

    variables  the file that it starts with
    """

    def __init__(self, variables, folder):
        self.pristine = self.variables = variables
        self.folder = folder

    def reset(self):
        """As if the store had been lost."""
        self.variables = self.pristine

    def set_variable(self, name, data, attributes=NV_BS, vendor=VENDOR):
        """As if it had been written before the machine started."""
        variable = {"name": name, "guid": vendor, "attr": attributes, "data": data.hex()}
        file = self.folder / "variables.json"
        file.write_text(json.dumps({"version": 2, "variables": [variable]}))
        changed = self.folder / f"{name}.fd"
        edit_variables(self.variables, changed, "--set-json", file)
        self.variables = changed

    def remove_variable(self, name):
        changed = self.folder / f"without-{name}.fd"
        edit_variables(self.variables, changed, "--delete", name)
        self.variables = changed

    def fill(self):
        """Fills the store but for a few bytes."""
        name = "Filler"
        # Writing it anew leaves out what was deleted: the firmware would make room of that.
        self.set_variable(name, b"")
        free = free_bytes(self.variables.read_bytes())
        self.set_variable(name, bytes(free - STORE_REST_BYTES))


class Platform(Store):
    """One firmware with Secure Boot on, as Machine wants it.

    kernel_signer's certificate joins the snakeoil one in db.
    """

    def __init__(self, name, folder, kernel_signer=None):
        self.names = itertools.count()
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
        variables = folder / "vars-template.fd"
        additions = ["--add-db", OWNER, kernel_signer.certificate] if kernel_signer else []
        edit_variables(share / "OVMF/OVMF_VARS_4M.snakeoil.fd", variables, *additions)
        super().__init__(variables, folder)

    def sign(self, program):
        """The program, signed with the snakeoil key."""
        return self.signer.sign(program, self.folder / f"{next(self.names)}.efi")


class Unprotected(Store):
    """A firmware without Secure Boot."""

    options = ()

    def __init__(self, name, folder):
        self.code, variables = paths.firmware(name)
        super().__init__(variables, folder)


def free_bytes(store):
    """How much of a variable store nothing has been written to: edk2's authenticated format."""
    at = store.index(AUTHENTICATED_STORE)
    (size,) = struct.unpack_from("<I", store, at + 16)
    end = at + size
    at += 28
    while store[at : at + 2] == VARIABLE_START:
        sizes = struct.unpack_from("<II", store, at + 36)
        at += (VARIABLE_HEADER_BYTES + sum(sizes) + 3) & ~3
    return end - at


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
