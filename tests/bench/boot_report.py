"""What bench-boot makes of one boot's console, and of all boots."""
import re

import paired
import plot
import report

IPXE, DEFAULT, NONE = "iPXE", "pivotboot", "rootfs=none"
UNVERIFIED, PACKED = "unverified", "decompress=never"

GOAL = 1.0
# "Hidden behind the network": nothing that a bench could tell from nothing.
HIDDEN_GOAL = 1.02

# pivotboot's stages as the README shows them, made of those of its `times:`. Verifying and
# unpacking happen within entry, kernel and initrd.
LOADER_STAGES = {
    "network": ("configuration", "link", "DHCP"),
    "entry": ("entry",),
    "kernel": ("kernel",),
    "root mode": ("root mode",),
    "initrd": ("initrd",),
    "verifying": ("verifying",),
    "unpacking": ("unpacking",),
    "hand-off": ("hand-off", "stub"),
}
WITHIN = ("verifying", "unpacking")
GUEST_STAGES = ("Linux", "its unpacking", "to init")


def moment(vm, pattern):
    """When the end of what matches was on the console, in seconds of the host's clock."""
    found = re.search(pattern, vm.raw)
    if not found:
        raise LookupError(f"no {pattern!r}:\n{vm.report()}")
    return next(at for at, size in vm.marks if size >= found.end())


def stamp(log, pattern):
    """The kernel's time of a message."""
    found = re.search(rf"^\[ *([\d.]+)\] .*(?:{pattern})", log, re.MULTILINE)
    if not found:
        raise LookupError(f"no {pattern!r} in the kernel's log:\n{log}")
    return float(found[1])


def guest_stages(log):
    """Seconds from the kernel's first message to init."""
    patterns = ("Linux version", "to unpack rootfs|Unpacking init", "Freeing initrd", "Run /",
                "bench: init")  # fmt: skip
    first, unpack, freed, run, init = (stamp(log, pattern) for pattern in patterns)
    unpacking = freed - unpack
    return dict(zip(GUEST_STAGES, (run - first - unpacking, unpacking, init - run)))


def told(times, names):
    """Seconds from pivotboot's `times:`."""
    found = (re.search(rf"\b{name} (\d+) ms", times) for name in names)
    return sum(int(each[1]) for each in found if each) / 1000


def pivotboot_stages(vm):
    times = re.search(r"pivotboot: times: .*", vm.console)[0]
    found = {name: told(times, names) for name, names in LOADER_STAGES.items()}
    return {name: value for name, value in found.items() if value}


def ipxe_stages(vm):
    begin, kernel, loaded = (
        moment(vm, rb"bench: %b\r" % word) for word in (b"begin", b"kernel", b"loaded")
    )
    return {"kernel": kernel - begin, "initrd": loaded - kernel}


def stages(vm, way):
    """One boot: stage -> seconds, and beside them

    all      from the loader's first line to init
    asked    from where iPXE starts pivotboot, whose file it has to fetch first
    fetched  from the network's address until the kernel has its files
    """
    asked, init = moment(vm, rb"bench: begin\r"), moment(vm, rb"bench: init\r?\n")
    if way == IPXE:
        begin = network = asked
        end = moment(vm, rb"bench: loaded\r")
        found = ipxe_stages(vm)
    else:
        begin = moment(vm, rb"pivotboot: version ")
        network = moment(vm, rb"pivotboot: network: [0-9a-f]{2}:[^\n]*\n")
        end = moment(vm, rb"pivotboot: times: [^\n]*\n")
        found = pivotboot_stages(vm)
    guest = guest_stages(vm.console)
    # The kernel unpacks itself before its first message.
    found["hand-off"] = found.get("hand-off", 0) + init - end - sum(guest.values())
    return {**found, **guest, "all": init - begin, "asked": init - asked, "fetched": end - network}


def of(boots, what):
    return [boot[what] for boot in boots]


def ratio(ways, way, other=IPXE, what="all"):
    return paired.ratio(of(ways[way], what), of(ways[other], what))


def seconds(boots, what):
    values = [boot[what] for boot in boots if what in boot]
    return f"{paired.median(values).middle:.2f}" if values else "-"


def ratio_table(rows):
    lines = []
    for row, ways in rows.items():
        for way, boots in ways.items():
            compared = [
                report.estimate(ratio(ways, way, what=what)) if way != IPXE else "-"
                for what in ("all", "asked")
            ]
            lines.append([row.name, way, seconds(boots, "all"), *compared])
    head = ["link, kernel", "way", "s to init", "ratio (95 %)", "ratio with pivotboot's own fetch"]
    return report.table(head, lines)


def stage_table(rows):
    present = {name for ways in rows.values() for boots in ways.values() for name in boots[0]}
    names = [name for name in (*LOADER_STAGES, *GUEST_STAGES) if name in present]
    head = [f"({name})" if name in WITHIN else name for name in names]
    lines = [
        [row.name, way, *(seconds(boots, name) for name in names)]
        for row, ways in rows.items()
        for way, boots in ways.items()
    ]
    return report.table(["link, kernel", "way", *head], lines)


TEXT = """From pivotboot's first line to init, against iPXE 2.0's `kernel`, `initrd`, `boot` of the
same files (from its first command; its network is up by then). {rounds} rounds in turns, {date},
medians, ratios within a round. A boot during which the host was more than {slow} times slower than
at its best does not count, unless {tries} in a row were: {boots} boots count, {again} do not.
QEMU 10 `-cpu {cpu}` in TCG with {memory} MB, sid's OVMF and iPXE over a tap; 100 Mbit/s is a
forwarder. One initramfs, zstd: {sizes}.
*pivotboot* is with its defaults: wrapping by the leaf init on 6.1, and, as it is told how large the
initramfs becomes, unpacking here, for the leaf init only where the network leaves time
(100 Mbit/s); everything but *unverified* has the SHA-256 of both files. `make bench-boot` makes
this.

![Ratios](tests/bench/results/boot.svg)

{ratios}
Where the seconds are; what is in brackets is within the stages before it. *hand-off* ends with
the kernel's first message, so that it has the kernel's unpacking of itself, and in iPXE the copy
of the initrd.

{stages}"""


def text(rows, sizes, settings):
    """sizes: row -> MB; settings: the rest that TEXT names."""
    boots = [boot for ways in rows.values() for each in ways.values() for boot in each]
    by_link = {row.name.rsplit(" ", 1)[0]: f"{size:.0f} MB" for row, size in sizes.items()}
    return TEXT.format(
        ratios=ratio_table(rows), stages=stage_table(rows),
        sizes=", ".join(f"{size} ({link})" for link, size in by_link.items()),
        boots=len(boots), again=sum(boot["again"] for boot in boots), **settings,
    )  # fmt: skip


def draw(rows):
    groups = {
        row.name: {way: ratio(ways, way) for way in ways if way != IPXE}
        for row, ways in rows.items()
    }
    axis = "time to init as a ratio to iPXE's in the same round"
    return plot.bars("From the first line to init", axis, groups, reference=1.0)


def targets(rows):
    found = []
    for row, ways in rows.items():
        word = re.sub(r"[^a-z0-9.]+", "-", row.name.lower())
        for way in (DEFAULT, NONE):
            if way in ways:
                name = word if way == DEFAULT else f"{word}-{NONE}"
                found.append(report.Target(name, ratio(ways, way).middle, GOAL))
        for plain in (way for way in ways if UNVERIFIED in way):
            packed = plain.replace(UNVERIFIED, "").strip()
            unpacked = packed.replace(PACKED, "").strip() or DEFAULT
            for way, what in ((packed, "verifying"), (unpacked, "verifying-and-unpacking")):
                hidden = ratio(ways, way, plain, "fetched").middle
                found.append(report.Target(f"{word}-{what}-hidden", hidden, HIDDEN_GOAL))
    return found
