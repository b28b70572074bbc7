"""What bench-boot reads from a boot's console, and what it concludes."""
import collections

import boot_report
import pytest

GUEST = [
    (5.0, "bench: init\r\n"),
    (5.1, "[    0.000000] Linux version 6.1\r\n[    0.250000] Trying to unpack rootfs image\r\n"
          "[    1.000000] Freeing initrd memory: 1K\r\n[    1.500000] Run /init as init process\r\n"
          "[    2.000000] bench: init\r\n"),
]  # fmt: skip
IPXE = [
    (1.0, "echo bench: begin\r\nbench: begin\r\n"), (1.5, "bench: kernel\r\n"),
    (2.75, "bench: loaded\r\n"),
]  # fmt: skip
PIVOTBOOT = [
    (1.0, "bench: begin\r\n"), (1.25, "pivotboot: version 0.1\r\n"),
    (1.5, "pivotboot: network: 52:54:00:12:34:56, ip\r\n"),
    (2.5, "pivotboot: times: configuration 1 ms, link 2 ms, DHCP 30 ms, kernel 400 ms, initrd"
          " 500 ms, hand-off 50 ms, stub 6 ms, 989 ms in all; of these verifying 70 ms\r\n"),
]  # fmt: skip


class Console:
    def __init__(self, lines):
        self.raw, self.marks = b"", []
        for at, text in lines:
            self.raw += text.encode()
            self.marks.append((at, len(self.raw)))
        self.console = self.raw.decode().replace("\r", "")

    def report(self):
        return self.console


def test_stages_of_ipxe():
    found = boot_report.stages(Console([*IPXE, *GUEST]), boot_report.IPXE)
    assert found == pytest.approx({
        "kernel": 0.5, "initrd": 1.25, "hand-off": 0.25, "Linux": 0.75, "its unpacking": 0.75,
        "to init": 0.5, "all": 4, "asked": 4, "fetched": 1.75,
    })  # fmt: skip


def test_stages_of_pivotboot():
    found = boot_report.stages(Console([*PIVOTBOOT, *GUEST]), boot_report.DEFAULT)
    assert found == pytest.approx({
        "network": 0.033, "kernel": 0.4, "initrd": 0.5, "verifying": 0.07, "hand-off": 0.556,
        "Linux": 0.75, "its unpacking": 0.75, "to init": 0.5, "all": 3.75, "asked": 4, "fetched": 1,
    })  # fmt: skip


@pytest.mark.parametrize("missing", ["times", "Freeing", "bench: begin"])
def test_a_boot_without_its_lines_does_not_count(missing):
    lines = [(at, text.replace(missing, "")) for at, text in [*PIVOTBOOT, *GUEST]]
    with pytest.raises(LookupError):
        boot_report.stages(Console(lines), boot_report.DEFAULT)


def test_conclusions():
    Row = collections.namedtuple("Row", "name")
    packed, unverified = boot_report.PACKED, boot_report.UNVERIFIED

    def boots(all_s, fetched_s):
        return [
            {"all": all_s * n, "asked": all_s * n, "fetched": fetched_s * n, "again": n - 1}
            for n in (1, 2, 3)
        ]

    rows = {
        Row("100 Mbit/s 6.1"): {
            "iPXE": boots(10, 9), "pivotboot": boots(11, 8), "rootfs=none": boots(9, 10),
            f"rootfs=none {packed}": boots(9, 8.08),
            f"rootfs=none {packed} {unverified}": boots(9, 8),
        },
        Row("clean 7"): {"iPXE": boots(4, 3), "pivotboot": boots(2, 1)},
    }  # fmt: skip
    assert [str(target) for target in boot_report.targets(rows)] == [
        "target 100-mbit-s-6.1 measured 1.100 goal 1.000 missed",
        "target 100-mbit-s-6.1-rootfs=none measured 0.900 goal 1.000 met",
        "target 100-mbit-s-6.1-verifying-hidden measured 1.010 goal 1.020 met",
        "target 100-mbit-s-6.1-verifying-and-unpacking-hidden measured 1.250 goal 1.020 missed",
        "target clean-7 measured 0.500 goal 1.000 met",
    ]
    settings = {"rounds": 3, "date": "today", "memory": 1, "cpu": "max", "slow": 2, "tries": 5}
    text = boot_report.text(rows, dict.fromkeys(rows, 100), settings)
    assert "21 boots count, 21 do not" in text
    assert "| clean 7 | pivotboot | 4.00 | 0.500 (0.500-0.500) |" in text
    assert boot_report.draw(rows).startswith("<svg")
