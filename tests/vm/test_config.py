"""Keys, quoting and the kernel's command line, as far as the units cannot show them."""
import pytest

from conftest import blob

KERNEL = "linux=@/probe.efi"
CMDLINE_LIMIT = 2047  # what the probe's header says


def test_quotes_and_kernel_options(boot):
    """Quotes group on our side of --; behind it everything stays as it is."""
    seen = boot.succeeds(
        f'"{KERNEL}" rootflags="size=50%,mode=755" --   a="b  c"   -- init args probe-exit=0'
    )
    assert (
        seen.options
        == 'initramfs_options=size=50%,mode=755 a="b  c"   -- init args probe-exit=0'
    )


@pytest.mark.parametrize(
    "mode, word",
    [
        ("none", ""),
        ("nullfs", ""),
        ("nullfs_rootfs", "nullfs_rootfs "),
        ("immutable_rootfs", "immutable_rootfs "),
        ("nonroot_initramfs", "nonroot_initramfs "),
    ],
)
def test_root_mode(boot, mode, word):
    seen = boot.succeeds(f"{KERNEL} rootfs={mode} rootfs-force -- quiet probe-exit=0 -- x")
    assert seen.options == f"{word}quiet probe-exit=0 -- x"


def test_root_mode_written_by_the_user(boot):
    seen = boot.succeeds(
        f"{KERNEL} rootfs=immutable_rootfs rootfs-force=yes -- immutable_rootfs probe-exit=0"
    )
    assert seen.options == "immutable_rootfs probe-exit=0"


def test_contradicting_rootflags(boot):
    message = boot.fails(f"{KERNEL} rootflags=size=10% -- rootflags=size=20%", 115)
    assert "size=10%" in message
    assert "size=20%" in message


def test_longest_command_line(boot):
    end = " probe-exit=0"
    options = "x" * (CMDLINE_LIMIT - len(end)) + end
    assert boot.succeeds(f"{KERNEL} -- {options}").options == options


def test_oversized_command_line(boot):
    message = boot.fails(f"{KERNEL} -- {'x' * (CMDLINE_LIMIT + 1)}", 112)
    assert str(CMDLINE_LIMIT) in message


@pytest.mark.parametrize(
    "line, status, words",
    [
        (f"{KERNEL} initd=@/a", 20, ["initd", "initrd"]),
        (f"{KERNEL} {KERNEL}", 21, ["linux"]),
        (f"{KERNEL} options=quiet", 22, ["options"]),
        (f"{KERNEL} rootfs=nul", 23, ["rootfs", "nul", "nullfs"]),
        (f"{KERNEL} linux-sha256=123", 23, ["linux-sha256", "123", "64"]),
        (f'{KERNEL} rootflags="size=1', 19, []),
        (f"{KERNEL} entry=@/entry", 25, ["entry", "linux"]),
        ("initrd=@/a", 16, ["linux="]),
        ("linux=ftp://10.0.2.2/x", 65, ["ftp"]),
    ],
)
def test_bad_line(boot, web, line, status, words):
    message = boot.fails(line, status)
    for word in words:
        assert word in message
    assert web.requests() == []


def test_nothing_to_boot(boot):
    boot.fails("", 16)


def test_line_wins_over_entry(boot, web):
    web.put("entry", f"linux probe.efi\ninitrd a\nrootfs none\noptions one\n")
    web.put("a", b"abcd")
    seen = boot.succeeds("entry=@/entry rootfs=immutable_rootfs rootfs-force -- two probe-exit=0")
    assert seen.options == "immutable_rootfs one two probe-exit=0"
    assert seen.initrd_size == 4


def test_entry_for_another_architecture(boot, web):
    web.put("entry", "architecture aa64\nlinux probe.efi\n")
    boot.fails("entry=@/entry", 35)


def test_key_of_the_line_in_an_entry(boot, web):
    web.put("entry", "entry other\nlinux probe.efi\n")
    boot.fails("entry=@/entry", 22)


def test_entry_that_is_no_text(boot, web):
    web.put("entry", blob(500))
    boot.fails("entry=@/entry", 32)


def test_url_that_ends_like_the_image(boot, web):
    """Only the image's own name is dropped from the line: -kernel calls it "kernel"."""
    web.put("kernel", web.root / "probe.efi")
    assert boot.succeeds("linux=@/kernel -- probe-exit=0").options == "probe-exit=0"
