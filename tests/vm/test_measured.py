"""Measured boot: what pivotboot tells the TPM is what `make pcr` predicts."""
import base64
import hashlib
import os
import re
import subprocess

import pytest

import guest_script
import paths
import signed_site
import tpm
from conftest import LINUX_SECONDS, sha256

PCR = 12
STUB_PCR = 9  # what the kernel's EFI stub measures itself
IMA_PCR = 10  # the running kernel's own, which is not in the firmware's log
# The README's table.
ENTRY, LINE, CONFIGURATION, ROOT_MODE, POLICY = (
    0x67798959, 0xC14F4C73, 0x4FD14DD2, 0xA2F98639, 0xAC6381EC,
)  # fmt: skip

# Everything about the TPM that the kernel shows.
REPORT = """
mount -t securityfs securityfs /sys/kernel/security
cd /sys/class/tpm/tpm0
for pcr in pcr-*/*; do echo "guest: $pcr $(cat $pcr)"; done
echo "guest: log $(base64 -w 0 /sys/kernel/security/tpm0/binary_bios_measurements)"
echo "guest: end"
"""


@pytest.fixture
def device():
    with tpm.Tpm() as made:
        yield made


def predicted(**settings):
    """What `make pcr` says: the PCR's value by bank."""
    done = subprocess.run(
        ["make", "-s", "-C", paths.TREE, "pcr"],
        env={**os.environ, **settings}, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(re.findall(rf"^pcr {PCR} (\w+) (\w+)$", done.stdout, re.MULTILINE))


def measured(boot, device, line, **options):
    """Boots Linux; returns the PCRs by bank and number, and the event log."""
    with boot.start(line, memory="1024", extra=device.extra, **options) as vm:
        assert vm.wait(LINUX_SECONDS) == 0, vm.report()
        console = vm.console
    assert "measured boot: PCR 12 is extended" in console
    assert re.search("^guest: end$", console, re.MULTILINE), console[-3000:]
    found = re.findall(r"^guest: pcr-(\w+)/(\d+) (\w+)$", console, re.MULTILINE)
    log = re.search(r"^guest: log (\S+)$", console, re.MULTILINE)
    values = {(bank, int(pcr)): value.lower() for bank, pcr, value in found}
    return values, base64.b64decode(log[1])


def check(values, log, prediction, expected):
    """expected: the tags of PCR 12's events and what each was to be made from."""
    banks = {bank for bank, _ in values}
    assert {"sha256", "sha384"} <= banks <= set(prediction)
    for bank in banks:
        assert values[bank, PCR] == prediction[bank]
    for (bank, pcr), value in values.items():
        if pcr < 16 and pcr != IMA_PCR:
            assert tpm.replayed(log, bank, pcr) == value, f"{bank}, PCR {pcr}"
    events = [event for event in tpm.events(log) if event.pcr == PCR]
    assert [event.kind for event in events] == [tpm.EV_EVENT_TAG] * len(expected)
    for event, (tag, data) in zip(events, expected):
        assert event.tagged() == (tag, data)
        assert event.digests["sha256"] == hashlib.sha256(data).digest()


def test_entry(boot, web, tmp_path, device):
    """What is pinned, what the line adds, what is chosen: all of it is in the PCR."""
    kernel = paths.kernel("kernel-6.1")
    initrd = guest_script.initramfs(REPORT)
    web.put("vmlinuz", kernel)
    web.put("initrd", initrd)
    entry = (
        "title The measured one\nlinux vmlinuz\n"
        f"linux-sha256 {sha256(kernel.read_bytes()).upper()}\n"
        f"initrd initrd\ninitrd-sha256 {sha256(initrd)}\ninitrd-size {len(initrd)}\n"
        "options console=ttyS0 panic=-1\noptions quiet\n"
    ).encode()
    copy = tmp_path / "entry.conf"
    copy.write_bytes(entry)
    web.put("entry.conf", entry)
    words = "rootflags=size=70% idle-timeout=20"
    configuration = (
        "configuration 1\n"
        f"linux-sha256 {sha256(kernel.read_bytes())}\n"
        f"initrd-sha256 {sha256(initrd)}\ninitrd-size {len(initrd)}\n"
        "rootflags size=70%\ntitle The measured one\noptions console=ttyS0 panic=-1 quiet more\n"
    ).encode()
    values, log = measured(boot, device, f"entry=@/entry.conf {words} -- more", firmware="sid")
    prediction = predicted(ENTRY=str(copy), LINE=f"{words} -- more", LINUX=str(kernel))
    expected = [
        (ENTRY, entry), (CONFIGURATION, configuration), (ROOT_MODE, b"leaf"),
        (POLICY, b"unsigned"),
    ]  # fmt: skip
    check(values, log, prediction, expected)


@pytest.mark.parametrize("stream", ["on", "off"])
def test_line(boot, web, device, stream):
    """Without an entry: the words themselves, quotes and all.

    Streaming changes nothing else: the configuration leaves it out, and the kernel's stub
    measures the initrd when it has all of it.
    """
    initrd = guest_script.initramfs(REPORT)
    web.put("vmlinuz", paths.kernel("kernel-6.1"))
    web.put("initrd", initrd)
    options = 'console=ttyS0 panic=-1 a="b  c"'
    line = (
        f'linux=@/vmlinuz initrd="@/initrd" stream={stream} rootfs=none tpm=require -- {options}'
    )
    line = line.replace("@", web.base)
    configuration = f"configuration 1\nrootfs none\ntpm require\noptions {options}\n".encode()
    values, log = measured(boot, device, line, firmware="bookworm")
    expected = [
        (LINE, line.encode()), (CONFIGURATION, configuration), (ROOT_MODE, b"none"),
        (POLICY, b"unsigned"),
    ]  # fmt: skip
    check(values, log, predicted(LINE=line), expected)
    stub = [event.digests["sha256"] for event in tpm.events(log) if event.pcr == STUB_PCR]
    assert hashlib.sha256(initrd).digest() in stub


def test_trust_section(boot, web, device):
    """With trust anchors, whom this loader trusts is in the PCR as well."""
    kernel = paths.kernel("kernel-6.1")
    site = signed_site.site_of(
        kernel.read_bytes(), guest_script.initramfs(REPORT), "console=ttyS0 panic=-1 quiet"
    )
    site.policy = f"{signed_site.POLICY}tpm require\n"
    site.publish(web)
    loader = signed_site.loader(site.policy)
    values, log = measured(boot, device, site.line, program=loader)
    prediction = predicted(
        ENTRY=str(web.root / "entry.conf"), LINUX=str(kernel), LOADER=str(loader)
    )
    assert values["sha256", PCR] == prediction["sha256"]
    section = [event for event in tpm.events(log) if event.pcr == PCR][-1].tagged()
    assert section[0] == POLICY
    assert section[1].startswith(b"PBTRUST1") and site.policy.encode() in section[1]


def test_policy_requires_tpm(web):
    site = signed_site.fresh_site()
    site.policy = f"{signed_site.POLICY}tpm require\n"
    site.publish(web)
    outcome = site.boot(web)
    assert outcome.status == 212, outcome.console


def test_no_tpm(boot):
    """Nothing is said, and nothing differs."""
    seen = boot.succeeds("linux=@/probe.efi tpm=auto -- probe-exit=0")
    assert "measured boot" not in seen.console


def test_required_tpm_is_missing(boot):
    assert "require" in boot.fails("linux=@/probe.efi tpm=require", 212)


def test_required_by_entry(boot, web):
    """The line cannot take back what the entry demands."""
    web.put("entry.conf", "linux probe.efi\ntpm require\n")
    boot.fails("entry=@/entry.conf tpm=auto", 212)


@pytest.mark.parametrize("fails", [1, 3])
def test_failing_tpm(boot, fails):
    """The boot goes on, and whoever misses the measurements finds out why."""
    with tpm.Tpm(fails=(PCR, fails)) as device:
        seen = boot.succeeds("linux=@/probe.efi -- probe-exit=0", extra=device.extra)
    assert "PCR 12 is extended" not in seen.console
    warning = rf"warning: measured boot: .*EFI status.* {fails - 1} of 4 events"
    assert re.search(warning, seen.console), seen.console


def test_required_tpm_fails(boot):
    with tpm.Tpm(fails=(PCR, 4)) as device:
        message = boot.fails("linux=@/probe.efi tpm=require", 213, extra=device.extra)
    assert "EFI status" in message
