"""A TPM 2.0 for a machine (swtpm), and the firmware's event log.

The log: TCG PC Client Platform Firmware Profile, "Crypto Agile Log Entry Format".
"""
import contextlib
import hashlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time

import process

BANKS = {0x0004: "sha1", 0x000B: "sha256", 0x000C: "sha384", 0x000D: "sha512"}
EV_NO_ACTION = 3
EV_EVENT_TAG = 6

# TPM 2.0 Library, part 2: TPM_ST_NO_SESSIONS, TPM_CC_PCR_Extend, TPM_RC_FAILURE.
NO_SESSIONS = 0x8001
PCR_EXTEND = 0x182
FAILURE = 0x101


class Tpm:
    """
    swtpm, with us between it and QEMU so that it can fail.

    fails   None, or (PCR, N): from the Nth extension of that PCR on (the first is 1), all
            extensions of it fail
    extra   more of QEMU's options, which give a machine this TPM
    """

    def __init__(self, fails=None):
        self.fails = fails
        self.extensions = 0
        # A socket's name has 107 characters at most: pytest's folders may be longer.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pivotboot-tpm-"))
        control = self.folder / "swtpm"
        self.process = process.start(
            ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self.folder}",
             "--ctrl", f"type=unixio,path={control}"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.swtpm = self._connect(control)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.fspath(self.folder / "qemu"))
        self.listener.listen(1)
        threading.Thread(target=self._accept, daemon=True).start()
        self.extra = [
            "-chardev", f"socket,id=tpm,path={self.folder}/qemu",
            "-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm0",
        ]  # fmt: skip

    def _connect(self, control):
        """Its socket's name is there before it listens: until then, it is refused."""
        channel = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 30
        while channel.connect_ex(os.fspath(control)) != 0:
            assert self.process.poll() is None, "swtpm ended"
            assert time.monotonic() < deadline, "swtpm does not listen"
            time.sleep(0.02)
        return channel

    def _accept(self):
        """The control channel. QEMU hands its end of the data channel over: it gets ours."""
        with contextlib.suppress(OSError):
            qemu, _ = self.listener.accept()
            while True:
                message, handed, _, _ = socket.recv_fds(qemu, 4096, 1)
                if not message:
                    return
                replaced = []
                for data_channel in handed:
                    ours, swtpms = socket.socketpair()
                    replaced.append(swtpms.fileno())
                    ends = (socket.socket(fileno=data_channel), ours)
                    threading.Thread(target=self._data, args=ends, daemon=True).start()
                socket.send_fds(self.swtpm, [message], replaced)
                qemu.sendall(self.swtpm.recv(4096))

    def _data(self, qemu, swtpm):
        with contextlib.suppress(OSError), qemu, swtpm:
            while command := _message(qemu):
                if self._refuses(command):
                    qemu.sendall(struct.pack(">HII", NO_SESSIONS, 10, FAILURE))
                else:
                    swtpm.sendall(command)
                    qemu.sendall(_message(swtpm))

    def _refuses(self, command):
        code, pcr = struct.unpack_from(">6xII", command.ljust(14, b"\0"))
        if self.fails is None or (code, pcr) != (PCR_EXTEND, self.fails[0]):
            return False
        self.extensions += 1
        return self.extensions >= self.fails[1]

    def close(self):
        self.listener.close()
        process.stop(self.process)
        self.swtpm.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def _message(channel):
    """A whole command or response: its size is in its header."""
    data = b""
    while len(data) < 10 or len(data) < struct.unpack_from(">2xI", data)[0]:
        piece = channel.recv(4096)
        if not piece:
            return b""
        data += piece
    return data


class Event:
    def __init__(self, pcr, kind, digests, data):
        self.pcr = pcr
        self.kind = kind
        self.digests = digests  # by the bank's name
        self.data = data

    def tagged(self):
        """The tag and the data of TCG_PCClientTaggedEvent."""
        tag, size = struct.unpack_from("<II", self.data)
        assert len(self.data) == 8 + size
        return tag, self.data[8:]


def events(log):
    """The events behind the log's own header."""
    pcr, kind, _, size = struct.unpack_from("<II20sI", log)
    assert (pcr, kind) == (0, EV_NO_ACTION) and log[32:47] == b"Spec ID Event03"
    at, found = 32 + size, []
    while at < len(log):
        pcr, kind, count = struct.unpack_from("<III", log, at)
        at += 12
        digests = {}
        for _ in range(count):
            (algorithm,) = struct.unpack_from("<H", log, at)
            name = BANKS[algorithm]
            length = hashlib.new(name).digest_size
            digests[name] = log[at + 2 : at + 2 + length]
            at += 2 + length
        (size,) = struct.unpack_from("<I", log, at)
        found.append(Event(pcr, kind, digests, log[at + 4 : at + 4 + size]))
        at += 4 + size
    return found


def replayed(log, bank, pcr):
    """The PCR's value if nothing but the log's events was extended, as hex."""
    value = bytes(hashlib.new(bank).digest_size)
    for event in events(log):
        if event.pcr == pcr and event.kind != EV_NO_ACTION:
            value = hashlib.new(bank, value + event.digests[bank]).digest()
    return value.hex()
