"""Which way the SHA-256 is computed. QEMU has the CPU's instructions since 8.2."""
import pytest

from conftest import blob, sha256

INITRD = blob(1_000_003)


@pytest.mark.parametrize(
    "cpu, way",
    [("max", "the CPU's SHA instructions")]
    + [(f"max,-{feature}", "portable code") for feature in ("sha-ni", "ssse3")],
)
def test_way(boot, web, cpu, way):
    """The right digest is found, by the instructions where all that they need is there."""
    web.put("initrd", INITRD)
    found = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(INITRD)} -- probe-exit=0",
        emulator="qemu-10",
        cpu=cpu,
    )
    assert f"SHA-256 {sha256(INITRD)} as expected, by {way}\n" in found.console


def test_instructions_find_what_is_wrong(boot, web):
    web.put("initrd", INITRD[:-1] + b"?")
    message = boot.fails(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(INITRD)}",
        81,
        emulator="qemu-10",
        cpu="max",
    )
    assert f"expected {sha256(INITRD)}" in message
