"""`make bench-memory`: the smallest machine that each loader brings to init.

    make bench-memory                          everything; writes the README's section
    make bench-memory WAYS='pivotboot*,iPXE'   only these of loaders.py's
    make bench-memory SIZES=100                only the initramfs of 100 MB

Each way boots the same kernel and initramfs in machines of different memory, multiples of
8 MiB, until the smallest is found that reaches init: one that does, where 8 MiB less do not. Which
boots came how far is kept in build/bench/memory.json by what took part in them, so that an
interrupted run goes on where it was and only what has changed boots again; the README's section is
written once all is there. Time plays no part but for a machine that hangs: that is said.
"""
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import tempfile
import time

import kept
import loaders
import plot
import report
from loaders import accel, paths, servers

STEP_MIB = 8
MOST_MIB = 4096
SECONDS = 900  # for one boot, of a machine that is neither at init nor has failed
FOLDER = paths.BUILD / "bench"
RECORD = FOLDER / "memory.json"
PANIC = "Kernel panic"
RESULTS = report.RESULTS / "memory.json"  # committed: where to look first

SIZES = (100, 300)
STREAMING, IPXE, LIMIT = "pivotboot streaming", "iPXE", "limit: QEMU under firmware"
PLAIN, PLAIN_IPXE = "plain pivotboot", "plain iPXE"
# From issue to README: at most so much of iPXE's, and of what the firmware itself needs.
OF_IPXE, OF_LIMIT = 0.7, 1.1


def smallest(boots, guess_mib, most_mib=MOST_MIB):
    """The smallest multiple of STEP_MIB that boots; None when most_mib do not.

    Looks at the guess and further and further away from it, until it lies in between. What boots
    with some memory boots with more.
    """
    low, high = 0, most_mib // STEP_MIB + 1  # the one fails, the other is taken to boot
    at, stride = min(max(guess_mib // STEP_MIB, 1), high - 1), 1
    while high - low > 1:
        if boots(at * STEP_MIB):
            high = at
        else:
            low = at
        if low == 0:
            at = max(high - stride, 1)
        elif high * STEP_MIB > most_mib:
            at = min(low + stride, high - 1)
        else:
            at = (low + high) // 2
        stride *= 2
    return high * STEP_MIB if high * STEP_MIB <= most_mib else None


class Record:
    """How each boot ended: for each cell (a way and a size, with a digest of all that takes part),
    memory in MiB -> "" for init, or what ended it."""

    def __init__(self):
        self.known = kept.read(RECORD)

    def ends(self, cell):
        return self.known.setdefault(cell, {})

    def add(self, cell, memory_mib, end):
        self.known = kept.read(RECORD)  # another run may measure other ways at the same time
        self.ends(cell)[str(memory_mib)] = end
        kept.write(RECORD, self.known)

    def latest(self, way, size):
        """What booted with least memory when this cell was last measured, perhaps with others."""
        least = None
        for cell, ends in self.known.items():
            if cell.startswith(f"{way}/{size}/"):
                least = min((int(mib) for mib, end in ends.items() if not end), default=least)
        return least


def guess(record, way, size):
    known = kept.read(RESULTS)
    return record.latest(way, size) or known.get(way, {}).get(str(size)) or 128 + 2 * size


def digest(loader, load):
    """Of all that takes part in a boot."""
    found = hashlib.sha256(f"{accel.qemu_version()} {loader.words} {loader.options}".encode())
    firmware = paths.firmware(loaders.FIRMWARE)[0]
    for path in (firmware, load.kernel, load.initrd, *loader.files()):
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]


def boot(loader, load, memory_mib):
    """How a boot with that memory ends."""
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        machine, web = pathlib.Path(folder, "vm"), pathlib.Path(folder, "web")
        machine.mkdir()
        web.mkdir()
        with servers.Nginx(web) as server:
            with loader.start(machine, server, load, memory=str(memory_mib)) as vm:
                end = loaders.outcome(vm, SECONDS)
                (FOLDER / "memory.log").write_text(vm.console)
    return end


class Need:
    """What one way needs for one size. mib: None when nothing is enough; ends: as in Record."""

    def __init__(self, mib, ends):
        self.mib = mib
        self.below = ends.get(str(mib - STEP_MIB), "") if mib else ends.get(str(MOST_MIB), "")

    @property
    def timed_out(self):
        return self.below == loaders.TIMED_OUT

    def __str__(self):
        if self.mib is None:
            return f"not with {MOST_MIB}"
        return f"{self.mib}{' (less: timed out)' if self.timed_out else ''}"

    def compared(self, other):
        """As a ratio, where both boot."""
        return report.number(self.mib / other.mib) if self.mib and other.mib else "-"


def need(record, way, size):
    load, loader = loaders.payload(FOLDER, size), loaders.LOADERS[way]
    cell = f"{way}/{size}/{digest(loader, load)}"

    def try_one(memory_mib):
        begin = time.monotonic()
        end = boot(loader, load, memory_mib)
        seconds = time.monotonic() - begin
        print(f"{way}, {size} MB, {memory_mib} MiB: {end or 'init'} ({seconds:.0f} s)", flush=True)
        return end

    def boots(memory_mib):
        if str(memory_mib) not in record.ends(cell):
            end = try_one(memory_mib)
            # A loader may have failed for a reason that has nothing to do with memory, such as the
            # network.
            if end and not re.search(f"{PANIC}|memory|Resources", end):
                end = try_one(memory_mib)
            record.add(cell, memory_mib, end)
        return not record.ends(cell)[str(memory_mib)]

    found = Need(smallest(boots, guess(record, way, size)), record.ends(cell))
    print(f"{way}, {size} MB: {found}", flush=True)
    return found


def where(needs):
    """What fails with 8 MiB less: the kernel with what it has to unpack, or its loader."""
    kinds = {"the kernel" if PANIC in each.below else "the loader" for each in needs}
    return kinds.pop() if len(kinds) == 1 else "either"


def targets(needs):
    # What does not boot at all needs more than was tried.
    mib = {cell: found.mib or MOST_MIB for cell, found in needs.items()}
    for size in SIZES:
        for name, way, ipxe in (("", STREAMING, IPXE), ("plain-", PLAIN, PLAIN_IPXE)):
            ratio = mib[way, size] / mib[ipxe, size]
            yield report.Target(f"memory-{name}of-ipxe-{size}MB", ratio, OF_IPXE)
        ratio = mib[STREAMING, size] / mib[LIMIT, size]
        yield report.Target(f"memory-of-limit-{size}MB", ratio, OF_LIMIT)


TEXT = """`make bench-memory`: the smallest machine (`-m`) that reaches init, in MiB, found to {step}
MiB, with an initramfs of 100 or 300 MB. It is compressed with zstd, and its contents don't compress
further, so that the kernel has as much to unpack; init is the last file in it. Debian's 6.1 cloud
kernel, OVMF of Debian {firmware}, {qemu}; pivotboot is chained by iPXE (Debian {ipxe}'s).
The first two rows are what one gets without saying anything about the root: the leaf init with
pivotboot, and with iPXE the kernel's rootfs and its limit of half of what is free. All others have
`rootfs=none` and no limit for the root, so that the loaders alone differ; "decompressing" has
`decompress=always` with `initrd-unpacked-size`. The limits are what the kernel needs when QEMU has
the files for it, with the same firmware (which keeps a copy) and without firmware.

{table}
![Smallest machines](tests/bench/results/memory.svg)
"""


def describe(needs):
    rows = []
    for way in loaders.LOADERS:
        row = [needs[way, size] for size in SIZES]
        cells = [way]
        ipxe = PLAIN_IPXE if way == PLAIN else IPXE
        for size, each in zip(SIZES, row):
            cells += [str(each), each.compared(needs[ipxe, size])]
        rows.append([*cells, where(row)])
    heads = [head for size in SIZES for head in (f"{size} MB", "of iPXE's")]
    return TEXT.format(
        step=STEP_MIB,
        firmware=loaders.FIRMWARE,
        ipxe=loaders.IPXE,
        qemu=accel.qemu_version().partition(" (")[0],
        table=report.table(["loader", *heads, "with 8 MiB less fails"], rows),
    )


def draw(needs):
    groups = {
        f"{size} MB": {way: needs[way, size].mib for way in loaders.LOADERS if needs[way, size].mib}
        for size in SIZES
    }
    return plot.bars("Smallest machine that reaches init", "MiB of memory", groups)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    record = Record()
    patterns = os.environ.get("WAYS", "*").split(",")
    sizes = [int(size) for size in os.environ["SIZES"].split(",")] if os.environ.get("SIZES") else SIZES
    needs = {
        (way, size): need(record, way, size)
        for size in sizes
        for way in loaders.LOADERS
        if any(fnmatch.fnmatch(way, pattern) for pattern in patterns)
    }
    if set(needs) != {(way, size) for way in loaders.LOADERS for size in SIZES}:
        return
    found = {way: {str(size): needs[way, size].mib for size in SIZES} for way in loaders.LOADERS}
    files = {"memory.svg": draw(needs), "memory.json": json.dumps(found, indent=1) + "\n"}
    report.publish("bench-memory", describe(needs), files, targets(needs))


if __name__ == "__main__":
    main()
