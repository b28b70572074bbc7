"""What the VM tests share: servers, and ways to boot and look at the outcome."""
import collections
import hashlib
import re
import shutil

import pytest

import machine
import network
import paths
import process
import servers
import ways

# Deadlines, not expectations: a boot takes 3 seconds here, 40 when the firmware has to make room
# in a full variable store, and CI may be far slower.
BOOT_SECONDS = 300
LINUX_SECONDS = 300

FAILURE = r"pivotboot: error: (.*) \(status (\d+)\)\n"

# QEMU's addresses for the first and the second network card.
FIRST_CARD = "525400123456"
SECOND_CARD = "525400123457"

# EfiSimpleNetworkInitialized: a network device that may receive.
SNP_INITIALIZED = "2"

# One machine's way to the probe, as the probe saw it.
Seen = collections.namedtuple("Seen", "options initrd_size initrd_sha256 console probe")


def seen(vm, stopped=FIRST_CARD):
    """What the (last) probe said.

    Whatever was booted and from where: when pivotboot has handed a kernel its initrd, the
    card that it used may not receive any more. stopped: that card, or None for "not asked".
    """
    options = re.findall(r"^load options: <(.*)>$", vm.probe, re.MULTILINE)
    assert options, f"the probe did not run:\n{vm.report()}"
    last = vm.probe[vm.probe.rindex("load options: <") :]
    initrd = re.search(r"^initrd size (\d+) sha256 (\w+)$", last, re.MULTILINE)
    if stopped:
        afterwards = last[last.index("after the initrd:") :]
        states = re.findall(rf"^snp \d+ state (\d+) mac {stopped} ", afterwards, re.MULTILINE)
        assert states, vm.report()
        assert SNP_INITIALIZED not in states, f"the network still runs:\n{vm.report()}"
    size, digest = (int(initrd[1]), initrd[2]) if initrd else (None, None)
    if not initrd:
        assert "no initrd\n" in last, f"the initrd did not load:\n{vm.report()}"
    return Seen(options[-1], size, digest, vm.console, vm.probe)


def memory_seen(vm):
    """Before and after each start by probe-start: type of memory -> pages."""
    return [
        {kind: int(count) for kind, count in re.findall(r"(\w+(?: code| data)?) (\d+)", line)}
        for line in re.findall(r"^memory (?:before|after): (.*)$", vm.probe, re.MULTILINE)
    ]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def blob(size, seed=1):
    """Bytes that look random and are the same each time."""
    data = hashlib.shake_256(str(seed).encode()).digest(min(size, 1 << 16))
    return (data * (size // len(data) + 1))[:size]


class Web(servers.Nginx):
    """nginx for guests on slirp, with the loader and the probe in its root."""

    def __init__(self, folder, **options):
        super().__init__(folder, **options)
        self.put("probe.efi", paths.PROBE)
        self.put("pivotboot.efi", paths.LOADER)

    @property
    def base(self):
        return f"http://{network.SLIRP_HOST}:{self.port}"


@pytest.fixture
def web(tmp_path):
    folder = tmp_path / "web"
    folder.mkdir()
    with Web(folder) as server:
        yield server


@pytest.fixture
def faulty():
    with servers.Faulty() as server:
        yield server


def probe_done(vm):
    """Waits until the probe has done its part and ended the machine.

    Only then the console is complete: what the guest wrote passes through a pipe.
    """
    vm.wait_for("^done$", BOOT_SECONDS, "probe")
    vm.wait(BOOT_SECONDS)


def failure(vm):
    """Waits until pivotboot has failed and returned; returns its message and the status."""
    found = vm.wait_for(FAILURE + "|^load options", BOOT_SECONDS, "everything")
    assert found[1], f"it did not fail:\n{vm.report()}"
    vm.wait_for(r"\(status \d+\)\n(.*\n)*BdsDxe: ", BOOT_SECONDS)
    assert "started" not in vm.probe
    return found[1], int(found[2])


class Boot:
    """Boots pivotboot by the fastest way; @ in a line stands for the web server."""

    def __init__(self, folder, web):
        self.folder = folder
        self.web = web

    def start(self, line, **options):
        folder = self.folder / "vm"
        folder.mkdir()
        line = line.replace("@", self.web.base)
        return ways.by_kernel_option(folder, line, **options)

    def succeeds(self, line, **options):
        """The probe must run and end the machine; returns what it saw."""
        with self.start(line, **options) as vm:
            vm.wait_for(r"^done$|\(status \d+\)$", BOOT_SECONDS, "everything")
            if "pivotboot: error: " not in vm.console:
                probe_done(vm)
            return seen(vm)

    def fails(self, line, status, **options):
        """pivotboot must fail with this status, run nothing and return to the firmware.

        Returns its message without prefix and status.
        """
        with self.start(line, **options) as vm:
            message, found = failure(vm)
            assert found == status, message
            return message


@pytest.fixture
def boot(tmp_path, web):
    return Boot(tmp_path, web)


@pytest.fixture
def ipxe(tmp_path, web):
    """Starts a machine whose iPXE runs commands; @ in them stands for the web server."""

    def start(name, *commands, firmware=None, **options):
        folder = tmp_path / "vm"
        folder.mkdir()
        script = ways.ipxe_script(*(command.replace("@", web.base) for command in commands))
        return ways.by_ipxe(folder, web, name, script, firmware=firmware or name, **options)

    return start


class Site:
    """A namespace with nginx, and dnsmasq where a test wants it; both families."""

    base = f"http://{network.NAMESPACE_HOST}"

    def __init__(self, folder, namespace):
        self.folder = folder
        self.namespace = namespace
        self.namespace.ipv6()
        self.web = servers.Nginx(
            folder, namespace=namespace, address=network.NAMESPACE_HOST, extra="listen [::]:80;"
        )
        self.web.put("probe.efi", paths.PROBE)
        self.web.put("pivotboot.efi", paths.LOADER)
        self.running = [self.web.process]

    def serve(self, *options):
        """Starts dnsmasq with options for addresses and names."""
        self.running.append(network.serve(self.namespace, self.folder, *options))

    def start(self, line, **options):
        """Starts pivotboot with the line by the fastest way."""
        options.setdefault("netdev", self.namespace.netdev)
        return machine.Machine(
            self.folder,
            prefix=self.namespace.prefix,
            kernel=paths.LOADER,
            append=line,
            **options,
        )

    def start_ipxe(self, name, *commands, dhcp=(), **options):
        """Starts a suite's snponly.efi (or the card's ROM), which runs commands.

        dhcp: more options for dnsmasq.
        """
        script = ways.ipxe_script(*commands)
        tftp = self.folder / "tftp"
        tftp.mkdir()
        shutil.copy(paths.ipxe_program(name), tftp / "snponly.efi")
        (tftp / "autoexec.ipxe").write_text(script)
        url = self.base + self.web.put("boot.ipxe", script)
        self.serve(*network.DHCP, *network.pxe(tftp, url), *dhcp)
        return ways.by_ipxe_in(self.folder, self.namespace, name, **options)


@pytest.fixture
def site(tmp_path):
    with network.Namespace() as namespace:
        site = Site(tmp_path, namespace)
        yield site
        for each in site.running:
            process.stop(each)


@pytest.fixture(scope="session", autouse=True)
def built():
    for file in (paths.LOADER, paths.PROBE, paths.DEMO):
        assert file.exists(), f"{file} is not built: run make test"
