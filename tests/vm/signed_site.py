"""A web site of signed entries, the loaders that trust it, and how a boot from it ends."""
import collections
import dataclasses
import functools
import pathlib
import subprocess
import tempfile

import archive
import paths
import pki
import ways
from conftest import BOOT_SECONDS, FAILURE, blob, probe_done, seen, sha256

# What a boot came to: status is None when the probe ran, seen then says what it was given.
Outcome = collections.namedtuple("Outcome", "status message seen console folder")

INITRD = blob(50_000, "initrd")
POLICY = """\
policy 1
name worker
"""


@functools.lru_cache(maxsize=None)
def authority():
    """The anchor of the loaders here."""
    return pki.authority("Fleet root")


@functools.lru_cache(maxsize=None)
def intermediate():
    return pki.authority("Fleet signing", authority())


@functools.lru_cache(maxsize=None)
def signer(name="Release"):
    return pki.Identity(name, intermediate())


@functools.lru_cache(maxsize=None)
def _folders():
    return tempfile.TemporaryDirectory(prefix="pivotboot-site-")


def folder():
    """A new, private folder that lasts as long as the tests."""
    return pathlib.Path(tempfile.mkdtemp(dir=_folders().name))


@functools.lru_cache(maxsize=None)
def loader(policy=POLICY, anchors=None):
    """The loader with a trust section; anchors: PEM, the authority's by default."""
    own = folder()
    (own / "policy").write_text(policy)
    (own / "anchors.pem").write_bytes(anchors or authority().pem)
    target = own / "pivotboot.efi"
    subprocess.run(
        [paths.TRUST, paths.LOADER, target, own / "policy", own / "anchors.pem"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return target


@dataclasses.dataclass
class Site:
    """Everything that an attacker could get at; publish() puts it on a server.

    keys      the entry's lines: (key, value); what is signed
    files     name -> bytes, of what the entry names
    unsigned  bytes to serve in place of the entry that was signed, or None
    signature its bytes, None for no such file
    line      what starts pivotboot, @ stands for the server
    machine   more options of Machine
    """

    keys: list
    files: dict
    policy: str = POLICY
    line: str = "entry=@/entry.conf"
    signers: tuple = ()
    chain: tuple = ()
    signing: tuple = ("-noattr",)
    unsigned: bytes = None
    signature: object = "default"
    machine: dict = dataclasses.field(default_factory=dict)
    program: object = None

    def entry(self):
        return "".join(f"{key} {value}\n" for key, value in self.keys).encode()

    def sign(self, content=None):
        """The signature of the entry, or of something else by the same people."""
        content = self.entry() if content is None else content
        return pki.cms(content, self.signers, self.chain, self.signing)

    def set(self, key, value):
        """Gives the only line of that key another value."""
        self.keys = [(k, value if k == key else v) for k, v in self.keys]

    def drop(self, key):
        self.keys = [(k, v) for k, v in self.keys if k != key]

    def publish(self, web, folder=""):
        """Puts all of it on a server; folder: "" or "name/"."""
        for name, data in self.files.items():
            web.put(folder + name, data)
        entry = self.entry() if self.unsigned is None else self.unsigned
        web.put(f"{folder}entry.conf", entry)
        signature = self.sign() if self.signature == "default" else self.signature
        (web.root / folder / "entry.conf.sig").unlink(missing_ok=True)
        if signature is not None:
            web.put(f"{folder}entry.conf.sig", signature)

    def boot(self, web):
        """Boots it by the fastest way; nothing may have run when pivotboot fails."""
        line = self.line.replace("@", web.base)
        program = self.program or loader(self.policy)
        own = folder()
        with ways.by_kernel_option(own, line, program=program, **self.machine) as vm:
            found = vm.wait_for(FAILURE + "|^done$", BOOT_SECONDS, "everything")
            if not found[1]:
                probe_done(vm)
                return Outcome(None, None, seen(vm), vm.console, own)
            # A kernel's stub may have run, and got no initrd.
            assert vm.probe == "" or vm.probe.endswith("initrd load failed: 8000000000000001\n")
            return Outcome(int(found[2]), found[1], None, vm.console, own)


# Who looks at the first 64 KiB of /fickle gets another file than who fetches it.
FICKLE = """
        location ~ ^(.*)/fickle$ {
            if ($http_range = "bytes=0-65535") { rewrite ^(.*)/fickle$ $1/fickle-first last; }
            rewrite ^(.*)/fickle$ $1/fickle-then last;
        }
"""


def pinned(key, name, data):
    return [(key, name), (f"{key}-sha256", sha256(data)), (f"{key}-size", len(data))]


def site_of(kernel, initrd, options):
    """A site whose entry boots these bytes."""
    return Site(
        keys=[
            ("title", "Workers"),
            ("name", "worker"),
            ("rollback-index", 7),
            *pinned("linux", "kernel", kernel),
            *pinned("initrd", "initrd", initrd),
            ("options", options),
        ],
        files={"kernel": kernel, "initrd": initrd},
        signers=(signer(),),
        chain=(intermediate(),),
    )


def fresh_site():
    """One that boots the probe."""
    site = site_of(paths.PROBE.read_bytes(), INITRD, "quiet probe-exit=0")
    site.keys.append(("rootfs", "none"))
    return site


def with_fickle_initrd():
    """The initrd's format matters to the leaf init, so pivotboot looks at it beforehand."""
    site = fresh_site()
    for key in ("initrd", "initrd-sha256", "initrd-size"):
        site.drop(key)
    initrd = archive.zstd(INITRD)
    site.keys += pinned("initrd", "fickle", initrd)
    site.set("rootfs", "leaf")
    site.files["fickle-first"] = site.files["fickle-then"] = initrd
    return site
