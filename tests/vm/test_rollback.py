"""The rollback floor, on firmware that protects its variable store with SMM.

With Secure Boot on, so that every run also shows that chain.
"""
import pytest

import paths
import secure_boot
import signed_site
from attack import FLOOR
from conftest import sha256


class Machine:
    """One machine with Secure Boot: what a boot leaves in its variable store stays."""

    def __init__(self, web, policy=signed_site.POLICY):
        self.web = web
        self.platform = secure_boot.Platform("sid", signed_site.folder())
        self.program = self.platform.sign(signed_site.loader(policy))
        self.kernel = self.platform.sign(paths.PROBE).read_bytes()

    def boot(self, index, floor=None, kernel=None, initrd=None, more=()):
        """Boots a signed entry; returns the outcome. kernel, initrd: other bytes than signed."""
        site = signed_site.fresh_site()
        site.keys += more
        site.program = self.program
        site.machine["platform"] = self.platform
        site.files["kernel"] = kernel or self.kernel
        site.files["initrd"] = initrd or signed_site.INITRD
        site.set("linux-sha256", sha256(self.kernel))
        site.set("linux-size", len(self.kernel))
        site.set("rollback-index", index)
        if floor is not None:
            site.keys.append(("rollback-floor", floor))
        site.publish(self.web)
        outcome = site.boot(self.web)
        self.platform.variables = outcome.folder / "vars.fd"
        return outcome


@pytest.fixture
def machine(web):
    return Machine(web)


def test_floor(machine):
    """Old entries boot until a newer one that boots itself says that they may not any more."""
    top = 2**64 - 1
    assert machine.boot(5).status is None
    assert machine.boot(4).status is None, "an index alone raises nothing"
    assert "the rollback floor is now 5" in machine.boot(6, floor=5).console
    assert machine.boot(5).status is None
    refused = machine.boot(4, floor=4)
    assert refused.status == 207
    assert "found rollback-index 4, expected 5 or above" in refused.message
    # The highest number there is, and no way back.
    assert f"the rollback floor is now {top}" in machine.boot(top, floor=top).console
    assert machine.boot(top - 1).status == 207


def test_floor_waits_for_everything(machine):
    """What does not boot does not lock out what did."""
    evil = machine.kernel[:-1] + b"?"
    assert machine.boot(9, floor=9, kernel=evil).status == 81
    evil = signed_site.INITRD[:-1] + b"?"
    streamed = [("stream", "on")]
    assert machine.boot(9, floor=9, initrd=evil, more=streamed).status == 81
    assert machine.boot(1).status is None
    assert "the rollback floor is now 9" in machine.boot(9, floor=9, more=streamed).console
    assert machine.boot(8, more=streamed).status == 207


def test_lost_store(web):
    """A store that was lost begins at what the policy says."""
    machine = Machine(web, signed_site.POLICY.replace("name worker", "name worker 3"))
    assert "the rollback floor is now 8" in machine.boot(8, floor=8).console
    assert machine.boot(7).status == 207
    machine.platform.reset()
    assert machine.boot(7).status is None
    assert machine.boot(2).status == 207


def test_full_store(web):
    """What the attack suite shows to be refused, the policy can forgive."""
    machine = Machine(web, signed_site.POLICY + "lost-floor continue\n")
    # The firmware's own variables come first, so that it is not the one that needs room.
    assert machine.boot(5).status is None
    machine.platform.fill()
    outcome = machine.boot(6, floor=6)
    assert outcome.status is None, outcome.console
    assert "WARNING: going on without a rollback floor" in outcome.console


def test_foreign_variable(web):
    """A variable that a running system could have written is refused, whatever the policy says."""
    machine = Machine(web, signed_site.POLICY + "lost-floor continue\n")
    machine.platform.set_variable(FLOOR, bytes(8), attributes=7)
    assert machine.boot(5).status == 209
