"""Initramfs payloads of known sizes, which compress about as well as a distribution's files.

Equal bytes each time, so that what is measured can be measured again elsewhere.
"""
import itertools
import pathlib
import random
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vm"))
import archive  # noqa: E402

MB = 1_000_000
KMSG = (1, 11)


class Material:
    """Endless contents: words of 2 to 16 bytes, a few of them often."""

    WORDS = 2000

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.words = [self.chance.randbytes(self.chance.randint(2, 16)) for _ in range(self.WORDS)]
        self.often = list(itertools.accumulate((n + 1) ** -0.8 for n in range(self.WORDS)))

    def take(self, size):
        data = b""
        while len(data) < size:
            count = min((size - len(data)) // 8 + 1, 1 << 20)
            data += b"".join(self.chance.choices(self.words, cum_weights=self.often, k=count))
        return data[:size]


def one_file():
    return []


def tree(size_bytes):
    """Files as in a distribution: most are small, most bytes are in large ones."""
    material = Material(size_bytes)
    sizes, total = [], 0
    while total < size_bytes:
        sizes.append(min(int(material.chance.lognormvariate(8.5, 1.9)), size_bytes - total))
        total += sizes[-1]
    return [material.take(size) for size in sizes]


def small_files():
    """20,000 files of 2.4 KB on average."""
    material = Material(1)
    return [material.take(material.chance.randint(0, 4800)) for _ in range(20_000)]


def large_files():
    material = Material(2)
    return [material.take(25 * MB) for _ in range(4)]


PAYLOADS = {
    "one file": one_file,
    "20 MB": lambda: tree(20 * MB),
    "200 MB": lambda: tree(200 * MB),
    "20,000 small files": small_files,
    "four files of 25 MB": large_files,
}


COMPRESSIONS = {
    "zstd": ("zstd", "-q", "-c", "-10"),
    "gzip": ("gzip", "-n", "-c"),
    "lz4": ("lz4", "-q", "-l", "-c"),
}


def make(name, compression, init, folder):
    """The payload as a file in folder; made once for each init."""
    plain = folder / f"{name.replace(' ', '-').replace(',', '')}.cpio"
    if not is_newer(plain, init):
        write(plain, archived(PAYLOADS[name](), init))
    packed = plain.with_suffix(f".{compression}")
    if not is_newer(packed, plain):
        with open(plain, "rb") as file:
            done = subprocess.run(
                COMPRESSIONS[compression], stdin=file, stdout=subprocess.PIPE, check=True
            )
        write(packed, done.stdout)
    return packed


def archived(contents, init, busybox=None):
    """An archive with an init (a path), and with busybox (a path) where that needs it."""
    root = archive.Archive()
    if busybox:
        root.directory("bin")
        root.file("bin/busybox", pathlib.Path(busybox).read_bytes(), 0o755)
    root.directory("dev")
    root.console()
    root.device("dev/kmsg", *KMSG)
    root.file("init", init.read_bytes(), 0o755)
    for number, data in enumerate(contents):
        if number % 40 == 0:
            root.directory(f"folder-{number // 40:04}")
        root.file(f"folder-{number // 40:04}/file-{number:05}", data)
    return root.finished()


def is_newer(path, than):
    return path.exists() and path.stat().st_mtime >= than.stat().st_mtime


def write(path, data):
    """All of it or nothing: an interrupted bench must not leave half a payload."""
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.rename(path)
