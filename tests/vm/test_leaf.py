"""The leaf init (payload/leaf/) on stock kernels, started by QEMU without firmware."""
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "leaf"))

import guest  # noqa: E402
import newc  # noqa: E402
import trees  # noqa: E402

# What the kernel's built-in initramfs has, and what writing to the console changes.
BUILT_IN = {"/dev", "/dev/console", "/root"}
TOO_SMALL = "rootflags=size="


@pytest.fixture(scope="module", autouse=True)
def tools():
    subprocess.run(["make", "-s", "-C", guest.ROOT, "leaf-tools"], check=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return Store(tmp_path_factory.mktemp("leaf"))


class Store:
    """Payloads, made once each, and initrds around them."""

    def __init__(self, folder):
        self.folder = folder

    def plain(self, name, entries):
        path = self.folder / f"{name}.cpio"
        if not path.exists():
            path.write_bytes(newc.archive(entries))
        return path

    def packed(self, name, entries, tool="zstd", *options):
        plain = self.plain(name, entries)
        path = plain.with_suffix(f".{tool}")
        if not path.exists():
            subprocess.run([tool, "-qf", *options, plain, path], check=True) if tool == "lz4" else (
                subprocess.run([tool, "-qf", *options, plain, "-o", path], check=True)
            )
        return path

    def initrd(self, *words):
        return guest.initrd(self.folder / "initrd", *words)


def way(store, way, name, entries):
    """The word for leaf-initrd: a zstd blob, unwrapped or wrapped."""
    return f"{'part' if way == 'wrap' else 'plain'}={store.packed(name, entries)}"


def assert_sealed(report):
    root = [line.split() for line in report.all("MOUNT") if line.split()[4] == "/"]
    assert len(root) == 1 and root[0][-3:-1] == ["tmpfs", "rootfs"], report.console[-3000:]
    assert report.all("PIVOT") == ["detach ok"]
    assert report.all("BELOW") == ["files=0 write=Read-only file system readonly=1"]


def assert_files(report, entries, ignore=BUILT_IN):
    wanted, found = newc.expected(entries), report.files()
    for path in ignore:
        wanted.pop(path, None)
        found.pop(path, None)
    wrong = {
        path: (wanted.get(path), found.get(path))
        for path in wanted.keys() | found.keys()
        if wanted.get(path) != found.get(path)
    }
    assert not wrong, f"{len(wrong)} wrong: {list(wrong.items())[:5]}"


WAYS = pytest.mark.parametrize("how", ["move", "wrap"])
KERNELS = pytest.mark.parametrize("version", ["6.1", "6.12"])


@WAYS
@KERNELS
def test_every_kind_of_file(store, how, version):
    entries = trees.every_kind(guest.BUILD)
    initrd = store.initrd(way(store, how, "every", entries))
    report = guest.boot(guest.kernel(version), initrd, "-- manifest pivot")
    assert_files(report, entries)
    assert_sealed(report)


def test_a_kernel_with_nullfs_does_not_mind(store):
    entries = trees.every_kind(guest.BUILD)
    initrd = store.initrd(way(store, "move", "every", entries))
    report = guest.boot(guest.kernel("7"), initrd, "-- manifest pivot")
    assert_files(report, entries)
    assert report.all("PIVOT") == ["detach ok"]


def test_pages_of_zeros_are_not_unpacked(store):
    entries = trees.every_kind(guest.BUILD)
    initrd = store.initrd(way(store, "wrap", "every", entries))
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest")
    # Of 3 MB; a page is written where it is in two pieces of decompressed data.
    assert report.blocks("/zeros") * 512 <= 200_000


def test_moving_keeps_holes_and_extended_attributes(store):
    setup = trees.setup(guest.BUILD)
    initrd = store.initrd(f"plain={store.plain('setup', setup)}")
    words = "console=ttyS0 no_timer_check panic=-1 loglevel=6 rdinit=/setup -- manifest pivot"
    report = guest.boot(guest.kernel("6.1"), initrd, words, raw=True)
    assert report.blocks("/sparse") == 8 * 2
    files = report.files(attributes=True)
    assert "size=1073741824 " in files["/sparse"]
    assert "trusted.one=first" in files["/attributed"] and "security.two=" in files["/attributed"]
    assert "trusted.link=x" in files["/link"]
    assert "trusted.directory=y" in files["/directory"]
    assert_sealed(report)


@WAYS
def test_many_small_files(store, how):
    entries = trees.many(20_000, guest.BUILD)
    initrd = store.initrd(way(store, how, "many", entries))
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest pivot")
    assert_files(report, entries)
    assert_sealed(report)


@pytest.mark.parametrize("how,memory", [("move", "380"), ("wrap", "300")])
def test_a_large_file_in_little_memory(store, how, memory):
    entries = trees.few(200, guest.BUILD)
    initrd = store.initrd(way(store, how, "few", entries), "flags=size=95%")
    words = "initramfs_options=size=95% -- manifest pivot"
    report = guest.boot(guest.kernel("6.1"), initrd, words, memory=memory)
    assert_files(report, entries)
    assert_sealed(report)


def test_several_parts_and_what_the_kernel_unpacked(store):
    first = [
        newc.directory("."), trees.checker(guest.BUILD),
        newc.directory("dev", 0o700, user=3, mtime=5),
        newc.Entry("kept", data=b"first"), newc.Entry("replaced", data=b"first, and longer"),
        newc.Entry("to-link", data=b"x"), newc.symlink("to-file", "kept"),
        newc.directory("full"), newc.Entry("full/file", data=b"stays"), newc.directory("hollow"),
        newc.directory("real"), newc.symlink("alias", "real"), newc.symlink("up", "/real"),
        newc.Entry("one", links=2, inode=9), newc.Entry("two", data=b"linked", links=2, inode=9),
    ]
    second = [
        newc.Entry("replaced", data=b"second", mtime=77), newc.symlink("to-link", "kept"),
        newc.Entry("to-file", data=b"file now"), newc.Entry("full", data=b"not put"),
        newc.Entry("hollow", data=b"put"), newc.Entry("alias/through", data=b"1"),
        newc.Entry("up/absolute", data=b"2"), newc.Entry("missing/parent", data=b"not put"),
        newc.Entry("one-again", data=b"own", links=2, inode=9),
        newc.Entry("../../escape", data=b"3"),
    ]
    early = [newc.directory("kernel"), newc.Entry("kernel/early", data=b"microcode"),
             newc.Entry("kept", data=b"early")]
    initrd = store.initrd(
        f"plain={store.plain('early', early)}", f"part={store.packed('first', first)}",
        f"part={store.plain('second', second)}",
    )
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest pivot")
    wanted = early + first + [
        newc.Entry("replaced", data=b"second", mtime=77), newc.symlink("to-link", "kept"),
        newc.Entry("to-file", data=b"file now"), newc.Entry("hollow", data=b"put"),
        newc.Entry("real/through", data=b"1"), newc.Entry("real/absolute", data=b"2"),
        newc.Entry("one-again", data=b"own"), newc.Entry("escape", data=b"3"),
        newc.directory("root", 0o700),
    ]
    # Directories whose contents changed afterwards have the time of the boot.
    assert_files(report, wanted, BUILT_IN | {"/", "/real"})
    # The kernel itself does the same with these archives, one behind the other.
    reference = guest.boot(
        guest.kernel("6.1"), store.folder / join(store, "early", "first", "second"),
        "console=ttyS0 no_timer_check panic=-1 loglevel=6 -- manifest", raw=True,
    )
    ours, theirs = report.files(), reference.files()
    for files in (ours, theirs):
        for path in ("/", "/real", "/dev/console", "/root"):
            files.pop(path)
    assert ours == theirs
    assert_sealed(report)


def join(store, *names):
    path = store.folder / "joined"
    path.write_bytes(b"".join((store.folder / f"{name}.cpio").read_bytes() for name in names))
    return path


def test_several_frames_and_archives_in_one_part(store):
    one = [newc.directory("."), trees.checker(guest.BUILD), newc.Entry("one", data=b"1")]
    two = [newc.Entry("two", data=b"2")]
    path = store.folder / "frames"
    path.write_bytes(
        store.plain("frame-one", one).read_bytes() + bytes(512)
        + store.packed("frame-two", two).read_bytes()
    )
    report = guest.boot(guest.kernel("6.1"), store.initrd(f"part={path}"), "-- manifest pivot")
    assert_files(report, one + two)
    assert_sealed(report)


def test_a_compressed_payload_that_must_be_last(store):
    entries = trees.every_kind(guest.BUILD)
    initrd = store.initrd(f"plain={store.packed('every', entries, 'lz4', '-l')}")
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest pivot")
    assert_files(report, entries)
    assert_sealed(report)


@WAYS
def test_init_gets_what_the_kernel_would_give_it(store, how):
    entries = trees.every_kind(guest.BUILD)
    words = "unknown key=value -- manifest second"
    initrd = store.initrd(way(store, how, "every", entries))
    ours = guest.boot(guest.kernel("6.1"), initrd, words)
    theirs = guest.boot(
        guest.kernel("6.1"), store.packed("every", entries),
        f"console=ttyS0 no_timer_check panic=-1 loglevel=6 {words}", raw=True,
    )
    assert ours.all("ARG") == ["/init", "unknown", "manifest", "second"]
    for tag in ("ARG", "ENV", "FD", "MASK", "FILES", "DIRECTORY", "PID", "NICE", "SIGNAL"):
        assert ours.all(tag) == theirs.all(tag), tag
    assert_files(ours, entries)


def test_rdinit_is_handed_over(store):
    entries = trees.every_kind(guest.BUILD)
    entries.append(newc.directory("bin"))
    entries.append(newc.Entry("bin/my init", entries[1].mode, entries[1].data))
    initrd = store.initrd(f"part={store.packed('rdinit', entries)}", "init=/bin/my init")
    report = guest.boot(guest.kernel("6.1"), initrd, "")
    assert report.all("ARG") == ["/bin/my init"]
    initrd = store.initrd(f"part={store.packed('rdinit', entries)}", "init=/no/such")
    report = guest.boot(guest.kernel("6.1"), initrd, "")
    assert report.all("ARG") == ["/init"]
    assert "rdinit= could not be executed '/no/such'" in report.console


def test_init_is_searched_where_the_kernel_searches(store):
    entries = trees.every_kind(guest.BUILD)[2:]
    entries += [newc.directory("sbin"), newc.symlink("sbin/init", "/real-init")]
    entries += [newc.Entry("real-init", 0o100755, trees.checker(guest.BUILD).data)]
    report = guest.boot(
        guest.kernel("6.1"), store.initrd(f"part={store.packed('sbin', entries)}"), ""
    )
    assert report.all("ARG") == ["/sbin/init"]


@WAYS
def test_without_init_it_says_so(store, how):
    entries = trees.every_kind(guest.BUILD)[2:]
    initrd = store.initrd(way(store, how, "no-init", entries))
    report = guest.boot(guest.kernel("6.1"), initrd, "")
    assert "pivotboot: there is no init" in report.console
    assert "Kernel panic" in report.console


@WAYS
def test_mount_options(store, how):
    entries = [entry for entry in trees.every_kind(guest.BUILD) if entry.path != "."]
    initrd = store.initrd(
        way(store, how, "no-top", entries), "flags=size=123M,nr_inodes=5000,mode=711"
    )
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest pivot")
    root = [line for line in report.all("MOUNT") if line.split()[4] == "/"][0]
    assert "size=125952k" in root and "nr_inodes=5000" in root
    assert report.files()["/"].startswith("mode=40711 ")


# What makes the leaf root impossible.
REASONS = {
    "too small": ("flags=size=6M", TOO_SMALL),
    "too few inodes": ("flags=nr_inodes=100", TOO_SMALL),
    "bad options": ("flags=nonsense=1", "does not take rootflags= 'nonsense=1'"),
}


@WAYS
@pytest.mark.parametrize("reason", REASONS)
def test_onfail_continue_goes_on_in_a_whole_root(store, how, reason):
    entries = trees.every_kind(guest.BUILD)
    word, message = REASONS[reason]
    initrd = store.initrd(way(store, how, "every", entries), word, "onfail=continue")
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest pivot")
    assert message in report.console
    assert_files(report, entries)
    assert report.all("PIVOT") == ["pivot_root Invalid argument"]
    assert len(report.all("FD")) == 3


@WAYS
@pytest.mark.parametrize("reason", REASONS)
def test_onfail_panic_stops(store, how, reason):
    word, message = REASONS[reason]
    initrd = store.initrd(way(store, how, "every", trees.every_kind(guest.BUILD)), word)
    report = guest.boot(guest.kernel("6.1"), initrd, "quiet")
    assert message in report.console
    assert "Kernel panic" in report.console and not report.all("INIT")


def test_a_failed_move_is_taken_back(store):
    # Extended attributes count against nr_inodes or memory in ways that cannot be foreseen; a
    # filesystem mounted by somebody is what can be arranged here. It is met in the middle.
    setup = trees.setup(guest.BUILD, words=b"mount")
    initrd = store.initrd(f"plain={store.plain('setup-mount', setup)}", "onfail=continue")
    words = "console=ttyS0 no_timer_check panic=-1 loglevel=6 rdinit=/setup -- manifest pivot"
    report = guest.boot(guest.kernel("6.1"), initrd, words, raw=True)
    assert "another filesystem is mounted" in report.console
    files = report.files(attributes=True)
    wanted = newc.expected(setup)
    for path in BUILT_IN | {"/", "/mounted", "/sparse", "/attributed", "/link", "/directory"}:
        files.pop(path, None)
        wanted.pop(path, None)
    assert files == wanted
    assert report.blocks("/sparse") == 8 * 2
    assert "trusted.one=first" in report.files(attributes=True)["/attributed"]


BROKEN = ["flipped", "cut", "not an archive"]


def broken(store, how):
    data = bytearray(store.packed("every", trees.every_kind(guest.BUILD)).read_bytes())
    path = store.folder / how.replace(" ", "-")
    if how == "flipped":
        data[len(data) // 2] ^= 0x40
    elif how == "cut":
        del data[-1000:]
    else:
        data[:] = b"this is neither an archive nor zstd"
    path.write_bytes(data)
    return f"part={path}"


@pytest.mark.parametrize("how", BROKEN)
def test_a_corrupt_part_never_starts_init_in_half_a_root(store, how):
    for onfail in ([], ["onfail=continue"]):
        report = guest.boot(
            guest.kernel("6.1"), store.initrd(broken(store, how), *onfail), "quiet"
        )
        assert "pivotboot: .pivotboot/part-00" in report.console
        assert "Kernel panic" in report.console and not report.all("INIT")


def test_a_corrupt_part_leaves_what_the_kernel_unpacked(store):
    # With an init of its own, the old root is a whole one without the part.
    old = [newc.directory("."), trees.checker(guest.BUILD), newc.Entry("summed", data=b"old")]
    initrd = store.initrd(
        f"plain={store.plain('old', old)}", broken(store, "flipped"), "onfail=continue"
    )
    report = guest.boot(guest.kernel("6.1"), initrd, "-- manifest")
    assert_files(report, old)
