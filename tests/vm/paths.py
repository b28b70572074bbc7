"""Where things are: the tree, what was built, and what .deps/fetch has."""
import functools
import os
import pathlib
import subprocess

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = TREE / "build"
LOADER = BUILD / "pivotboot.efi"
TRUST = BUILD / "tools/trust"
PROBE = BUILD / "vm/probe.efi"
DEAF = BUILD / "vm/deaf.efi"
FORWARDER = BUILD / "bench/forwarder"
DEMO = BUILD / "vm/demo.cpio.zst"
RUNC = BUILD / "vm/runc.cpio.zst"
CACHE = pathlib.Path(
    os.environ.get("PIVOTBOOT_CACHE")
    or (os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")) + "/pivotboot"
)

FIRMWARES = ("bookworm", "trixie", "sid")
IPXES = ("bookworm", "trixie", "sid")


class SetupError(Exception):
    """The machine lacks something that a run needs."""


@functools.lru_cache(maxsize=None)
def fetched(name):
    """The folder of one of .deps/sets; downloads only what the cache lacks."""
    done = subprocess.run([TREE / ".deps/fetch", name], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SetupError(f"'{name}' could not be fetched")
    return pathlib.Path(done.stdout.strip())


def firmware(name):
    """The code image and the pristine variable store of one firmware."""
    folder = fetched(f"firmware-{name}") / "usr/share/OVMF"
    return folder / "OVMF_CODE_4M.fd", folder / "OVMF_VARS_4M.fd"


def ipxe_program(name):
    """iPXE as an EFI program that drives the card through the firmware."""
    return fetched(f"ipxe-{name}") / "usr/lib/ipxe/snponly.efi"


def ipxe_all_drivers(name):
    """iPXE as an EFI program with drivers of its own."""
    return fetched(f"ipxe-{name}") / "usr/lib/ipxe/ipxe.efi"


def ipxe_rom():
    """The oldest iPXE: the 2019 build that QEMU's packages put on a virtio card."""
    return fetched("ipxe-bookworm") / "usr/lib/ipxe/qemu/efi-virtio.rom"


def kernel(name):
    """The image of kernel-6.1, kernel-6.12 or kernel-7."""
    folder = fetched(name)
    for pattern in ("boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz"):
        for image in sorted(folder.glob(pattern)):
            return image
    raise SetupError(f"{folder} has no kernel image")


@functools.lru_cache(maxsize=None)
def test_kernel(variant):
    """A patched kernel's image: words or user-root. Built when the cache lacks it."""
    command = [TREE / "tests/kernels/build", variant]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SetupError(f"the test kernel '{variant}' could not be built")
    return pathlib.Path(done.stdout.strip())
