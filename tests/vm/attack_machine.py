"""Attacks by the words that start pivotboot, and by the machine."""
import paths
import secure_boot
import signed_site
from attack import FLOOR, attack
from conftest import sha256

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
