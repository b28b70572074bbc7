"""How QEMU executes the guest: KVM when it has been seen to work, else TCG.

/dev/kvm can exist and still not run a firmware, so a machine is booted to find out. The
answer holds until the next boot of this machine and for this QEMU.
"""
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

import paths
import process

PROBE_SECONDS = 20
PROBE_EXIT = 21  # isa-debug-exit makes 2 * 21 + 1 of it

KVM = ["-accel", "kvm", "-cpu", "host", "-smp", "2"]
TCG = ["-accel", "tcg", "-cpu", "max", "-smp", "1"]
# QEMU before 8 emulates cmpxchg16b wrongly: Linux 6.12's allocator crashes now and then.
TCG_BEFORE_8 = ["-accel", "tcg", "-cpu", "qemu64,-cx16", "-smp", "1"]


@functools.lru_cache(maxsize=None)
def qemu_version():
    output = subprocess.run(
        ["qemu-system-x86_64", "--version"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return output.splitlines()[0]


def kvm_works():
    """Whether the firmware comes up under KVM and starts a program."""
    code, _ = paths.firmware("sid")
    command = [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-machine", "q35", *KVM, "-m", "256",
        "-drive", f"if=pflash,format=raw,readonly=on,file={code}",
        "-device", "isa-debug-exit,iobase=0x501,iosize=4",
        "-kernel", str(paths.PROBE), "-append", f"probe-exit={PROBE_EXIT}",
    ]  # fmt: skip
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    qemu = process.start(command, stdin=subprocess.DEVNULL, **quiet)
    try:
        return qemu.wait(PROBE_SECONDS) == 2 * PROBE_EXIT + 1
    except subprocess.TimeoutExpired:
        return False
    finally:
        process.stop(qemu)


@functools.lru_cache(maxsize=None)
def use_kvm():
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text()
    key = hashlib.sha256(f"{boot} {qemu_version()}".encode()).hexdigest()
    record = paths.CACHE / "kvm-probe.json"
    try:
        known = json.loads(record.read_text())
    except (OSError, ValueError):
        known = {}
    if known.get("key") != key:
        known = {"key": key, "works": kvm_works()}
        paths.CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=paths.CACHE, delete=False) as file:
            json.dump(known, file)
        os.replace(file.name, record)
    return known["works"]


def program(emulator=None):
    """QEMU's program, and where its files are; emulator: one of .deps/sets, else the machine's."""
    if not emulator:
        return ["qemu-system-x86_64"]
    folder = paths.fetched(emulator) / "usr"
    return [folder / "bin/qemu-system-x86_64", "-L", folder / "share/qemu"]


def options(emulator=None, cpu=None):
    """QEMU's options for the accelerator and the CPU.

    An emulator or a CPU that is named emulates, whatever this machine could do itself.
    """
    if cpu:
        return ["-accel", "tcg", "-cpu", cpu, "-smp", "1"]
    if emulator:
        return TCG
    if use_kvm():
        return KVM
    version = re.search(r"version (\d+)", qemu_version())
    return TCG_BEFORE_8 if version and int(version.group(1)) < 8 else TCG


def description():
    if use_kvm():
        return "KVM"
    if os.path.exists("/dev/kvm"):
        return "TCG, since /dev/kvm does not work here"
    return "TCG, since there is no /dev/kvm"
