"""`make bench-boot`: from pivotboot's first line to init, beside iPXE booting the same files.

    make bench-boot                       everything; writes the README's section
    make bench-boot ROWS='clean*'         only these rows, printed
    make bench-boot ROUNDS=9

Each boot is a machine of its own: the firmware's PXE starts iPXE, which boots the files itself or
starts pivotboot to do it. Times are those between lines on the serial console, by the host's
clock; what the guest did in between, by the kernel's log; what pivotboot did, by its `times:`.
A boot that the host was too busy for is done again (tests/bench/host.py). Rounds are kept in
build/bench/boot.json, so that an interrupted bench goes on.
"""
import collections
import fnmatch
import hashlib
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

import boot_report
import clients
import host
import kept
import paths
import payloads
import report
import ways
from boot_report import DEFAULT, IPXE, NONE, PACKED, UNVERIFIED

ROUNDS = int(os.environ.get("ROUNDS", "5"))
ROWS = [row for row in os.environ.get("ROWS", "").split(",") if row]
BUILD = paths.BUILD / "bench"
RECORD = BUILD / "boot.json"
INIT = pathlib.Path(__file__).resolve().parent / "boot/init"
SECONDS = 300  # a deadline, not an expectation
MEMORY = "2048"
# With the two features Linux copies by `rep movsb`, which QEMU executes byte by byte: that adds
# twenty microseconds to a page's copy, for which a real CPU takes a fraction of one.
CPU = "max,-erms,-fsrm"
OPTIONS = "console=ttyS0 quiet panic=-1"

# A row's machines stand on one link, with one kernel and one initramfs of so many MB.
Row = collections.namedtuple("Row", "name link kernel size_mb ways")
Link = collections.namedtuple("Link", "delay_ms loss congestion bytes_per_s")
# What 100 Mbit/s Ethernet brings.
SLOW = Link(0.2, 0, "bbr", 12_500_000)

# By kernel: 6.1 gets the leaf init by default, 7 needs nothing.
SAME = {"6.1": (IPXE, DEFAULT, NONE), "7": (IPXE, DEFAULT)}
MORE = {"6.1": f"{NONE} ", "7": ""}


def row(name, link, kernel, size_mb, *more):
    named = (f"{MORE[kernel]}{way}" for way in more)
    return Row(f"{name} {kernel}", link, kernel, size_mb, (*SAME[kernel], *named))


LIST = [
    row("clean", None, "6.1", 100, "stream=off", PACKED),
    row("clean", None, "7", 100, "stream=off", PACKED),
    row("100 Mbit/s", SLOW, "6.1", 30, PACKED, f"{PACKED} {UNVERIFIED}"),
    row("100 Mbit/s", SLOW, "7", 30, PACKED),
]


def contents(size_mb):
    """A third of what compresses to so many MB are a distribution's files, and the rest are
    files that are compressed already, such as container images."""
    chance = random.Random(size_mb)
    images = [chance.randbytes(10 * payloads.MB) for _ in range(size_mb * 2 // 30)]
    return payloads.tree(size_mb * 4 // 3 * payloads.MB) + images


def initramfs(size_mb):
    """A file of about so many MB, and the size that it has unpacked; made once."""
    plain, packed = BUILD / f"boot-{size_mb}.cpio", BUILD / f"boot-{size_mb}.cpio.zst"
    if not payloads.is_newer(plain, INIT):
        payloads.write(plain, payloads.archived(contents(size_mb), INIT, shutil.which("busybox")))
    if not payloads.is_newer(packed, plain):
        command = ["zstd", "-q", "-c", "-10", plain]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        payloads.write(packed, done.stdout)
    return packed, plain.stat().st_size


def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Boots(clients.Bench):
    """One row's network and files."""

    def __init__(self, folder, row):
        more = {"link": row.link, "bytes_per_s": row.link.bytes_per_s} if row.link else {}
        super().__init__(folder, 0, "tap", **more)
        self.options.update(memory=MEMORY, cpu=CPU)
        self.row = row
        self.files = {"vmlinuz": paths.kernel(f"kernel-{row.kernel}")}
        self.files["initrd"], self.unpacked_bytes = initramfs(row.size_mb)
        self.digests = {name: digest_of(path) for name, path in self.files.items()}

    def __enter__(self):
        super().__enter__()
        for name, path in self.files.items():
            self.web.put(name, path)
        return self

    def script(self, way):
        base = f"http://{self.host}"
        if way == IPXE:
            return ways.ipxe_script(
                "echo bench: begin", f"kernel {base}/vmlinuz {OPTIONS}", "echo bench: kernel",
                f"initrd {base}/initrd", "echo bench: loaded", "boot",
            )  # fmt: skip
        words = [f"linux={base}/vmlinuz", f"initrd={base}/initrd",
                 f"initrd-unpacked-size={self.unpacked_bytes}"]  # fmt: skip
        if UNVERIFIED not in way:
            words += [f"linux-sha256={self.digests['vmlinuz']}",
                      f"initrd-sha256={self.digests['initrd']}"]  # fmt: skip
        words += [word for word in way.split() if "=" in word]
        return ways.ipxe_script(
            "echo bench: begin",
            f"chain --autofree {base}/pivotboot.efi {' '.join(words)} -- {OPTIONS}",
        )

    def boot(self, way):
        """One boot; returns what boot_report.stages makes of it."""
        with self._ipxe(self._boot_folder(), self.script(way)) as vm:
            try:
                vm.wait_for("^bench: end", SECONDS)
                return boot_report.stages(vm, way)
            finally:
                self._end_of_boot()

    def key(self):
        """What all rounds have in common that can be compared."""
        what = [self.row.name, *self.row.ways, OPTIONS, MEMORY, CPU, str(self.row.link)]
        what += [str(host.SLOW), str(host.TRIES)]
        what += [digest_of(paths.LOADER), *self.digests.values()]
        return hashlib.sha256("\n".join(what).encode()).hexdigest()


def measure(boots, known, machine):
    """A row's rounds: way -> a list of what each boot took. machine: a host.Host."""
    rounds = known.setdefault(boots.key(), [])
    while len(rounds) < ROUNDS:
        turn = {}
        backwards = len(rounds) % 2 == 1
        for way in boots.row.ways[:: -1 if backwards else 1]:
            turn[way], again = machine.quietly(lambda way=way: boots.boot(way))
            turn[way]["again"] = again
            print(f"{boots.row.name}, round {len(rounds) + 1} of {ROUNDS}: {way}: "
                  f"{turn[way]['all']:.2f} s, {again} before it did not count",
                  file=sys.stderr, flush=True)  # fmt: skip
        rounds.append(turn)
        kept.write(RECORD, known)
    return {way: [turn[way] for turn in rounds[:ROUNDS]] for way in boots.row.ways}


def main():
    BUILD.mkdir(parents=True, exist_ok=True)
    known = kept.read(RECORD)
    machine = host.Host()
    found = {}
    with tempfile.TemporaryDirectory(prefix="bench-boot-") as folder:
        for each in LIST:
            if ROWS and not any(fnmatch.fnmatch(each.name, pattern) for pattern in ROWS):
                continue
            with Boots(pathlib.Path(folder), each) as boots:
                found[each] = measure(boots, known, machine)
    if not found:
        sys.exit(f"ROWS names none of {', '.join(each.name for each in LIST)}")
    sizes = {each: initramfs(each.size_mb)[0].stat().st_size / payloads.MB for each in found}
    settings = {"rounds": ROUNDS, "date": time.strftime("%Y-%m-%d"), "memory": MEMORY, "cpu": CPU,
                "slow": host.SLOW, "tries": host.TRIES}  # fmt: skip
    text = boot_report.text(found, sizes, settings)
    plots = {"boot.svg": boot_report.draw(found)}
    report.publish("bench-boot", text, plots, boot_report.targets(found), complete=not ROWS)


if __name__ == "__main__":
    main()
