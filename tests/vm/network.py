"""The two networks a machine can stand in: QEMU's slirp, or a namespace of its own.

Both are private: slirp needs no privileges and forwards to our loopback; the namespace
holds a tap, nginx, dnsmasq and QEMU and has no way out.
"""
import os
import subprocess
import time

import paths
import process
from paths import SetupError

SLIRP_HOST = "10.0.2.2"
SLIRP_NOBODY = "10.0.2.99"
NAMESPACE_HOST = "192.168.77.1"
NAMESPACE_NAME = "boot.test"
NAMESPACE_GUESTS = ("192.168.77.100", "192.168.77.150")
NAMESPACE_HOST6 = "fd00:77::1"
# Addresses of the two networks that nobody has.
NAMESPACE_NOBODY = "192.168.77.9"
NAMESPACE_NOBODY6 = "fd00:77::9"
TAP = "tap0"
SERVER_TAP = "tap1"  # where the namespace stands when a forwarder is in between


def slirp(tftp=None, bootfile=None):
    """-netdev's value for slirp that serves a folder over TFTP and names a boot file."""
    value = "user"
    for key, setting in (("tftp", tftp), ("bootfile", bootfile)):
        if setting is not None:
            value += f",{key}={os.fspath(setting).replace(',', ',,')}"
    return value


class Namespace:
    """A network namespace with a tap device: NAMESPACE_HOST, and after ipv6() NAMESPACE_HOST6."""

    netdev = f"tap,ifname={TAP},script=no,downscript=no"

    def __init__(self):
        self.device = TAP  # the namespace's end of the network
        self.forwarder = None
        unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            raise SetupError("/dev/net/tun cannot be opened, and this needs a tap device")
        # cat holds the namespace for as long as we hold the other end of its input.
        self.holder = subprocess.Popen(
            [*unshare, "sh", "-c", "echo ready; exec cat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if self.holder.stdout.readline() != b"ready\n":
            raise SetupError("a network namespace could not be made (unshare failed)")
        self.prefix = ["nsenter", "-t", str(self.holder.pid), "-n"]
        if os.geteuid() != 0:
            self.prefix += ["-U", "--preserve-credentials"]
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "tuntap", "add", TAP, "mode", "tap")
        self.run("ip", "address", "add", f"{NAMESPACE_HOST}/24", "dev", TAP)
        self.run("ip", "link", "set", TAP, "up")

    def ipv6(self):
        # nodad: it can be used, and listened on, at once.
        self.run("ip", "address", "add", f"{NAMESPACE_HOST6}/64", "dev", TAP, "nodad")

    def forward(self, delay_ms, loss, bytes_per_s):
        """Puts a link with a delay and a loss, each way, between the machine and the namespace."""
        self.run("ip", "address", "flush", "dev", TAP)
        # This side of the link is not the server: it must not answer for its address, or what the
        # machine sends next comes in here at once, and once more through the link.
        self.run("sh", "-c", f"echo 1 > /proc/sys/net/ipv4/conf/{TAP}/arp_ignore")
        self.forwarder = process.start(
            [
                paths.FORWARDER, TAP, SERVER_TAP, int(delay_ms * 1000), loss, bytes_per_s, 1,
            ],
            self.prefix,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        if self.forwarder.stdout.readline() != b"ready\n":
            raise SetupError("the forwarder does not start")
        self.run("ip", "address", "add", f"{NAMESPACE_HOST}/24", "dev", SERVER_TAP)
        self.run("ip", "link", "set", SERVER_TAP, "up")
        self.device = SERVER_TAP

    def run(self, *command):
        subprocess.run([*self.prefix, *command], check=True)

    def close(self):
        if self.forwarder:
            process.stop(self.forwarder)
            self.forwarder.stdin.close()
            self.forwarder.stdout.close()
        process.stop(self.holder)
        self.holder.stdin.close()
        self.holder.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def serve_dhcp(namespace, folder, bootfile_url="unused"):
    """Starts dnsmasq as the namespace's DHCP and DNS server, which knows NAMESPACE_NAME.

    bootfile_url  what UEFI's HTTP boot is to boot
    """
    return serve(
        namespace, folder, f"--address=/{NAMESPACE_NAME}/{NAMESPACE_HOST}", *DHCP,
        *http_boot(bootfile_url),
    )  # fmt: skip


def http_boot(url):
    """dnsmasq's options for what UEFI's HTTP boot is to boot."""
    return (
        "--dhcp-vendorclass=set:http,HTTPClient", "--dhcp-option-force=tag:http,60,HTTPClient",
        f"--dhcp-boot=tag:http,{url}",
    )  # fmt: skip


DHCP = (f"--dhcp-range={NAMESPACE_GUESTS[0]},{NAMESPACE_GUESTS[1]},1h",)
# A router that names the prefix and the name server; another that refers to DHCPv6 as well.
NAME_SERVER6 = f"--dhcp-option=option6:dns-server,[{NAMESPACE_HOST6}]"
ROUTER = ("--enable-ra", "--dhcp-range=fd00:77::,ra-only,64,1h", NAME_SERVER6)
ROUTER_DHCPV6 = ("--enable-ra", "--dhcp-range=fd00:77::,ra-stateless,64,1h", NAME_SERVER6)
# One that has addresses from stateful DHCPv6 only.
ROUTER_MANAGED = ("--enable-ra", "--dhcp-range=fd00:77::100,fd00:77::200,64,1h")


def record(*addresses):
    """dnsmasq's option for NAMESPACE_NAME and its addresses."""
    return f"--host-record={NAMESPACE_NAME},{','.join(addresses)}"


def pxe(folder, script_url):
    """dnsmasq's options for iPXE: snponly.efi and autoexec.ipxe from a folder, over TFTP.

    iPXE before 1.21, and a card's, asks DHCP for what to run.
    """
    return (
        "--enable-tftp", f"--tftp-root={folder}", "--dhcp-match=set:ipxe,175",
        "--dhcp-boot=tag:!ipxe,snponly.efi", f"--dhcp-boot=tag:ipxe,{script_url}",
    )  # fmt: skip


def serve(namespace, folder, *options):
    """Starts dnsmasq on the namespace's tap device with options for addresses and names."""
    log = folder / "dnsmasq.log"
    with open(log, "wb") as file:
        dnsmasq = process.start(
            [
                "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--log-facility=-",
                "--log-dhcp", f"--pid-file={folder}/dnsmasq.pid", "--user=", "--group=",
                f"--dhcp-leasefile={folder}/dnsmasq.leases", f"--interface={namespace.device}",
                "--bind-interfaces", "--no-ping", "--no-resolv", "--no-hosts", *options,
            ],
            namespace.prefix,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=file,
        )  # fmt: skip
    while b"sockets bound" not in log.read_bytes() and b"started" not in log.read_bytes():
        if dnsmasq.poll() is not None:
            raise SetupError(f"dnsmasq does not start: {log.read_text()}")
        time.sleep(0.02)
    return dnsmasq
