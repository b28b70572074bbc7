"""Payloads for the leaf init's tests."""
import functools
import random
import stat

from newc import Entry, directory, symlink


@functools.cache
def checker(build):
    """Read once: what is expected is what was packed, even if it is built anew meanwhile."""
    return Entry("init", stat.S_IFREG | 0o755, (build / "leaf-checker").read_bytes())


def every_kind(build):
    """A file of each kind, each with attributes that are easily lost."""
    linked = {"links": 3, "inode": 77}
    return [
        directory(".", 0o755, mtime=1_100_000_000),
        checker(build),
        directory("etc", 0o750, user=5, group=6, mtime=1_234_567_890),
        Entry("etc/plain", data=b"hello\n", mtime=1_111_111_111),
        Entry("etc/empty", stat.S_IFREG | 0o600, user=1000, group=1001, mtime=2_000_000_000),
        Entry("etc/suid", stat.S_IFREG | 0o6755, b"suid", user=12, group=13),
        Entry("etc/closed", stat.S_IFREG, b"mode 000"),
        Entry("etc/first", stat.S_IFREG | 0o640, b"", user=3, **linked),
        Entry("etc/second", stat.S_IFREG | 0o640, b"", user=3, **linked),
        directory("closed", 0, mtime=1_000_000_001),
        Entry("closed/inside", data=b"x" * 5000),
        Entry("closed/third", stat.S_IFREG | 0o640, b"linked contents\n", user=3, **linked),
        directory("empty", 0o1777, mtime=1_000_000_002),
        directory("setgid", 0o2775, group=50, mtime=1_000_000_003),
        Entry("setgid/file", data=b"group 0"),
        directory("setgid/below", 0o755),
        Entry("setgid/below/file", data=b"group 0"),
        symlink("relative", "etc/plain", user=7, group=8, mtime=1_000_000_004),
        symlink("absolute", "/etc", mtime=1_000_000_005),
        symlink("dangling", "no/where"),
        directory("dev", 0o755, mtime=1_000_000_006),
        Entry("dev/console", stat.S_IFCHR | 0o600, node=(5, 1)),
        Entry("dev/block", stat.S_IFBLK | 0o660, group=6, node=(259, 300_000)),
        Entry("dev/fifo", stat.S_IFIFO | 0o622, user=9),
        Entry("dev/socket", stat.S_IFSOCK | 0o700),
        Entry("summed", data=bytes(range(256)) * 40, magic=b"070702"),
        directory("deep", 0o755),
        *(directory("deep" + "/d" * (n + 1), 0o711) for n in range(200)),
        Entry("deep" + "/d" * 200 + "/bottom", data=b"bottom"),
        Entry("zeros", data=b"start" + bytes(3_000_000) + b"end"),
        Entry("large", data=random.Random(1).randbytes(9 << 20) + b"!"),
        Entry("spaces and \u00e4", data=b"name"),
    ]


def many(count, build):
    """Small files as in a distribution's tree."""
    rng = random.Random(2)
    entries = [directory("."), checker(build), directory("many")]
    for n in range(count):
        if n % 40 == 0:
            entries.append(directory(f"many/{n // 40:04}"))
        data = rng.randbytes(400) * rng.randint(0, 12)
        entries.append(Entry(f"many/{n // 40:04}/file-{n:05}", data=data, mtime=1_000_000_000 + n))
    return entries


def few(size_mb, build):
    """One large file of blocks that compress to about a third, as programs do."""
    rng = random.Random(3)
    words = [rng.randbytes(rng.randint(3, 24)) for _ in range(4000)]
    mb = b"".join(words[int(rng.random() ** 3 * 4000)] for _ in range(90000))[: 1 << 20]
    data = bytearray()
    for n in range(size_mb):
        block = bytearray(mb[n * 977 % len(mb) :] + mb[: n * 977 % len(mb)])
        for at in range(0, len(block), 64):
            block[at : at + 12] = rng.randbytes(12)
        data += block
    return [directory("."), checker(build), Entry("large", data=bytes(data))]


def setup(build, words=b""):
    """A first init that does what no archive can, then starts the leaf init as the kernel would."""
    return [
        directory("."),
        checker(build),
        Entry("setup", stat.S_IFREG | 0o755, (build / "leaf-setup").read_bytes()),
        Entry("attributed", data=b"a"),
        Entry("aaa-linked", data=b"", links=2, inode=50),
        Entry("zzz-linked", data=b"linked" * 1000, links=2, inode=50),
        Entry("big", data=random.Random(4).randbytes(9 << 20)),
        directory("directory", 0o700, user=4),
        Entry("directory/small", data=b"1"),
        directory("mounted"),
        symlink("link", "attributed"),
        *([Entry("words", data=words)] if words else []),
    ]
