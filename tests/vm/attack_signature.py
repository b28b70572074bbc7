"""Attacks on the entry, its signature and who signed it."""
import dataclasses

import pki
import signed_site
from attack import attack


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
