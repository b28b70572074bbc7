"""Boots Linux under QEMU's instruction counting: the guest's clock advances by one nanosecond with
each instruction, whatever else the machine does. What a boot takes is then nearly the same each
time, and as many boots as there are processors can run side by side.

No firmware: QEMU loads kernel and initrd. The processor is an old one on purpose: newer ones copy
memory with instructions that count as one for each byte. But it has random numbers, as machines
have: without, each new file costs a kernel as much as a dozen system calls.
"""
import collections
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vm"))
import accel  # noqa: E402
import paths  # noqa: E402, F401
import process  # noqa: E402

SECONDS = 600  # a deadline, not an expectation
LINE = "console=ttyS0 quiet loglevel=1 panic=-1 nokaslr"
COUNTING = ("-icount", "shift=0,sleep=off")

# ms: from the first kernel message to init; touched: MB of memory used at any time until then.
Boot = collections.namedtuple("Boot", "ms touched_mb")


def version():
    """QEMU's: other versions may count differently."""
    return re.search(r"version (\S+)", accel.qemu_version())[1]


class BootError(Exception):
    """The machine ended, and init had not run in a whole root."""


def boot(kernel, initrd, words="", memory_mb=1024, counting=True):
    """Boots until tests/bench/root/init.c has run; returns a Boot, whose ms nobody should compare
    without counting."""
    # The guest's memory is a file without a name: afterwards it tells how much was ever used.
    memory = os.memfd_create("guest")
    command = [
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-accel", "tcg", "-cpu", "qemu64,-cx16,+rdrand", "-smp", "1", *(COUNTING if counting else ()),
        "-object", f"memory-backend-file,id=ram,size={memory_mb}M,mem-path=/dev/fd/{memory},share=on",
        "-machine", "q35,memory-backend=ram", "-m", f"{memory_mb}M",
        "-serial", "stdio", "-kernel", kernel, "-initrd", initrd, "-append", f"{LINE} {words}",
    ]  # fmt: skip
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    qemu = process.start(command, pass_fds=[memory], **pipes)
    try:
        console = qemu.communicate(timeout=SECONDS)[0].decode("utf-8", "replace")
        touched = os.fstat(memory).st_blocks * 512
    except subprocess.TimeoutExpired:
        raise BootError(f"not over within {SECONDS} s") from None
    finally:
        process.stop(qemu)
        os.close(memory)
    found = re.search(r"bench: init after ([\d.]+) s", console)
    # A kernel whose rootfs is full starts init in what has been unpacked by then.
    if not found or "Initramfs unpacking failed" in console:
        raise BootError(console[-2000:])
    return Boot(float(found[1]) * 1000, touched / 1e6)
