"""Attacks by well-signed entries, and by the files that they name."""
import pki
import signed_site
from attack import attack
from conftest import blob


def with_floor():
    site = signed_site.fresh_site()
    site.policy = signed_site.POLICY.replace("name worker", "name worker 7")
    return site


@attack(207, with_floor, words=("6", "7"))
def stolen_old_entry(site):
    """an old entry with its good signature, below the floor"""
    site.set("rollback-index", 6)


def with_expiry():
    site = signed_site.fresh_site()
    site.policy = f"{signed_site.POLICY}expires enforce\n"
    site.keys.append(("expires", "2099-01-01T00:00:00Z"))
    return site


@attack(208, with_expiry)
def entry_expired(site):
    """an entry that has expired, where the policy looks"""
    site.set("expires", "2026-01-01T00:00:00Z")


@attack(24, with_expiry)
def entry_without_expiry(site):
    """an entry that never expires, where the policy wants it to"""
    site.drop("expires")


@attack(206)
def entry_of_another_kind(site):
    """a signed entry for other machines under this one's URL"""
    site.set("name", "installer")


@attack(24)
def entry_without_name(site):
    """a signed entry without a name"""
    site.drop("name")


@attack(24)
def entry_without_index(site):
    """a signed entry without a rollback index"""
    site.drop("rollback-index")


@attack(25)
def entry_that_locks_itself_out(site):
    """a signed entry that raises the floor above itself"""
    site.keys.append(("rollback-floor", 8))


@attack(203)
def kernel_without_digest(site):
    """a signed entry without the kernel's SHA-256"""
    site.drop("linux-sha256")


@attack(203)
def kernel_without_size(site):
    """a signed entry without the kernel's size"""
    site.drop("linux-size")


@attack(204)
def initrd_without_digest(site):
    """a signed entry without an initrd's SHA-256"""
    site.drop("initrd-sha256")


@attack(25)
def second_initrd_unpinned(site):
    """a signed entry that pins the first of two initrds only"""
    site.keys.append(("initrd", "initrd"))


@attack(21)
def duplicate_key(site):
    """a signed entry that says two things under one key"""
    site.keys.append(("rollback-index", 9))


# ---- the files that the entry names ---------------------------------------------------------------


@attack(81)
def kernel_changed(site):
    """another kernel of the same size"""
    site.files["kernel"] = blob(len(site.files["kernel"]), "evil")


@attack(80)
def kernel_longer(site):
    """a kernel with bytes behind what was signed"""
    site.files["kernel"] += b"\0"


@attack(80)
def kernel_shorter(site):
    """a kernel cut short"""
    site.files["kernel"] = site.files["kernel"][:-1]


@attack(81)
def initrd_changed(site):
    """another initrd of the same size"""
    site.files["initrd"] = blob(len(site.files["initrd"]), "evil")


@attack(80)
def initrd_longer(site):
    """an initrd with an archive appended"""
    site.files["initrd"] += bytes(512)


@attack(81)
def mirror_with_other_kernel(site):
    """a mirror with another kernel of the same size, where the server has none"""
    site.files["evil/kernel"] = blob(len(site.files.pop("kernel")), "evil")
    site.line += " mirror=@/evil"


@attack(187)
def mirror_with_other_entry(site):
    """a mirror with an entry and a signature of its own, where the server has none"""
    root = pki.authority("Another root")
    entry = site.entry().replace(b"quiet", b"init=/bin/sh")
    site.files["evil/gone/entry.conf"] = entry
    site.files["evil/gone/entry.conf.sig"] = pki.cms(
        entry, (pki.Identity("Release", root),), (root,), ("-noattr",)
    )
    site.line = "entry=@/gone/entry.conf mirror=@/evil"


def with_two_initrds():
    site = signed_site.fresh_site()
    second = blob(len(signed_site.INITRD), "second")
    site.files["second"] = second
    site.keys += signed_site.pinned("initrd", "second", second)
    return site


@attack(81, with_two_initrds)
def blobs_swapped(site):
    """two files of signed entries, each under the other's name"""
    site.files["initrd"], site.files["second"] = site.files["second"], site.files["initrd"]


@attack(81, signed_site.with_fickle_initrd)
def second_answer_differs(site):
    """a server that answers a look with good bytes, and the fetch with others"""
    site.files["fickle-then"] = blob(len(site.files["fickle-first"]), "evil")
