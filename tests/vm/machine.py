"""One virtual machine: QEMU, with OVMF or without, one network card and a serial console."""
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import accel
import paths
import process

ANSI = re.compile(r"\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()][0-9A-B]|\x1b[=>78c]")
# The kernel writes its messages between any two bytes of what a program has written.
STAMP = r"\[ *\d+\.\d{6}\] "
INTERRUPTED = re.compile(rf"^((?!{STAMP})[^\n]+?)((?:{STAMP}[^\n]*\n)+)", re.MULTILINE)

NO_INPUT = subprocess.DEVNULL
DEBUG_EXIT_PORT = 0x501
DEBUGCON_PORT = 0xE9


class Timeout(Exception):
    """What was waited for did not come in time."""


def plain(data):
    """Console bytes as text without escape sequences and carriage returns.

    A program's line is whole: the kernel's messages that came within it are before it.
    """
    text = ANSI.sub("", data.decode("utf-8", "replace")).replace("\r", "")
    found = True
    while found:
        text, found = INTERRUPTED.subn(r"\2\1", text)
    return text


class Machine:
    """
    folder    a private, existing folder for the machine's files
    firmware  OVMF of that suite; with None QEMU loads a Linux image itself (-kernel)
    platform  instead of that: a Platform of secure_boot.py
    emulator  another QEMU: one of .deps/sets
    cpu       -cpu's value, emulated
    memory    in MiB
    populated whether all of the memory is there from the start, as a real machine's is: QEMU's is
              otherwise fetched from the host page by page where it is first touched
    netdev    -netdev's value without the id (slirp or tap, see network.py)
    model     QEMU's name of the network card
    card      more properties of the network card, such as {"bootindex": "1"}
    rom       an option ROM for the card; the firmware's own driver is used without one
    kernel    an EFI program or Linux image that the firmware starts by itself (-kernel)
    append    that program's load options
    initrd    only without OVMF: the Linux image's initramfs
    prefix    command words that enter the namespace QEMU is to run in
    on_output called with each piece of raw console output as it arrives
    """

    def __init__(
        self,
        folder,
        firmware="sid",
        platform=None,
        emulator=None,
        cpu=None,
        memory="512",
        populated=False,
        netdev="user",
        model="virtio-net-pci",
        card=None,
        rom=None,
        kernel=None,
        append=None,
        initrd=None,
        extra=(),
        prefix=(),
        stdin=NO_INPUT,
        on_output=None,
    ):
        self.folder = folder
        self.on_output = on_output
        self.raw = b""
        self.probe_file = folder / "probe.log"
        self.events = []
        self.qmp, qmp_of_qemu = socket.socketpair()
        properties = "".join(f",{key}={value}" for key, value in (card or {}).items())
        command = [
            *accel.program(emulator),
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", "q35", *accel.options(emulator, cpu), "-m", memory,
            *_flash(folder, firmware, platform),
            "-netdev", f"{netdev},id=net0",
            "-device", f"{model},netdev=net0,romfile={_escaped(rom or '')}{properties}",
            # trixie's and sid's OVMF have no network boot without a random number generator.
            "-device", "virtio-rng-pci",
            "-device", f"isa-debug-exit,iobase={DEBUG_EXIT_PORT:#x},iosize=4",
            "-chardev", f"file,id=probe,path={_escaped(self.probe_file)}",
            "-device", f"isa-debugcon,iobase={DEBUGCON_PORT:#x},chardev=probe",
            "-chardev", "stdio,id=serial,signal=off,mux=on", "-serial", "chardev:serial",
            "-chardev", f"socket,id=qmp,fd={qmp_of_qemu.fileno()}",
            "-mon", "chardev=qmp,mode=control",
            *extra,
        ]  # fmt: skip
        if populated:
            command += [
                "-object", f"memory-backend-ram,id=ram,size={memory}M,prealloc=on",
                "-machine", "memory-backend=ram",
            ]  # fmt: skip
        if kernel is not None:
            command += ["-kernel", str(kernel), "-append", append or ""]
        if initrd is not None:
            command += ["-initrd", str(initrd)]
        self.command = command
        self.errors = open(folder / "qemu.log", "w+b")
        self.process = process.start(
            command,
            prefix,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            pass_fds=[qmp_of_qemu.fileno()],
        )
        qmp_of_qemu.close()
        self.qmp.sendall(b'{"execute": "qmp_capabilities"}')
        self._readers = [threading.Thread(target=read) for read in (self._console, self._monitor)]
        for reader in self._readers:
            reader.start()

    def set_link(self, up, name="net0"):
        """Plugs a network card's cable in or out."""
        command = {"execute": "set_link", "arguments": {"name": name, "up": up}}
        self.qmp.sendall(json.dumps(command).encode())

    def _console(self):
        while data := self.process.stdout.read1(65536):
            self.raw += data
            if self.on_output:
                self.on_output(data)

    def _monitor(self):
        with self.qmp.makefile("r") as lines:
            try:
                self.events += [json.loads(line) for line in lines]
            except ConnectionError:
                pass  # QEMU was killed

    @property
    def console(self):
        """Everything on the serial console so far."""
        return plain(self.raw)

    @property
    def probe(self):
        """Everything that the probe has said so far, without its "probe: "."""
        try:
            data = self.probe_file.read_bytes()
        except FileNotFoundError:
            return ""
        return data.decode("utf-8", "replace").replace("probe: ", "")

    @property
    def everything(self):
        return self.console + self.probe

    def wait_for(self, pattern, seconds, where="console"):
        """Waits until the console, the probe or everything has the pattern; returns the match."""
        deadline = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            if ended:
                self._join()
            found = re.search(pattern, getattr(self, where), re.MULTILINE)
            if found:
                return found
            if ended:
                raise Timeout(f"QEMU ended before {pattern!r} came:\n{self.report()}")
            if time.monotonic() > deadline:
                raise Timeout(f"no {pattern!r} within {seconds} s:\n{self.report()}")
            time.sleep(0.05)

    def wait(self, seconds):
        """Waits until QEMU ends; returns its exit status."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Timeout(f"not over within {seconds} s:\n{self.report()}") from None
        self._join()
        return self.process.returncode

    def shutdown_reason(self):
        """QEMU's word for why it ended: guest-shutdown, guest-reset, ... or None."""
        for event in self.events:
            if event.get("event") == "SHUTDOWN":
                return event["data"]["reason"]
        return None

    def report(self):
        self.errors.seek(0)
        return (
            f"--- console\n{self.console[-6000:]}\n--- probe\n{self.probe[-3000:]}"
            f"\n--- QEMU\n{self.errors.read().decode(errors='replace')}"
        )

    def _join(self):
        for reader in self._readers:
            reader.join()

    def close(self):
        process.stop(self.process)
        self._join()
        self.qmp.close()
        self.process.stdout.close()
        self.errors.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _flash(folder, firmware, platform):
    """QEMU's options for OVMF and a variable store of this machine's own."""
    if platform:
        code, variables, options = platform.code, platform.variables, platform.options
    elif firmware:
        code, variables = paths.firmware(firmware)
        options = ()
    else:
        return []
    own_variables = folder / "vars.fd"
    shutil.copyfile(variables, own_variables)
    return [
        *options,
        "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={_escaped(code)}",
        "-drive", f"if=pflash,format=raw,unit=1,file={_escaped(own_variables)}",
    ]  # fmt: skip


def _escaped(path):
    """A file name within a QEMU option: a comma is written twice."""
    return os.fspath(path).replace(",", ",,")
