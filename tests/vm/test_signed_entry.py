"""Signed entries: what a loader with anchors takes, and what it does not let be changed."""
import re

import pytest

import pki
import signed_site
import ways
from conftest import BOOT_SECONDS, FAILURE, blob, probe_done, seen, sha256
from signed_site import INITRD, fresh_site


@pytest.fixture
def boots(web):
    """Publishes and boots a site, which must reach the probe; returns the outcome."""

    def boot(site):
        site.publish(web)
        outcome = site.boot(web)
        assert outcome.status is None, outcome.console
        return outcome

    return boot


def test_signed_entry(boots, web):
    outcome = boots(fresh_site())
    assert outcome.seen.options == "quiet probe-exit=0"
    assert outcome.seen.initrd_sha256 == sha256(INITRD)
    assert "entry: signed by CN='Release'" in outcome.console
    assert "UNSIGNED" not in outcome.console
    # What was verified is what was used: nothing is asked for twice.
    asked = [path for _, path in web.requests()]
    assert (asked.count("/entry.conf"), asked.count("/entry.conf.sig")) == (1, 1)
    # And all of it over one connection.
    assert len({exchange.connection for exchange in web.exchanges()}) == 1


@pytest.mark.parametrize("kind", ["rsa2048", "rsa4096", "p384"])
def test_keys(boots, kind):
    site = fresh_site()
    site.signers = (pki.Identity("Release", signed_site.intermediate(), kind=kind),)
    boots(site)


def test_signed_attributes(boots):
    """openssl's default, without -noattr."""
    site = fresh_site()
    site.signing = ("-md", "sha512")
    boots(site)


def test_signature_elsewhere(boots, web):
    site = fresh_site()
    web.put("signatures/1.sig", site.sign())
    site.signature = None
    site.line += " signature=signatures/1.sig idle-timeout=20"
    boots(site)


def test_mirrors_of_strangers(boots, web):
    """Whose bytes are not those that were signed is passed over, and the next one is asked."""
    site = fresh_site()
    for name in ("kernel", "initrd"):
        data = site.files.pop(name)
        site.files[f"evil/{name}"] = blob(len(data), "evil")
        site.files[f"good/{name}"] = data
    site.line += " mirror=@/evil mirror=@/good"
    outcome = boots(site)
    assert outcome.seen.initrd_sha256 == sha256(INITRD)
    asked = [path for status, path in web.requests() if status != 404]
    # The first file shows what the mirror is worth: it is not asked for the second.
    assert "/evil/kernel" in asked and "/evil/initrd" not in asked, asked
    assert "expected" in outcome.console and "another mirror" in outcome.console


def test_policy_allows_more(boots):
    """What the policy lists may be added to a signed entry, by anybody."""
    site = fresh_site()
    site.policy += "allow options\nallow rootflags\n"
    site.line += " rootflags=size=60% -- from-the-line"
    options = boots(site).seen.options
    assert options == "initramfs_options=size=60% quiet probe-exit=0 from-the-line"


def test_unset_clock_by_policy(boots):
    """absurd-clock ignore: said aloud, and only the dates are not looked at."""
    site = fresh_site()
    site.policy += "absurd-clock ignore\n"
    site.machine["extra"] = ("-rtc", "base=2001-01-01")
    assert "WARNING: the clock is not set" in boots(site).console


def test_help(web):
    """help does nothing that could be abused."""
    site = fresh_site()
    site.line = "help"
    site.publish(web)
    with ways.by_kernel_option(
        signed_site.folder(), "help", program=signed_site.loader()
    ) as vm:
        vm.wait_for("rollback-index NUMBER", BOOT_SECONDS)
    assert web.requests() == []


def test_unsigned_operation(boot):
    """Without anchors and Secure Boot everything boots, and a line says so."""
    seen = boot.succeeds("linux=@/probe.efi -- probe-exit=0")
    assert "WARNING: UNSIGNED OPERATION" in seen.console


def test_signature_without_anchors(boot):
    boot.fails("entry=@/entry.conf signature=@/entry.conf.sig", 200)


def test_left_over_image(ipxe, web):
    """What iPXE still holds does not become an initrd of an entry that names none."""
    site = fresh_site()
    site.keys = [(key, value) for key, value in site.keys if not key.startswith("initrd")]
    site.publish(web)
    web.put("trusted.efi", signed_site.loader())
    web.put("evil", blob(10_000, "evil"))
    with ipxe("sid", "imgfetch @/evil", "chain @/trusted.efi entry=@/entry.conf") as vm:
        probe_done(vm)
        assert seen(vm).initrd_size is None


def test_conf(ipxe, web):
    """Without words, the .conf beside pivotboot: it may be a signed entry, and nothing unsigned."""
    site = fresh_site()
    site.publish(web)
    for name in ("words", "unsigned", "signed"):
        web.put(f"{name}.efi", signed_site.loader())
    web.put("words.conf", "linux=kernel\ninitrd=initrd\n-- init=/bin/sh\n")
    web.put("unsigned.conf", site.entry())
    web.put("signed.conf", site.entry())
    web.put("signed.conf.sig", site.sign())
    with ipxe(
        "sid",
        "chain --autofree @/words.efi || echo first refused",
        "chain --autofree @/unsigned.efi || echo second refused",
        "chain --autofree @/signed.efi",
    ) as vm:
        probe_done(vm)
        assert seen(vm).options == "quiet probe-exit=0"
        assert re.findall(FAILURE, vm.console)[0][1] == "201"
        assert re.findall(FAILURE, vm.console)[1][1] == "205"
        assert "first refused" in vm.console
        assert "second refused" in vm.console


def test_look_that_deceives(web):
    """A look at an initrd beforehand decides nothing: the verified bytes count."""
    web.configure(signed_site.FICKLE)
    site = signed_site.with_fickle_initrd()
    good = site.files["fickle-then"]
    site.files["fickle-first"] = blob(len(good), "not zstd")
    site.publish(web)
    outcome = site.boot(web)
    assert outcome.status is None, outcome.console
    # What was signed is zstd, whatever was shown.
    assert "the leaf init unpacks the initrd itself (zstd)" in outcome.console
