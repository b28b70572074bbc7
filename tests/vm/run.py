#!/usr/bin/python3
"""`make run`: boots the demo, or the caller's own payload, through the whole chain.

Settings come as NAME=value words or from the environment (make passes them there):

  LINUX=path        the kernel image (default: a Debian kernel of version 7)
  INITRD=a[,b...]   initramfs archives, concatenated in this order (default: the demo's)
  OPTIONS="..."     kernel options (default: console=ttyS0)
  ROOTFS=mode       pivotboot's rootfs=
  ROOTFLAGS=...     pivotboot's rootflags=
  ENTRY=file        an entry instead of the five above; it and its files are served
  LOADER=file       pivotboot itself (default: build/pivotboot.efi), such as a signed one
  SECURE_BOOT=cert  Secure Boot is on, and this certificate (PEM) is in db
  MEM=1024          the machine's memory in MiB
  FIRMWARE=sid      OVMF of bookworm, trixie or sid
  IPXE=sid          iPXE of bookworm (the 2019 build), trixie or sid
  DIRECT=1          the firmware's HTTP boot starts pivotboot, without iPXE
  TIMEOUT=300       seconds until the machine is stopped

The exit status: for the demo 0 when pivot_root worked, else 1. For the caller's payload N
when the guest printed a line `pivotboot-exit: N` (the last one counts) and powered off, 0
when it powered off without one. Otherwise:

  120  the settings are wrong, or this machine lacks something
  121  pivotboot failed, or was not reached
  122  the time was over
  123  the kernel panicked
  124  the guest reset the machine instead of powering it off
  125  QEMU failed or was closed
"""
import collections
import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import termios
import time
import urllib.parse

import accel
import machine
import network
import paths
import process
import secure_boot
import servers
import ways

USAGE, NOT_STARTED, TIMED_OUT, PANICKED, RESET, QEMU_FAILED = range(120, 126)

DEFAULTS = {
    "LINUX": "", "INITRD": "", "OPTIONS": "", "ROOTFS": "", "ROOTFLAGS": "", "ENTRY": "",
    "LOADER": "", "SECURE_BOOT": "", "MEM": "1024", "FIRMWARE": "sid", "IPXE": "sid", "DIRECT": "", "TIMEOUT": "300",
}  # fmt: skip
PAYLOAD = ("LINUX", "INITRD", "OPTIONS", "ROOTFS", "ROOTFLAGS")

FAILED_MARK = "pivotboot-failed:"
EXIT_LINE = re.compile(r"^\s*pivotboot-exit: *(\d+)\s*$", re.MULTILINE)
PANIC = "Kernel panic - not syncing"
# What the firmware says when the program that it booted is gone again.
FIRMWARE_GAVE_UP = re.compile(r"^BdsDxe: (failed to (load|start)|No bootable)", re.MULTILINE)

Settings = collections.namedtuple("Settings", DEFAULTS)


class UsageError(Exception):
    pass


def given_to_make(environment):
    """The names of the variables on make's command line (its manual, "Options/Recursion")."""
    flags = environment.get("MAKEFLAGS", "").partition("-- ")[2]
    return re.findall(r"(?<!\S)(\w+):?=(?:\\.|[^\\\s])*", flags)


def settings_of(words, environment):
    values = {name: environment.get(name, default) for name, default in DEFAULTS.items()}
    # A misspelt name would be a variable of make's that nobody reads.
    given = [name for name in given_to_make(environment) if name != "V"]
    words = [*words, *(f"{name}={environment.get(name, '')}" for name in given)]
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or name not in DEFAULTS:
            raise UsageError(f"'{word}' is none of: {', '.join(f'{n}=' for n in DEFAULTS)}")
        values[name] = value
    settings = Settings(**values)
    for name, known in (("FIRMWARE", paths.FIRMWARES), ("IPXE", paths.IPXES)):
        if values[name] not in known:
            raise UsageError(f"{name}={values[name]}: expected {' or '.join(known)}")
    for name in ("MEM", "TIMEOUT"):
        if not values[name].isdigit() or int(values[name]) == 0:
            raise UsageError(f"{name}={values[name]}: expected a number above 0")
    if settings.DIRECT not in ("", "0", "1"):
        raise UsageError(f"DIRECT={settings.DIRECT}: expected 1, or nothing")
    if settings.ENTRY:
        for name in PAYLOAD:
            if values[name]:
                raise UsageError(f"{name}= cannot be used with ENTRY=: the entry says it")
    if settings.SECURE_BOOT and settings.IPXE == ways.OLDEST_IPXE and settings.DIRECT != "1":
        raise UsageError(f"IPXE={settings.IPXE} starts from a ROM, which SECURE_BOOT= refuses")
    own = (settings.LINUX, settings.ENTRY, settings.LOADER, settings.SECURE_BOOT)
    for path in (*own, *filter(None, settings.INITRD.split(","))):
        if path and not os.path.isfile(path):
            raise UsageError(f"{path} is not a file")
        if path and not os.access(path, os.R_OK):
            raise UsageError(f"{path} cannot be read")
    return settings


def is_demo(settings):
    """Whether the demo's own initramfs is what boots."""
    return not settings.INITRD and not settings.ENTRY


def serve_entry(entry, web):
    """Serves the entry's folder as the server's root; returns the entry's path below it.

    Our own files come after that, and win where a name is the same.
    """
    entry = pathlib.Path(entry).absolute()
    for file in entry.parent.iterdir():
        (web.root / file.name).symlink_to(file)
    return urllib.parse.quote(entry.name)


def quoted(value):
    return f'"{value}"' if re.search(r"\s", value) else value


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            digest.update(data)
    return digest.hexdigest()


def payload_words(settings, web, base):
    """Serves the payload and returns pivotboot's words for it."""
    words, digests = [], []
    initrds = settings.INITRD.split(",") if settings.INITRD else [paths.DEMO]
    blobs = [("linux", settings.LINUX or paths.kernel("kernel-7"))]
    blobs += [("initrd", initrd) for initrd in initrds]
    for number, (key, path) in enumerate(blobs):
        # Two files may have the same name: each gets a folder.
        name = web.put(f"payload/{number}/{pathlib.Path(path).name}", pathlib.Path(path))
        words.append(f"{key}={base}{name}")
        digests.append(f"{key}-sha256={digest_of(path)}")
    words += digests
    for key, value in (("rootfs", settings.ROOTFS), ("rootflags", settings.ROOTFLAGS)):
        if value:
            words.append(quoted(f"{key}={value}"))
    return words + ["--", settings.OPTIONS or "console=ttyS0"]


def checked_for_ipxe(line):
    """iPXE reads its script's words before pivotboot sees any."""
    found = re.search(r"\$\{|(?<!\S)(&&|\|\||;)(?!\S)|\s{2,}|[\n\t]", line)
    if found:
        raise UsageError(
            f"iPXE's scripts change {found.group()!r}: put the options into an entry (ENTRY=)"
        )
    return line


class Watch:
    """Passes the console on and remembers when something on it ends the run."""

    def __init__(self):
        self.output = sys.stdout.buffer

    def __call__(self, data):
        try:
            self.output.write(data)
            self.output.flush()
        except BrokenPipeError:
            pass  # whoever read our output is gone; the exit status still matters


def verdict(settings, vm, deadline):
    """Waits for the end; returns the exit status and one sentence."""
    panicked_at = None
    while True:
        ended = vm.process.poll() is not None
        if ended:
            vm.wait(10)
        console = vm.console
        now = time.monotonic()
        if PANIC in console and panicked_at is None:
            panicked_at = now
        # What the kernel says after its first line about a panic is worth a moment.
        if panicked_at and (ended or now > panicked_at + 2 or "end Kernel panic" in console):
            reason = console[console.index(PANIC) + len(PANIC) :].split("\n")[0]
            return PANICKED, f"the kernel panicked{reason}"
        if not kernel_runs(console):
            failure = boot_failure(console)
            if failure:
                return NOT_STARTED, failure
        if ended:
            return end_of_guest(settings, vm, console)
        if now > deadline:
            return TIMED_OUT, f"not over after {settings.TIMEOUT} seconds (TIMEOUT=)"
        time.sleep(0.05)


def kernel_runs(console):
    return "pivotboot: starting the kernel" in console and "Linux version " in console


def boot_failure(console):
    """The sentence for a boot that did not get as far as the kernel, or None."""
    errors = re.findall(r"^.*pivotboot: (error: .*)$", console, re.MULTILINE)
    reached = "pivotboot: version" in console
    if FAILED_MARK in console or FIRMWARE_GAVE_UP.search(console):
        if errors:
            return f"pivotboot failed: {errors[-1]}"
        return "pivotboot failed" if reached else "pivotboot was not reached"
    return None


def end_of_guest(settings, vm, console):
    reason = vm.shutdown_reason()
    if vm.process.returncode != 0 or reason not in ("guest-shutdown", "guest-reset"):
        vm.errors.seek(0)
        detail = vm.errors.read().decode(errors="replace").strip()
        return QEMU_FAILED, f"QEMU failed or was closed. {detail}".strip()
    if reason == "guest-reset":
        return RESET, "the guest reset the machine instead of powering it off"
    if is_demo(settings):
        return demo_verdict(console)
    lines = EXIT_LINE.findall(console)
    if not lines:
        return 0, "the guest powered off"
    return min(int(lines[-1]), 255), f"the guest ended with pivotboot-exit: {lines[-1]}"


def demo_verdict(console):
    found = re.findall(r"^pivot_root: (.*)$", console, re.MULTILINE)
    if found == ["ok"]:
        return 0, "the demo's pivot_root worked"
    return 1, f"the demo's pivot_root did not work: {found[0] if found else 'no answer'}"


def start_through_ipxe(settings, folder, stack, options):
    web = stack.enter_context(servers.Nginx(folder))
    base = f"http://{network.SLIRP_HOST}:{web.port}"
    if settings.ENTRY:
        words = [f"entry={base}/{serve_entry(settings.ENTRY, web)}"]
    else:
        words = payload_words(settings, web, base)
    web.put("pivotboot.efi", pathlib.Path(settings.LOADER or paths.LOADER))
    line = checked_for_ipxe(" ".join(words))
    script = ways.ipxe_script(
        f"chain {base}/pivotboot.efi {line} || goto failed",
        ":failed",
        f"echo {FAILED_MARK} ${{errno}}",
    )
    if options["platform"]:
        options["program"] = options["platform"].sign(paths.ipxe_program(settings.IPXE))
    return ways.by_ipxe(folder, web, settings.IPXE, script, **options)


def start_directly(settings, folder, stack, options):
    namespace = stack.enter_context(network.Namespace())
    web = stack.enter_context(
        servers.Nginx(folder, namespace=namespace, address=network.NAMESPACE_HOST)
    )
    base = f"http://{network.NAMESPACE_HOST}"
    if settings.ENTRY:
        words = [f"entry={serve_entry(settings.ENTRY, web)}"]
    else:
        words = payload_words(settings, web, base)
    web.put("pivotboot.efi", pathlib.Path(settings.LOADER or paths.LOADER))
    web.put("pivotboot.conf", "\n".join(words) + "\n")
    dhcp = network.serve_dhcp(namespace, folder, f"{base}/pivotboot.efi")
    stack.callback(process.stop, dhcp)
    return ways.by_firmware(folder, namespace, **options)


@contextlib.contextmanager
def terminal_restored():
    """QEMU switches the terminal to raw and cannot switch it back when it is killed."""
    try:
        state = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSANOW, state)


def boot(settings):
    deadline = time.monotonic() + int(settings.TIMEOUT)
    interactive = sys.stdin is not None and sys.stdin.isatty()
    options = {
        "firmware": settings.FIRMWARE,
        "platform": None,
        "memory": settings.MEM,
        "stdin": None if interactive else machine.NO_INPUT,
        "on_output": Watch(),
    }
    way = "the firmware" if settings.DIRECT == "1" else f"iPXE ({settings.IPXE})"
    say(f"OVMF ({settings.FIRMWARE}), pivotboot from {way}; QEMU runs with {accel.description()}")
    if interactive:
        say("the keyboard is the guest's; Ctrl-A X ends QEMU")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="pivotboot-run-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(terminal_restored())
        if settings.SECURE_BOOT:
            options["platform"] = secure_boot.Platform(
                settings.FIRMWARE, folder, secure_boot.Signer(None, settings.SECURE_BOOT)
            )
        start = start_directly if settings.DIRECT == "1" else start_through_ipxe
        vm = stack.enter_context(start(settings, folder, stack, options))
        return verdict(settings, vm, deadline)


def say(text):
    print(f"run: {text}", flush=True)


def main():
    # An ending by signal must stop QEMU and nginx and restore the terminal as any other does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(QEMU_FAILED))
    try:
        status, sentence = boot(settings_of(sys.argv[1:], os.environ))
    except (UsageError, paths.SetupError) as error:
        status, sentence = USAGE, str(error)
    except KeyboardInterrupt:
        status, sentence = QEMU_FAILED, "interrupted"
    print(flush=True)
    say(f"{sentence} (exit status {status})")
    return status


if __name__ == "__main__":
    sys.exit(main())
