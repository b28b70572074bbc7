"""Ways to boot one kernel and one initramfs, each a loader's own: what bench-memory compares.

Every guest says BOOTED when its init runs, which only a whole root has, and powers off.
"""
import collections
import contextlib
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vm"))
import accel  # noqa: E402, F401
import archive  # noqa: E402
import machine  # noqa: E402
import network  # noqa: E402
import paths  # noqa: E402
import process  # noqa: E402
import servers  # noqa: E402
import ways  # noqa: E402

FIRMWARE, IPXE = "sid", "sid"
KERNEL = "kernel-6.1"

BOOTED = "bench: init runs"
# What ends a boot without init.
FAILED = (
    r"^bench: failed.*|^.*Kernel panic - not syncing.*|^EFI stub: ERROR: efi_main\(\) failed.*"
    r"|^BdsDxe: (?:failed|No bootable).*|^grub(?: rescue)?> |^Shell> |^!!!! X64 Exception.*"
)
TIMED_OUT = "timed out"

# The root may fill all of the memory: the loader is the subject, not tmpfs's half. No percentage:
# Linux takes it of the memory that it has set up when it mounts its root, which is not all.
ROOT_SIZE = "size=64g"
OPTIONS = f"console=ttyS0 quiet panic=-1 no_timer_check initramfs_options={ROOT_SIZE}"

INIT = f"""#!/bin/busybox sh
echo "{BOOTED}"
/bin/busybox poweroff -f
"""

# unpacked_bytes: what the initramfs becomes.
Payload = collections.namedtuple("Payload", "kernel initrd unpacked_bytes")

# How a loader boots: start(folder, web, payload, **options) gives a running Machine. files: what
# takes part in it besides the payload; words: what else makes a difference.
Loader = collections.namedtuple("Loader", "start files words", defaults=("",))


def payload(folder, size_mb):
    """An initramfs of so many MB, compressed with zstd; its contents don't compress further.

    As in container layers, images and compressed modules. Made once, with the same bytes
    everywhere.
    """
    initrd = folder / f"initrd-{size_mb}.cpio.zst"
    plain = size_mb * 1_000_000
    if not initrd.exists():
        write_initrd(initrd, plain)
    return Payload(paths.kernel(KERNEL), initrd, unpacked_size(initrd))


def write_initrd(path, size_bytes):
    chance = random.Random(size_bytes)
    root = archive.Archive()
    for name in ("bin", "dev", "data"):
        root.directory(name)
    root.console()
    busybox = pathlib.Path(shutil.which("busybox")).read_bytes()
    root.file("bin/busybox", busybox, 0o755)
    # busybox compresses to about half.
    left = size_bytes - len(busybox) // 2
    while left > 0:
        size = min(left, chance.randint(1, 8_000_000))
        root.file(f"data/{left:010}", chance.randbytes(size))
        left -= size
    # The last file: where anything before it found no room, there is no init.
    root.file("init", INIT.encode(), 0o755)
    new = path.with_suffix(".new")
    # -T1: equal bytes from every machine. With a pledged size the header tells it.
    plain = root.finished()
    command = ["zstd", "-q", "-3", "-T1", "-f", f"--stream-size={len(plain)}", "-o", new]
    subprocess.run(command, input=plain, check=True)
    new.rename(path)


def unpacked_size(initrd):
    """From the frame header, where zstd wrote it."""
    told = subprocess.run(
        ["zstd", "-lv", initrd], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return int(re.search(r"Decompressed Size:.*\((\d+) B\)", told)[1])


def serve(web, load):
    """Puts the payload onto the web server; returns the two URLs for guests on slirp."""
    base = f"http://{network.SLIRP_HOST}:{web.port}"
    return base + web.put("vmlinuz", load.kernel), base + web.put("initrd", load.initrd)


def by_ipxe(folder, web, *commands, **options):
    script = ways.ipxe_script(*commands, ":failed", "echo bench: failed: ${errno}")
    return ways.by_ipxe(folder, web, IPXE, script, firmware=FIRMWARE, **options)


def pivotboot(words):
    """Chained by iPXE, as the README says. words may name the payload's {unpacked_bytes}."""

    def start(folder, web, load, **options):
        kernel, initrd = serve(web, load)
        url = f"http://{network.SLIRP_HOST}:{web.port}" + web.put("pivotboot.efi", paths.LOADER)
        said = words.format(unpacked_bytes=load.unpacked_bytes)
        line = f"linux={kernel} initrd={initrd} {said} -- {OPTIONS}"
        return by_ipxe(folder, web, f"chain --autofree {url} {line} || goto failed", **options)

    return Loader(start, lambda: [paths.LOADER, paths.ipxe_program(IPXE)], words)


def start_ipxe(folder, web, load, **options):
    kernel, initrd = serve(web, load)
    return by_ipxe(
        folder, web,
        f"kernel {kernel} initrd=initrd {OPTIONS} || goto failed",
        f"initrd --name initrd {initrd} || goto failed",
        "boot || goto failed",
        **options,
    )  # fmt: skip


def grub_program():
    """Debian's image for booting over the network, with its HTTP client in it."""
    return paths.fetched("grub-http") / "usr/lib/grub/x86_64-efi/monolithic/grubnetx64.efi"


def put_grub(tftp, configuration):
    """Makes a TFTP folder from which a firmware's PXE boots GRUB; returns the boot file."""
    (tftp / "grub").mkdir(parents=True)
    shutil.copy(grub_program(), tftp)
    (tftp / "grub/grub.cfg").write_text(configuration)
    return grub_program().name


def start_grub(folder, web, load, **options):
    kernel, initrd = (url.partition("//")[2].partition("/")[2] for url in serve(web, load))
    server = f"(http,{network.SLIRP_HOST}:{web.port})"
    # It goes on behind an error, to the last line.
    configuration = (
        f"linux {server}/{kernel} {OPTIONS}\ninitrd {server}/{initrd}\nboot\necho 'bench: failed'\n"
    )
    bootfile = put_grub(folder / "tftp", configuration)
    netdev = network.slirp(tftp=folder / "tftp", bootfile=bootfile)
    card = {"bootindex": "1"}
    return machine.Machine(folder, netdev=netdev, card=card, firmware=FIRMWARE, **options)


def start_under_firmware(folder, web, load, **options):
    """No network: the firmware has the files from QEMU at once."""
    return ways.by_kernel_option(
        folder, OPTIONS, program=load.kernel, initrd=load.initrd, firmware=FIRMWARE, **options
    )


def start_alone(folder, web, load, **options):
    return ways.by_linux_boot(folder, load.kernel, load.initrd, OPTIONS, **options)


def ukify():
    return paths.fetched("ukify") / "usr/lib/systemd/ukify"


def stub():
    return paths.fetched("ukify") / "usr/lib/systemd/boot/efi/linuxx64.efi.stub"


def unified(load):
    """Kernel and initramfs as one EFI file with systemd's stub, made by its ukify."""
    image = load.initrd.with_suffix(".efi")
    if image.exists() and image.stat().st_mtime >= load.initrd.stat().st_mtime:
        return image
    new = image.with_suffix(".new")
    modules = paths.fetched("ukify") / "usr/lib/python3/dist-packages"
    subprocess.run(
        [
            "/usr/bin/python3", ukify(), "build", f"--linux={load.kernel}",
            f"--initrd={load.initrd}", f"--cmdline={OPTIONS}", f"--stub={stub()}",
            "--uname=bench", f"--output={new}",
        ],
        env={**os.environ, "PYTHONPATH": str(modules), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        check=True,
    )  # fmt: skip
    new.rename(image)
    return image


@contextlib.contextmanager
def start_http_boot(folder, web, load, **options):
    """The firmware's own HTTP Boot fetches and starts a unified kernel image."""
    del web  # that one serves guests on slirp, which has no HTTP Boot
    with network.Namespace() as namespace, contextlib.ExitStack() as stack:
        (folder / "web").mkdir()
        server = stack.enter_context(
            servers.Nginx(folder / "web", namespace=namespace, address=network.NAMESPACE_HOST)
        )
        url = f"http://{network.NAMESPACE_HOST}{server.put('unified.efi', unified(load))}"
        stack.callback(process.stop, network.serve_dhcp(namespace, folder, url))
        with ways.by_firmware(folder, namespace, firmware=FIRMWARE, **options) as vm:
            yield vm


LOADERS = {
    "pivotboot streaming": pivotboot("rootfs=none stream=on"),
    "pivotboot buffered": pivotboot("rootfs=none stream=off"),
    "pivotboot decompressing": pivotboot(
        "rootfs=none stream=on decompress=always initrd-unpacked-size={unpacked_bytes}"
    ),
    "pivotboot by default": pivotboot(f"rootflags={ROOT_SIZE}"),
    "iPXE": Loader(start_ipxe, lambda: [paths.ipxe_program(IPXE)]),
    "GRUB": Loader(start_grub, lambda: [grub_program()]),
    "HTTP Boot of a unified image": Loader(start_http_boot, lambda: [stub()]),
    "limit: QEMU under firmware": Loader(start_under_firmware, lambda: []),
    "limit: QEMU without": Loader(start_alone, lambda: []),
}


def outcome(vm, seconds):
    """Waits for the end of a boot; returns "" when init ran, else what ended it."""
    try:
        found = vm.wait_for(f"^{BOOTED}|{FAILED}", seconds)
    except machine.Timeout:
        if vm.process.poll() is None:
            return TIMED_OUT
        return f"the machine ended: {vm.shutdown_reason()}"
    if found[0] == BOOTED:
        return ""
    # What the loader said itself says more than that it failed.
    said = re.findall(r"^pivotboot: (error: .*)|^(error: .*)", vm.console[: found.start()], re.M)
    return max(said[-1]) if said else found[0].strip()
