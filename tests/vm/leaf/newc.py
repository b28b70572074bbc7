"""newc archives with every kind of file, and what a guest has to see of them."""
import dataclasses
import stat
import zlib


@dataclasses.dataclass
class Entry:
    path: str
    mode: int = stat.S_IFREG | 0o644
    data: bytes = b""
    user: int = 0
    group: int = 0
    mtime: int = 1_000_000_000
    links: int = 1
    inode: int = 0
    node: tuple = (0, 0)
    magic: bytes = b"070701"


def directory(path, mode=0o755, **rest):
    return Entry(path, stat.S_IFDIR | mode, **rest)


def symlink(path, target, **rest):
    return Entry(path, stat.S_IFLNK | 0o777, target.encode(), **rest)


def pad(data):
    return data + bytes(-len(data) % 4)


def member(entry, inode):
    numbers = [
        entry.inode or inode, entry.mode, entry.user, entry.group, entry.links, entry.mtime,
        len(entry.data), 0, 0, *entry.node, len(entry.path.encode()) + 1,
        sum(entry.data) & 0xFFFFFFFF if entry.magic == b"070702" else 0,
    ]
    head = entry.magic + b"".join(b"%08X" % number for number in numbers)
    return pad(head + entry.path.encode() + b"\0") + pad(entry.data)


def archive(entries, trailer=True):
    parts = [member(entry, 1000 + index) for index, entry in enumerate(entries)]
    if trailer:
        parts.append(member(Entry("TRAILER!!!", 0, mtime=0), 0))
    return b"".join(parts)


def expected(entries, skip=()):
    """The checker's lines for the entries, by path; a later entry replaces an earlier one."""
    files = {}
    groups = {}
    for entry in entries:
        path = "/" + entry.path.strip("/") if entry.path not in (".", "/") else "/"
        files[path] = entry
        if entry.links > 1:
            groups.setdefault(entry.inode, {})[path] = entry
    lines = {}
    for path, entry in files.items():
        group = groups.get(entry.inode, {}) if entry.links > 1 else {}
        is_file, is_link = stat.S_ISREG(entry.mode), stat.S_ISLNK(entry.mode)
        data = max((e.data for e in group.values()), key=len) if group else entry.data
        lines[path] = (
            f"mode={entry.mode:o} user={entry.user} group={entry.group} mtime={entry.mtime} "
            f"size={len(data)} sum={zlib.crc32(data) if is_file else 0:08x} "
            f"node={entry.node[0]}:{entry.node[1]} target={entry.data.decode() if is_link else ''} "
            f"links={0 if stat.S_ISDIR(entry.mode) else max(1, len(group))} "
            f"first={min(group) if len(group) > 1 else ''}"
        ).strip()
    for path in skip:
        lines.pop(path, None)
    return lines
