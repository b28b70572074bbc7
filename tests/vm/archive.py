"""Initramfs archives: cpio's newc format, written here because it may name device nodes
without being root, and because equal contents then give equal bytes."""
import stat
import subprocess

ALIGNMENT = 4


class Archive:
    def __init__(self):
        self._data = bytearray()
        self._count = 0

    def directory(self, name, mode=0o755):
        self._add(name, stat.S_IFDIR | mode)

    def file(self, name, data, mode=0o644):
        self._add(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self._add(name, stat.S_IFLNK | 0o777, target.encode())

    def console(self, name="dev/console"):
        """The character device 5:1, which the kernel opens for /init."""
        self.device(name, 5, 1)

    def device(self, name, major, minor):
        """A character device."""
        self._add(name, stat.S_IFCHR | 0o600, device=(major, minor))

    def finished(self):
        """The archive's bytes, a multiple of four as the kernel expects."""
        end = Archive()
        end._add("TRAILER!!!", 0)
        return bytes(self._data + end._data)

    def _add(self, name, mode, data=b"", device=(0, 0)):
        self._count += 1
        fields = (
            self._count, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0,
        )  # fmt: skip
        self._data += b"070701" + b"".join(b"%08x" % field for field in fields)
        self._data += name.encode() + b"\0"
        self._pad()
        self._data += data
        self._pad()

    def _pad(self):
        self._data += bytes(-len(self._data) % ALIGNMENT)


def concatenated(parts):
    """Several initrds as the kernel is to get them: each begins at a multiple of four bytes."""
    whole = b""
    for part in parts:
        whole += bytes(-len(whole) % ALIGNMENT) + part
    return whole


def zstd(data, level=10):
    return subprocess.run(
        ["zstd", "-q", "-c", f"-{level}"], input=data, stdout=subprocess.PIPE, check=True
    ).stdout
