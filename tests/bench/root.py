"""`make bench-root`: what a root that pivot_root can leave costs, in time and memory.

    make bench-root                        everything; writes the README's section
    make bench-root ROWS='6.1/200*'        only these rows, printed (KERNEL/PAYLOAD, separated
                                           by commas; "memory" for the smallest memories)
    make bench-root ROWS='6.1/*' WRITE=yes these rows alone in the README's section
    make bench-root TURNS=15

Time is counted in instructions (counted.py), each way against rootfs=none on the same kernel. A
boot that was measured before with the same bytes and turn is not measured again: an interrupted
run goes on where it was.
"""
import collections
import concurrent.futures
import fnmatch
import hashlib
import os
import subprocess
import sys
import threading

import counted
import kept
import paired
import payloads
import plot
import report
from counted import paths

BUILD = paths.BUILD / "bench"
RECORD = BUILD / "root.json"
TURNS = int(os.environ.get("TURNS", "3"))
ROWS = [row for row in os.environ.get("ROWS", "").split(",") if row]

LEAF_LINE = "rdinit=/.pivotboot/leaf"

# One kernel's ways to boot a payload: name -> Way, the one to compare with first.
# words: on the kernel's command line; leaf: how the leaf init gets the payload, None without it.
Way = collections.namedtuple("Way", "words leaf compression kernel", defaults=(None, "zstd", None))

NONE, WRAP, MOVE = "rootfs=none", "leaf, wrap", "leaf, move"
# zstd is wrapped: what is moved comes in another format, and is compared with that.
NONE_GZIP, MOVE_GZIP = "rootfs=none, gzip", "leaf, move, gzip"
STOCK = {
    NONE: Way(""),
    WRAP: Way(LEAF_LINE, "part"),
    NONE_GZIP: Way("", compression="gzip"),
    MOVE_GZIP: Way(LEAF_LINE, "plain", "gzip"),
}
WORDS = ("nullfs_rootfs", "immutable_rootfs", "nonroot_initramfs")
KERNELS = {
    "6.1": STOCK,
    "6.12": STOCK,
    "7": {"nullfs": Way("")},
    "patched": {
        NONE: Way(""),
        **{word: Way(word) for word in WORDS},
        "user_root": Way("", kernel="user-root"),
    },
}
TITLES = {"6.1": "Debian's 6.1", "6.12": "Debian's 6.12", "7": "Debian's 7", "patched": "patched 6.12"}

# The smallest memory: with the options that let the root take nearly all of it, and by default.
SMALLEST = [(payload, size) for payload in ("20 MB", "200 MB") for size in ("", "size=95%")]
LEAST_MB, MOST_MB, STEP_MB = 64, 1024, 4

KERNEL_GOAL, WRAP_GOAL, MOVE_GOAL = 1.02, 1.10, 1.15


def image(name):
    stock = name[0].isdigit()
    return paths.kernel(f"kernel-{name}") if stock else paths.test_kernel(name.replace("patched", "words"))


def initrd(payload, way, flags=""):
    """The very bytes that pivotboot would hand over, written by its own code."""
    packed = payloads.make(payload, way.compression, BUILD / "init", BUILD)
    if way.leaf is None:
        return packed
    path = BUILD / f"{packed.name}-{way.leaf}{'-' + flags.rstrip('%') if flags else ''}"
    words = [f"flags={flags}"] if flags else []
    command = [paths.BUILD / "leaf-initrd", paths.BUILD / "leaf-init", path, *words]
    subprocess.run([*command, f"{way.leaf}={packed}"], check=True)
    return path


class Record:
    """What was measured, by what went into it."""

    def __init__(self):
        self.known = kept.read(RECORD)
        self.lock = threading.Lock()

    def get(self, kernel, files, words, turn, measure):
        digest = hashlib.sha256(f"{counted.version()} {words} {turn}".encode())
        for path in (kernel, *files):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        key = digest.hexdigest()
        if key in self.known:
            return self.known[key]
        value = measure()
        with self.lock:
            self.known[key] = value
            kept.write(RECORD, self.known)
        return value


def measure_row(record, pool, kernel, payload):
    """All ways of one kernel with one payload: way -> the Boots of all turns."""
    ways = KERNELS[kernel]
    jobs = {}
    for name, way in ways.items():
        booted, packed = image(way.kernel or kernel), initrd(payload, way)

        def boot(booted=booted, packed=packed, words=way.words):
            return counted.boot(booted, packed, words)

        for turn in range(TURNS):
            jobs[name, turn] = pool.submit(
                record.get, booted, [packed], way.words, turn, boot
            )
    found = {
        name: [counted.Boot(*jobs[name, turn].result()) for turn in range(TURNS)] for name in ways
    }
    for name, boots in found.items():
        print(f"{kernel}/{payload}/{name}: {boots[0].ms:.0f} ms", file=sys.stderr)
    return found


def measure_smallest(record, pool, kernel, payload, way, size):
    """The smallest memory in MiB with which it boots; size: of the root, "" for the default."""
    flags = size if way.leaf else ""
    words = f"initramfs_options={size}" if size and not way.leaf else way.words
    booted, packed = image(kernel), initrd(payload, way, flags)

    def boots(memory_mb):
        try:
            counted.boot(booted, packed, words, memory_mb, counting=False)
            return True
        except counted.BootError:
            return False

    def bisect():
        low, high = LEAST_MB // STEP_MB, MOST_MB // STEP_MB
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if boots(middle * STEP_MB) else (middle, high)
        return high * STEP_MB

    return pool.submit(record.get, booted, [packed], f"smallest whole {words}", 0, bisect)


def reference_of(name):
    return NONE_GZIP if name.endswith("gzip") else NONE


def ratios(row):
    """way -> (time, memory) against its reference, where there is one."""
    found = {}
    for name, boots in row.items():
        if name != reference_of(name) and reference_of(name) in row:
            others = row[reference_of(name)]
            found[name] = tuple(
                paired.ratio([boot[n] for boot in boots], [boot[n] for boot in others])
                for n in range(2)
            )
    return found


def time_rows(rows):
    lines = []
    for (kernel, payload), row in rows.items():
        compared = ratios(row)
        for name, boots in row.items():
            ms, touched = (paired.median([boot[n] for boot in boots]).middle for n in range(2))
            time, memory = compared.get(name, (None, None))
            lines.append([
                TITLES[kernel], payload, name, f"{ms:.0f}",
                report.estimate(time) if time else "-",
                f"{touched:.0f}", report.number(memory.middle) if memory else "-",
            ])  # fmt: skip
    return lines


def draw(rows):
    groups = {}
    for (kernel, payload), row in rows.items():
        group = {name: time for name, (time, _) in ratios(row).items()}
        if group:
            groups[f"{payload}, {TITLES[kernel]}"] = group
    axis = "instructions from the first kernel message to init, against rootfs=none"
    return plot.bars("What a root that pivot_root can leave costs", axis, groups, reference=1.0)


def worst(rows, payloads_named, ways):
    """The largest ratio in time among those that were measured, or None."""
    return max(
        (
            time.middle
            for (_, payload), row in rows.items()
            for way, (time, _) in ratios(row).items()
            if payload in payloads_named and way in ways
        ),
        default=None,
    )


def targets(rows, memories):
    wanted = [
        ("kernel-mechanisms", payloads.PAYLOADS, (*WORDS, "user_root"), KERNEL_GOAL),
        ("wrap-20MB", ["20 MB"], [WRAP], WRAP_GOAL),
        ("wrap-200MB", ["200 MB"], [WRAP], WRAP_GOAL),
        ("move-200MB", ["200 MB"], [MOVE_GZIP], MOVE_GOAL),
    ]
    found = [(name, worst(rows, which, ways), goal) for name, which, ways, goal in wanted]
    found += [
        (f"wrap-smallest-memory-{payload.replace(' ', '')}{'-' + size if size else ''}-MB",
         smallest[WRAP], smallest[NONE])
        for (payload, size), smallest in memories.items()
    ]  # fmt: skip
    return [report.Target(*each) for each in found if each[1] is not None]


TEXT = """`make bench-root` counts the instructions that QEMU {version} executes from the first kernel
message to init (`-icount`: one nanosecond each, so that ms are millions; no firmware, no network,
one processor), and the memory that the machine has touched by then. That is nearly the same each
time: {turns} turns, medians, ratios within a turn to `rootfs=none` on the same kernel with the same
file, and their 95 % confidence intervals. The initrd is what pivotboot hands over, written by the
same code. `user_root` is compared with the other patched kernel without a word: one source, one
configuration but for that switch. Debian's 7 has nullfs always: there is no "without".
Initrds are compressed with zstd; as those are wrapped, *move* is measured with gzip.

![Ratios](tests/bench/results/root.svg)

{times}
{memories}"""

SMALLEST_TEXT = """The smallest memory (`-m`, in steps of {step} MiB) with which Debian's 6.1 comes to init:

{table}"""


def smallest_text(memories):
    lines = [
        [payload, f"`{size}`" if size else "default", found[NONE], found[WRAP]]
        for (payload, size), found in memories.items()
    ]
    head = ["payload", "root's size", NONE, WRAP]
    return SMALLEST_TEXT.format(step=STEP_MB, table=report.table(head, lines))


def publish(rows, memories):
    complete = not ROWS or os.environ.get("WRITE") == "yes"
    head = ["kernel", "payload", "way", "ms", "ratio (95 %)", "MB touched", "ratio"]
    text = TEXT.format(
        version=counted.version(), turns=TURNS,
        times=report.table(head, time_rows(rows)) if rows else "",
        memories=smallest_text(memories) if memories else "",
    )
    plots = {"root.svg": draw(rows)} if complete else {}
    report.publish("bench-root", text, plots, targets(rows, memories), complete)


def wanted(row):
    return not ROWS or any(fnmatch.fnmatch(row, pattern) for pattern in ROWS)


def main():
    record = Record()
    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("JOBS", os.cpu_count()))) as pool:
        rows = {
            (kernel, payload): measure_row(record, pool, kernel, payload)
            for payload in payloads.PAYLOADS
            for kernel in KERNELS
            if wanted(f"{kernel}/{payload}")
        }
        jobs = {
            (payload, size): {
                name: measure_smallest(record, pool, "6.1", payload, STOCK[name], size)
                for name in (NONE, WRAP)
            }
            for payload, size in SMALLEST
            if wanted("memory")
        }
        memories = {
            case: {name: job.result() for name, job in found.items()}
            for case, found in jobs.items()
        }
    publish(rows, memories)


if __name__ == "__main__":
    main()
