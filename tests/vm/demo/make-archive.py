"""Packs the demo's initramfs: make-archive.py PIVOT-ROOT OUT"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import archive


def main():
    pivot_root, target = sys.argv[1:]
    init = pathlib.Path(__file__).with_name("init")
    root = archive.Archive()
    for folder in ("bin", "dev"):
        root.directory(folder)
    root.console()
    root.file("bin/busybox", pathlib.Path("/bin/busybox").read_bytes(), 0o755)
    root.file("bin/pivot-root", pathlib.Path(pivot_root).read_bytes(), 0o755)
    root.file("init", init.read_bytes(), 0o755)
    pathlib.Path(target).write_bytes(archive.zstd(root.finished()))


if __name__ == "__main__":
    main()
