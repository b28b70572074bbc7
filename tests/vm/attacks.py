"""What an attacker tries: each a change to a site that boots, and the status that refuses it.

The docstrings are the README's threat table.
"""
import collections
import dataclasses

import paths
import pki
import secure_boot
import signed_site
from conftest import blob, sha256

# control: what the same site is without the attack, and boots.
Attack = collections.namedtuple("Attack", "name text status control apply words")

ATTACKS = []

FLOOR = "PivotbootFloor-worker"


def attack(status, control=signed_site.fresh_site, words=()):
    """Registers an attack on the control's site; words must be in pivotboot's message."""

    def register(function):
        text = " ".join(function.__doc__.split())
        ATTACKS.append(Attack(function.__name__, text, status, control, function, words))
        return function

    return register


# ---- the entry and its signature ----------------------------------------------------------------


@attack(205)
def entry_without_signature(site):
    """an entry that nobody signed"""
    site.signature = None


@attack(182)
def entry_changed(site):
    """one byte of the signed entry changed"""
    site.unsigned = site.entry().replace(b"quiet", b"quick")


@attack(182)
def entry_with_more_behind_it(site):
    """a line added behind the signed entry"""
    site.unsigned = site.entry() + b"options init=/bin/sh\n"


@attack(182)
def signature_of_another_file(site):
    """the good signature of another file"""
    site.signature = site.sign(b"another file")


@attack(83)
def signature_empty(site):
    """an empty signature"""
    site.signature = b""


@attack(82)
def signature_huge(site):
    """a signature file of megabytes"""
    site.signature = site.sign() + bytes(4 << 20)


@attack(176)
def signature_truncated(site):
    """a signature cut off in the middle"""
    site.signature = site.sign()[:-100]


@attack(176)
def signature_with_more_behind_it(site):
    """bytes behind the signature's DER"""
    site.signature = site.sign() + b"\0"


@attack(176)
def signature_absurd_length(site):
    """an ASN.1 length of 2^64 - 1 in the signature"""
    site.signature = b"\x30\x88" + b"\xff" * 8 + site.sign()[4:]


@attack(176)
def signature_that_is_something_else(site):
    """an HTML page in the signature's place"""
    site.signature = b"<!DOCTYPE html><html><body>Sign in to this network</body></html>"


@attack(178)
def signature_with_content(site):
    """a signature that brings its own content"""
    site.signing = ("-noattr", "-nodetach")


@attack(179)
def signature_with_sha1(site):
    """a signature over SHA-1"""
    site.signing = ("-noattr", "-md", "sha1")


# ---- the signer ---------------------------------------------------------------------------------


def _signer(**options):
    return pki.Identity("Release", signed_site.intermediate(), **options)


@attack(187)
def stranger(site):
    """a signer of another authority"""
    root = pki.authority("Another root")
    site.signers, site.chain = (pki.Identity("Release", root),), (root,)


@attack(187)
def stranger_with_our_names(site):
    """an authority and a signer with the names of ours and other keys"""
    root = pki.authority(signed_site.authority().name)
    middle = pki.authority(signed_site.intermediate().name, root)
    site.signers, site.chain = (pki.Identity("Release", middle),), (middle, root)


@attack(187)
def same_issuer_and_serial(site):
    """a certificate with the issuer and serial number of a good one, and another key"""
    middle = pki.authority(signed_site.intermediate().name)
    site.signers = (pki.Identity("Release", middle, serial=signed_site.signer().serial),)


@attack(187)
def self_signed(site):
    """a signer that vouches for itself"""
    site.signers, site.chain = (pki.Identity("Release"),), ()


@attack(187)
def intermediate_missing(site):
    """a good signature without the certificate between signer and anchor"""
    site.chain = ()


@attack(191)
def signer_as_authority(site):
    """a signer that issues certificates though it may not"""
    site.signers = (pki.Identity("Deputy", signed_site.signer()),)
    site.chain = (signed_site.signer(), signed_site.intermediate())


@attack(188)
def certificate_expired(site):
    """an expired certificate"""
    site.signers = (_signer(start=-20, end=-10),)


@attack(189)
def certificate_not_yet_valid(site):
    """a certificate that is not valid yet"""
    site.signers = (_signer(start=10),)


@attack(191)
def certificate_for_servers(site):
    """a certificate for web servers"""
    site.signers = (_signer(purposes=(pki.SERVER_AUTH,)),)


@attack(191)
def certificate_for_keys_only(site):
    """a certificate whose key may not sign"""
    site.signers = (_signer(usage=("key_agreement",)),)


@attack(186)
def certificate_with_unknown_critical(site):
    """a certificate with a critical extension that nobody knows"""
    site.signers = (_signer(extensions=(pki.UNKNOWN_CRITICAL,)),)


@attack(185)
def certificate_with_small_key(site):
    """a signer with RSA-1024"""
    site.signers = (_signer(kind="rsa1024"),)


def with_revocation():
    site = signed_site.fresh_site()
    lost = signed_site.signer("Lost key").key_sha256()
    return dataclasses.replace(site, policy=f"{signed_site.POLICY}revoked-key {lost}\n")


@attack(190, with_revocation)
def certificate_revoked(site):
    """a signer whose key the policy revokes"""
    site.signers = (signed_site.signer("Lost key"),)


def with_threshold():
    return dataclasses.replace(
        signed_site.fresh_site(),
        policy=f"{signed_site.POLICY}threshold 2\n",
        signers=(signed_site.signer("Release"), signed_site.signer("Security")),
    )


@attack(183, with_threshold)
def one_signer_of_two(site):
    """one signer where the policy wants two"""
    site.signers = site.signers[:1]


@attack(183, with_threshold)
def one_key_for_two(site):
    """two certificates for one key, where the policy wants two signers"""
    first = site.signers[0]
    twin = pki.Identity("Security", signed_site.intermediate(), key=first.key)
    site.signers = (first, twin)


# ---- old, foreign and incomplete entries that are well signed ---------------------------------------


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


# ---- the words that start pivotboot: a rogue DHCP, TFTP or HTTP server writes the iPXE script -------


@attack(201)
def line_without_entry(site):
    """`linux=` and `initrd=` on the line, without an entry"""
    site.line = "linux=@/kernel initrd=@/initrd -- probe-exit=0"


@attack(202)
def line_with_another_initrd(site):
    """one more initrd on the line"""
    site.line += " initrd=@/evil"


@attack(202)
def line_with_a_digest(site):
    """another SHA-256 on the line"""
    site.line += f" linux-sha256={sha256(b'evil')}"


@attack(202)
def line_with_options(site):
    """kernel options on the line, such as `init=/bin/sh`"""
    site.line += " -- init=/bin/sh"


@attack(202)
def line_with_root_mode(site):
    """`rootfs=` or `rootflags=` on the line"""
    site.line += " rootflags=size=1%"


@attack(182)
def line_with_another_signature(site):
    """`signature=` that names the good signature of another file"""
    site.files["other.sig"] = site.sign(b"another file")
    site.line += " signature=other.sig"


# ---- the machine: a malicious system, a bad clock, no anchors ---------------------------------------


@attack(192)
def clock_in_the_past(site):
    """a clock that is set to 2001, where expired certificates are valid"""
    site.machine["extra"] = ("-rtc", "base=2001-01-01")


def with_raise():
    """The entry raises the floor, so the variable store matters."""
    site = signed_site.fresh_site()
    site.keys.append(("rollback-floor", 7))
    site.machine["platform"] = secure_boot.Unprotected("sid", signed_site.folder())
    return site


@attack(209, with_raise, words=("0x3", "0x7"))
def floor_by_the_system(site):
    """a floor that the running system wrote"""
    site.machine["platform"].set_variable(FLOOR, bytes(8), attributes=7)


@attack(209, with_raise)
def floor_of_another_size(site):
    """a floor that is cut short"""
    site.machine["platform"].set_variable(FLOOR, bytes(4))


@attack(210, with_raise)
def store_full(site):
    """a variable store filled up, so that there is no room for a floor"""
    site.machine["platform"].remove_variable(FLOOR)
    site.machine["platform"].fill()


def on_secure_boot():
    site = signed_site.fresh_site()
    platform = secure_boot.Platform("sid", signed_site.folder())
    site.machine["platform"] = platform
    site.program = platform.sign(signed_site.loader())
    kernel = platform.sign(paths.PROBE).read_bytes()
    site.files["kernel"] = kernel
    site.set("linux-sha256", sha256(kernel))
    site.set("linux-size", len(kernel))
    return site


@attack(200, on_secure_boot)
def loader_without_anchors(site):
    """a validly signed loader without anchors, with Secure Boot on"""
    site.program = site.machine["platform"].sign(paths.LOADER)


@attack(129, on_secure_boot)
def kernel_that_secure_boot_does_not_trust(site):
    """a signed entry with a kernel that Secure Boot does not trust"""
    kernel = paths.PROBE.read_bytes()
    site.files["kernel"] = kernel
    site.set("linux-sha256", sha256(kernel))
    site.set("linux-size", len(kernel))
