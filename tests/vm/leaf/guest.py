"""Boots a kernel with an initrd, without firmware, and reads what the checker says."""
import glob
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
CACHE = pathlib.Path(
    os.environ.get("PIVOTBOOT_CACHE")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "pivotboot"
)


def kernel(name):
    subprocess.run([ROOT / ".deps/fetch", f"kernel-{name}"], check=True, capture_output=True)
    folder = CACHE / f"sets/kernel-{name}"
    return sorted(glob.glob(f"{folder}/**/vmlinuz*", recursive=True))[0]


class Report:
    def __init__(self, console, seconds):
        self.console = console.replace("\r", "")
        self.seconds = seconds
        self.lines = [line[1:] for line in self.console.split("\n") if line.startswith("@")]

    def all(self, tag):
        return [line[len(tag) + 1 :] for line in self.lines if line.startswith(tag + " ")]

    @property
    def ended(self):
        return "END" in self.lines

    def files(self, attributes=False):
        """Path to description, without what depends on the machine."""
        found = {}
        for line in self.all("FILE"):
            path, rest = line.split("\t", 1)
            rest = re.sub(r" blocks=\d+", "", rest)
            if not attributes:
                rest = re.sub(r"(first=\S*).*", r"\1", rest)
            found[path] = rest.strip()
        return found

    def blocks(self, path):
        return int(re.search(rf"@FILE {re.escape(path)}\t.*? blocks=(\d+)", self.console)[1])


def boot(kernel_path, initrd, words, memory="512", timeout=240, raw=False):
    command = [
        "qemu-system-x86_64", "-accel", "tcg", "-cpu", "qemu64,-cx16", "-smp", "1", "-m", memory,
        "-nographic", "-no-reboot", "-nodefaults", "-serial", "stdio", "-kernel", kernel_path,
        "-initrd", str(initrd), "-append",
        words if raw else f"console=ttyS0 no_timer_check panic=-1 loglevel=6 rdinit=/.pivotboot/leaf {words}",
    ]
    start = time.monotonic()
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, check=False
    )
    return Report(done.stdout.decode("utf-8", "replace"), time.monotonic() - start)


def initrd(output, *words):
    """leaf-initrd's words; plain= and part= in the order given."""
    subprocess.run([BUILD / "leaf-initrd", BUILD / "leaf-init", output, *words], check=True)
    return output
