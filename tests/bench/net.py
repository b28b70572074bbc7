"""`make bench-net`: how fast a file comes over the network, beside iPXE, GRUB and the firmware.

    make bench-net                     everything; writes the README's section
    make bench-net ROWS='lossy*'       only these rows (separated by commas), printed
    make bench-net ROUNDS=9            19 where a lossy row has a target

In each round every client fetches the same file once from the same nginx; what is compared is
the ratio to iPXE's imgfetch in the same round, over the rounds in which neither gave up. A client's time is that from one line on the serial
console to another, by the host's clock. Rounds that this very loader has done before are not done
again: an interrupted run goes on where it was, and rows can be run one by one.
"""
import collections
import fnmatch
import hashlib
import os
import pathlib
import re
import sys
import tempfile
import time

import clients
import kept
import paired
import plot
import report

ROUNDS = int(os.environ.get("ROUNDS", "5"))
ROWS = [row for row in os.environ.get("ROWS", "").split(",") if row]

RECORD = clients.paths.BUILD / "bench/net.json"

IPXE, IPXE_DIGEST = "iPXE imgfetch", "iPXE imgfetch + sha256sum"
PLAIN, VERIFY = "pivotboot", "pivotboot, verifying"
GRUB, HTTP_BOOT = "GRUB http", "firmware's HTTP Boot"
CLEAN_MIB, LOSSY_MIB = 100, 16

# How the lossy links are: 25 MB/s is what 200 Mbit/s bring.
BYTES_PER_S = 25_000_000
Lossy = collections.namedtuple("Lossy", "name delay_ms loss congestion target")
LOSSY = [
    Lossy(f"lossy {rtt} ms {loss * 100:g} % {congestion}", rtt / 2, loss, congestion, target)
    for rtt, loss, targets in (
        (20, 0, (None, None)), (20, 0.005, (4, None)), (20, 0.02, (None, None)), (100, 0.001, (2, 2))
    )
    for congestion, target in zip(("cubic", "bbr"), targets)
]
# name -> where clients.py's machines stand: network, card, emulator, and who can be there.
CLEAN = {
    "chained slirp": dict(network="slirp"),
    "chained tap": dict(network="tap"),
    "direct slirp": dict(network="slirp", direct=True),
    "direct tap": dict(network="tap", direct=True),
    "chained e1000e": dict(network="slirp", card="e1000e"),
    "chained slirp QEMU 7.2": dict(network="slirp", emulator=None),
}


# Where the time goes of the rows' verifying downloads: so many of them, with another loader.
STAGED = {f"stages {name}": name for name in ("chained slirp", "chained slirp QEMU 7.2")}
STAGED_ROUNDS = 3
STAGES_TEXT = """
Where the time of a verifying download goes, by a build that counts cycles (QEMU 7.2 has no SHA
instructions: there it is mbedTLS's C):

"""


def more_rounds():
    """On a lossy link an early loss decides what a round is like: a target there takes more."""
    return 2 * ROUNDS + 1


def rounds_of(row):
    if row in STAGED:
        return STAGED_ROUNDS
    return more_rounds() if any(each.name == row and each.target for each in LOSSY) else ROUNDS


def wanted(name):
    return not ROWS or any(fnmatch.fnmatch(name, row) for row in ROWS)


class Record:
    """The rounds that were done, by row, of this loader: each is client -> MB/s."""

    def __init__(self):
        self.loader = hashlib.sha256(clients.paths.LOADER.read_bytes()).hexdigest()

    @property
    def rows(self):
        return kept.read(RECORD).get(self.loader, {})

    def add(self, name, done):
        rows = self.rows
        rows.setdefault(name, []).extend(done)
        kept.write(RECORD, {self.loader: rows})
        for each in done:
            values = ", ".join(
                f"{what} {'failed' if value is None else f'{value:.1f}'}"
                for what, value in each.items()
            )
            print(f"{name}: {values}", file=sys.stderr, flush=True)

    def missing(self, name):
        """The numbers of the rounds that are to be done."""
        return range(len(self.rows.get(name, [])), rounds_of(name))

    def values(self, name):
        """client -> MB/s of each round; None when not all of them are there."""
        if self.missing(name):
            return None
        values = collections.defaultdict(list)
        for each in self.rows[name]:
            for client, value in each.items():
                values[client].append(value)
        return {client: each[: rounds_of(name)] for client, each in values.items()}


def clean(record, name, setting, folder):
    setting = dict(setting)
    direct = setting.pop("direct", False)
    bench = clients.Bench(folder, CLEAN_MIB, **setting)
    with bench:
        bench.add(IPXE, bench.by_ipxe)
        if direct:
            bench.add(PLAIN, lambda names: bench.direct(names, verify=False))
            bench.add(VERIFY, lambda names: bench.direct(names, verify=True))
            if setting["network"] == "tap":
                bench.add(HTTP_BOOT, bench.by_http_boot)
        else:
            bench.add(PLAIN, bench.by_ipxe)
            bench.add(VERIFY, bench.by_ipxe)
            # The one with the card's own driver is of 2019 and has no such command.
            if "card" not in setting:
                bench.add(IPXE_DIGEST, bench.by_ipxe)
                bench.add(GRUB, bench.by_grub)
        for turn in record.missing(name):
            record.add(name, [bench.round(turn)])


def lossy(record, each, folder):
    """One machine for all rounds: what is not measured crosses the same bad link."""
    bench = clients.Bench(folder, LOSSY_MIB, network="tap", link=each, bytes_per_s=BYTES_PER_S)
    with bench:
        bench.add(IPXE, bench.by_ipxe)
        bench.add(PLAIN, bench.by_ipxe)
        record.add(each.name, bench.rounds(len(record.missing(each.name))))


def ratio(values, client, reference):
    """Of two clients, over the rounds in which neither gave up; None where there are none."""
    pairs = zip(values.get(client, []), values.get(reference, []))
    pairs = [pair for pair in pairs if None not in pair]
    return paired.ratio(*zip(*pairs)) if pairs else None


def cell(values, client):
    if not values.get(client):
        return "n/a"
    rates = [rate for rate in values[client] if rate is not None]
    failures = len(values[client]) - len(rates)
    failed = f"failed in {failures} of {len(values[client])} rounds"
    if not rates:
        return failed
    shown = report.number(paired.median(rates).middle)
    if client != IPXE:
        shown += f" × {report.estimate(ratio(values, client, IPXE))}"
    return f"{shown}, {failed}" if failures else shown


def targets_of(rows):
    def target(name, row, client, goal, inverse=False):
        pair = (PLAIN, client) if inverse else (client, IPXE)
        found = ratio(rows.get(row, {}), *pair)
        return [report.Target(name, found.middle, goal, at_least=True)] if found else []

    found = []
    for where in ("slirp", "tap"):
        found += target(f"chained-{where}", f"chained {where}", PLAIN, 1.2)
        found += target(f"chained-{where}-verifying", f"chained {where}", VERIFY, 1.0)
        found += target(f"grub-{where}", f"chained {where}", GRUB, 4, inverse=True)
    found += target("http-boot", "direct tap", HTTP_BOOT, 4, inverse=True)
    for each in LOSSY:
        if each.target:
            word = re.sub(r"[^a-z0-9.]+", "-", each.name).strip("-")
            found += target(word, each.name, PLAIN, each.target)
    return found


def measure(record):
    with tempfile.TemporaryDirectory(prefix="bench-net-") as name:
        folder = pathlib.Path(name)
        for row, setting in CLEAN.items():
            if wanted(row) and record.missing(row):
                clean(record, row, setting, folder)
        for each in LOSSY:
            if wanted(each.name) and record.missing(each.name):
                lossy(record, each, folder)
        for name, row in STAGED.items():
            if wanted(name) and (missing := record.missing(name)):
                with clients.Bench(folder, CLEAN_MIB, **CLEAN[row]) as bench:
                    record.add(name, bench.stages(len(missing)))


def stages_table(record):
    columns = {row: record.values(name) for name, row in STAGED.items() if record.values(name)}
    if not columns:
        return ""
    stages = list(next(iter(columns.values())))
    head = ["% of the cycles", *columns]
    return STAGES_TEXT + report.table(head, [
        [stage, *(f"{paired.median(found[stage]).middle:.0f}" for found in columns.values())]
        for stage in stages
    ])  # fmt: skip


def draw(rows, columns):
    return plot.bars(
        "Fetching over HTTP",
        "throughput as a ratio to iPXE's imgfetch in the same round",
        {
            name: {
                client: ratio(values, client, IPXE)
                for client in columns[1:]
                if ratio(values, client, IPXE)
            }
            for name, values in rows.items()
        },
        reference=1,
    )


def main():
    record = Record()
    measure(record)
    names = [*CLEAN, *(each.name for each in LOSSY)]
    rows = {name: record.values(name) for name in names}
    complete = all(rows.values()) and not any(map(record.missing, STAGED))
    rows = {name: values for name, values in rows.items() if values and (complete or wanted(name))}
    columns = [IPXE, PLAIN, VERIFY, IPXE_DIGEST, GRUB, HTTP_BOOT]
    table = report.table(
        ["MB/s × ratio to iPXE (95 %)", *columns],
        [[name, *(cell(values, client) for client in columns)] for name, values in rows.items()],
    )
    text = (
        f"{ROUNDS} rounds ({more_rounds()} of lossy ones with a target), "
        f"{time.strftime('%Y-%m-%d')}, QEMU 10 `-cpu max` in TCG unless said, "
        f"{CLEAN_MIB} MiB on clean links and {LOSSY_MIB} MiB on lossy ones of "
        f"{BYTES_PER_S * 8 // 1_000_000} Mbit/s (`make bench-net`). iPXE is sid's 2.0, for e1000e "
        "2019's, as the card's ROM. Its digest check is `sha256sum`, which only prints the digest.\n\n"
        f"{table}\n![ratios](tests/bench/results/net.svg)\n{stages_table(record)}"
    )
    plots = {"net.svg": draw(rows, columns)} if complete else {}
    report.publish("bench-net", text, plots, targets_of(rows), complete)


if __name__ == "__main__":
    main()
