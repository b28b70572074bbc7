"""`make run`: what it starts and which exit status it ends with."""
import os
import subprocess
import sys

import pytest

import archive
import machine
import paths
from conftest import LINUX_SECONDS

RUN = paths.TREE / "tests/vm/run.py"
INIT = """\
#!/bin/busybox sh
/bin/busybox mkdir -p /proc
/bin/busybox mount -t proc proc /proc
{commands}
"""


def run(*words):
    """Runs with the settings; returns the exit status, the console, and the last sentence."""
    done = subprocess.run(
        [sys.executable, RUN, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        timeout=2 * LINUX_SECONDS,
    )
    output = machine.plain(done.stdout)
    print(output)
    return done.returncode, output, output.strip().splitlines()[-1]


def initramfs(path, commands):
    """An initramfs whose init is a busybox script."""
    root = archive.Archive()
    root.directory("bin")
    root.directory("dev")
    root.console()
    with open("/bin/busybox", "rb") as busybox:
        root.file("bin/busybox", busybox.read(), 0o755)
    root.file("init", INIT.format(commands=commands).encode(), 0o755)
    path.write_bytes(archive.zstd(root.finished()))
    return path


@pytest.fixture(scope="module")
def kernel():
    return f"LINUX={paths.kernel('kernel-6.1')}"


@pytest.mark.parametrize("way", ["DIRECT=1", "IPXE=bookworm", "IPXE=sid"])
def test_demo(way):
    status, output, last = run(way)
    assert status == 0
    assert "\npivot_root: ok\n" in output
    assert "QEMU runs with " in output
    assert "type rootfs" in output


def test_demo_on_a_stock_kernel(kernel):
    """The control: the demo must fail where pivot_root cannot work."""
    status, output, last = run(kernel, "ROOTFS=none", "DIRECT=1")
    assert status == 1
    assert "\npivot_root: EINVAL\n" in output
    assert "EINVAL" in last


def test_demo_on_any_kernel(kernel):
    """The same kernel, and nobody said anything about its root."""
    status, output, last = run(kernel, "DIRECT=1")
    assert status == 0
    assert "\npivot_root: ok\n" in output


def test_payload_with_exit_line(tmp_path, kernel):
    """Two archives, names with blanks, options with quotes; the last line counts."""
    init = initramfs(
        tmp_path / "my init.cpio.zst",
        'echo "options: $(/bin/busybox cat /proc/cmdline)"\n'
        '/bin/busybox cat /second\necho "pivotboot-exit: 3"\necho "pivotboot-exit: 7"\n'
        "/bin/busybox poweroff -f",
    )
    second = archive.Archive()
    second.file("second", b"of the second archive\n")
    (tmp_path / "second.cpio").write_bytes(second.finished())
    status, output, last = run(
        kernel,
        f"INITRD={init},{tmp_path}/second.cpio",
        'OPTIONS=console=ttyS0 a="b c"',
        "ROOTFS=none",
        "ROOTFLAGS=size=50%",
        "DIRECT=1",
    )
    assert status == 7
    assert '\noptions: initramfs_options=size=50% console=ttyS0 a="b c"\n' in output
    assert "\nof the second archive\n" in output


def test_line_with_kernel_messages_within():
    """What the exit status is read from, as a kernel's clock interrupts it."""
    first, second = "[    2.877008] tsc: refined\n", "[   12.877787] clocksource: [now] tsc\n"
    console = f"{first}pivotboot-{first}{second}exit: 7{second}\nlast\n"
    expected = f"{first}{first}{second}{second}pivotboot-exit: 7\nlast\n"
    assert machine.plain(console.replace("\n", "\r\n").encode()) == expected


def test_payload_without_exit_line(tmp_path, kernel):
    """The entry way: relative paths, through iPXE."""
    site = tmp_path / "site"
    (site / "images").mkdir(parents=True)
    initramfs(site / "images/init.cpio.zst", "/bin/busybox poweroff -f")
    (site / "images/vmlinuz").symlink_to(kernel.partition("=")[2])
    (site / "worker node.conf").write_text(
        "linux images/vmlinuz\ninitrd images/init.cpio.zst\noptions console=ttyS0\n"
    )
    status, output, last = run(f"ENTRY={site}/worker node.conf")
    assert status == 0
    assert "powered off" in last


def test_panic(tmp_path, kernel):
    init = initramfs(tmp_path / "init", "exit 5")
    status, output, last = run(kernel, f"INITRD={init}", "DIRECT=1")
    assert status == 123
    assert "Attempted to kill init" in last


def test_reset(tmp_path, kernel):
    init = initramfs(tmp_path / "init", "echo pivotboot-exit: 0\n/bin/busybox reboot -f")
    status, output, last = run(kernel, f"INITRD={init}", "DIRECT=1")
    assert status == 124


@pytest.mark.parametrize("way", ["DIRECT=1", "IPXE=sid"])
def test_pivotboot_fails(tmp_path, way):
    (tmp_path / "text").write_text("not a kernel\n")
    status, output, last = run(f"LINUX={tmp_path}/text", way)
    assert status == 121
    assert "the kernel is not an EFI executable" in last


def test_timeout():
    status, output, last = run("TIMEOUT=3")
    assert status == 122


def test_qemu_fails():
    status, output, last = run("MEM=999999999999")
    assert status == 125


@pytest.mark.parametrize(
    "word",
    ["INTIRD=x", "LINUX=/missing", "INITRD=/", "MEM=1G", "FIRMWARE=x", "DIRECT=yes", "TIMEOUT=0"],
)
def test_bad_setting(word):
    status, output, last = run(word)
    assert status == 120
    assert word.partition("=")[2] in last


def test_make_passes_settings_and_status_on():
    """make itself would turn every failure into 2."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "run", "FIRMWARE=nothing"], cwd=paths.TREE, env=environment,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.returncode == 120
    assert "FIRMWARE=nothing" in done.stdout


def test_make_refuses_unknown_settings():
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    done = subprocess.run(
        ["make", "run", "INTIRD=x", "OPTIONS=a=b c=d"], cwd=paths.TREE, env=environment,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert done.returncode == 120
    assert "INTIRD" in done.stdout
