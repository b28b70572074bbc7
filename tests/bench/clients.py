"""The clients that bench-net compares, each fetching one file in a machine of its own or in turns."""
import collections
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests/vm"))

import loaders  # noqa: E402
import machine  # noqa: E402
import network  # noqa: E402
import paths  # noqa: E402
import process  # noqa: E402
import servers  # noqa: E402
import ways  # noqa: E402

CONGESTION = paths.BUILD / "bench/congestion.so"
STAGES = paths.BUILD / "bench/pivotboot-stages.efi"
SECONDS = 600

# iPXE keeps its connection for the next file, with what the server has learnt of the path; each
# turn is to be as a boot's first file is: so it is told to close it.
NGINX = """sendfile on; tcp_nopush on;
location = /close { keepalive_timeout 0; return 200 closed; }"""

# What pivotboot says when it begins to fetch, and when it has the file.
NETWORK_UP = rb"(?s:.*?)pivotboot: network: [0-9a-f]{2}:[^\r]*"
FETCHED = rb"pivotboot: kernel: [^\r]* in "


def in_turn(names, turn):
    """Every other turn goes backwards: whatever grows or fades during one meets all alike."""
    return names if turn % 2 == 0 else names[::-1]


class Watched(machine.Machine):
    """A machine that knows when each piece of its console came."""

    def __init__(self, *arguments, **options):
        self.marks = []
        super().__init__(*arguments, **options)

    def _console(self):
        while data := self.process.stdout.read1(65536):
            self.marks.append((time.monotonic(), len(self.raw) + len(data)))
            self.raw += data

    def seconds_between(self, begin, end):
        """Between the ends of what two patterns match, the second behind the first."""
        first = re.search(begin, self.raw)
        last = first and re.compile(end).search(self.raw, first.end())
        if not last:
            raise machine.Timeout(f"no {begin!r} and {end!r}:\n{self.report()}")
        times = [
            next(at for at, size in self.marks if size >= match.end()) for match in (first, last)
        ]
        return times[1] - times[0]


def dnsmasq(namespace, folder, device, *options):
    """DHCP on the namespace's address; whatever else the options say."""
    return process.start(
        [
            "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-ping",
            f"--pid-file={folder}/dnsmasq.pid", "--user=", "--group=", "--no-resolv", "--no-hosts",
            f"--dhcp-leasefile={folder}/leases", f"--interface={device}", "--bind-interfaces",
            f"--dhcp-range={network.NAMESPACE_GUESTS[0]},{network.NAMESPACE_GUESTS[1]},1h",
            *options,
        ],
        namespace.prefix,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


class Bench:
    """One network with nginx and a file, and the clients that fetch it.

    network   slirp or tap
    link      a delay_ms, loss and congestion for the tap: then the forwarder is in between
    card      QEMU's card; another than virtio's is driven by the oldest iPXE's own ROM
    emulator  as for Machine
    """

    def __init__(self, folder, size_mib, network, link=None, bytes_per_s=0, card=None,
                 emulator="qemu-10"):  # fmt: skip
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
        self.size_mib = size_mib
        self.kind = network
        self.link = link
        self.bytes_per_s = bytes_per_s
        self.card = card
        # Otherwise whoever touches memory first pays for it, by the host's state of the moment.
        self.options = {"emulator": emulator, "memory": "1024", "populated": True}
        self.steps = collections.OrderedDict()
        self.processes = []
        self.namespace = None
        self.boots = 0

    def __enter__(self):
        prefix_address = network.SLIRP_HOST
        if self.kind == "tap":
            self.namespace = network.Namespace()
            # What the server learned about the guest's path is not for the next connection.
            self.namespace.run("sysctl", "-qw", "net.ipv4.tcp_no_metrics_save=1")
            if self.link:
                self.namespace.forward(self.link.delay_ms, self.link.loss, self.bytes_per_s)
            prefix_address = network.NAMESPACE_HOST
        environment = dict(os.environ)
        if self.link:
            os.environ.update(CONGESTION=self.link.congestion, LD_PRELOAD=str(CONGESTION))
        try:
            self.web = servers.Nginx(
                self.folder, NGINX, self.namespace,
                network.NAMESPACE_HOST if self.namespace else "127.0.0.1",
            )  # fmt: skip
        finally:
            os.environ.clear()
            os.environ.update(environment)
        port = "" if self.namespace else f":{self.web.port}"
        self.host = f"{prefix_address}{port}"
        data = os.urandom(self.size_mib << 20)
        self.digest = hashlib.sha256(data).hexdigest()
        self.web.put("file", data)
        self.web.put("pivotboot.efi", paths.LOADER)
        self.web.put("stages.efi", STAGES)
        self.web.put("probe.efi", paths.PROBE)
        return self

    def __exit__(self, *_):
        for each in self.processes:
            process.stop(each)
        self.web.close()
        if self.namespace:
            self.namespace.close()
        shutil.rmtree(self.folder)

    def add(self, client, step):
        """step(clients) measures the clients that share it; returns client -> MB/s."""
        self.steps[client] = step

    def round(self, turn):
        """One round of all clients: client -> MB/s, None for one that gave up. Every other turn
        goes backwards."""
        order = in_turn(list(self.steps), turn)
        done = {}
        for client in order:
            if client not in done:
                step = self.steps[client]
                done.update(step([other for other in order if self.steps[other] == step]))
        return done

    def _may_give_up(self, client, step):
        """For others than iPXE and pivotboot: their failure is a result, too."""
        try:
            return {client: self.rate(step())}
        except machine.Timeout as error:
            print(f"{client} gave up:\n{error}", file=sys.stderr)
            return {client: None}
        finally:
            self._end_of_boot()

    def rounds(self, count):
        """All rounds of clients that are driven by iPXE, in one machine: client -> MB/s, each."""
        return self._in_ipxe([in_turn(list(self.steps), turn) for turn in range(count)])

    def rate(self, seconds):
        return self.size_mib * 1.048576 / seconds

    def _boot_folder(self):
        self.boots += 1
        folder = self.folder / f"vm{self.boots}"
        (folder / "tftp").mkdir(parents=True)
        return folder

    def _netboot(self, folder, file, **options):
        """A machine that loads a file from its folder's tftp/ by the firmware's PXE."""
        options = {**self.options, "card": {"bootindex": "1"}, **options}
        if not self.namespace:
            netdev = network.slirp(tftp=folder / "tftp", bootfile=file)
            return Watched(folder, netdev=netdev, **options)
        self.processes.append(
            dnsmasq(self.namespace, folder, self.namespace.device, f"--dhcp-boot={file}", "--enable-tftp",
                    f"--tftp-root={folder}/tftp")  # fmt: skip
        )
        return Watched(
            folder, netdev=self.namespace.netdev, prefix=self.namespace.prefix, **options
        )

    def _end_of_boot(self):
        """The DHCP server of one boot."""
        while self.processes:
            process.stop(self.processes.pop())

    def by_ipxe(self, names):
        """iPXE and pivotboot in turns in one machine."""
        return self._in_ipxe([names])[0]

    def _ipxe_lines(self, mark, name):
        """The script that runs a client once. mark: tells this time from the others."""
        base = f"http://{self.host}"
        if name.startswith("iPXE"):
            check = "sha256sum file && " if "sha256sum" in name else ""
            return [f"echo BEGIN {mark}", f"imgfetch --name file {base}/file && {check}echo END {mark} ||",
                    "imgfree file", f"imgfetch --name close {base}/close ||", "imgfree close ||"]  # fmt: skip
        digest = f"linux-sha256={self.digest}" if "verifying" in name else ""
        # The file is no kernel, so pivotboot returns as soon as it has it.
        return [f"echo BEGIN {mark}", f"chain --autofree {base}/pivotboot.efi linux={base}/file {digest} ||"]

    def _in_ipxe(self, rounds):
        """Rounds, each a list of clients, in one machine: for each of them, client -> MB/s."""
        runs = [(f"{turn}-{i}", name) for turn, names in enumerate(rounds)
                for i, name in enumerate(names)]  # fmt: skip
        lines = [line for mark, name in runs for line in self._ipxe_lines(mark, name)]
        found = [{} for _ in rounds]
        folder = self._boot_folder()
        with self._ipxe(folder, ways.ipxe_script(*lines, "echo ALL DONE", "poweroff")) as vm:
            vm.wait_for("^ALL DONE", SECONDS * len(rounds))
            for mark, name in runs:
                begin, end = f"BEGIN {mark}\r".encode(), f"END {mark}\r".encode()
                if not name.startswith("iPXE"):
                    begin += NETWORK_UP
                    end = FETCHED
                found[int(mark.split("-")[0])][name] = self.rate(vm.seconds_between(begin, end))
        self._end_of_boot()
        return found

    def stages(self, count):
        """What a verifying download's cycles went to: for each of count ones, stage -> percent."""
        chain = f"chain --autofree http://{self.host}/stages.efi"
        line = f"{chain} linux=http://{self.host}/file linux-sha256={self.digest} ||"
        folder = self._boot_folder()
        with self._ipxe(folder, ways.ipxe_script(*[line] * count, "echo ALL DONE", "poweroff")) as vm:
            vm.wait_for("^ALL DONE", SECONDS)
            told = re.findall(r"^pivotboot: cycles in thousandths: (.*)", vm.console, re.MULTILINE)
        self._end_of_boot()
        return [
            {name: int(part) / 10 for part, name in (each.split(" ", 1) for each in line.split(", "))}
            for line in told
        ]

    def _ipxe(self, folder, script):
        if self.card:
            path = self.web.put("boot.ipxe", script)
            rom = paths.fetched("ipxe-bookworm") / f"usr/lib/ipxe/qemu/efi-{self.card}.rom"
            netdev = network.slirp(bootfile=f"http://{self.host}{path}")
            return Watched(folder, netdev=netdev, rom=rom, model=self.card,
                           card={"bootindex": "1"}, **self.options)  # fmt: skip
        shutil.copy(paths.ipxe_program("sid"), folder / "tftp/snponly.efi")
        (folder / "tftp/autoexec.ipxe").write_text(script)
        return self._netboot(folder, "snponly.efi")

    def direct(self, names, verify):
        """pivotboot on the firmware's own device, without iPXE."""
        digest = f"linux-sha256={self.digest}" if verify else ""
        folder = self._boot_folder()
        options = dict(self.options, kernel=paths.LOADER,
                       append=f"linux=http://{self.host}/file {digest}")  # fmt: skip
        if self.namespace:
            self.processes.append(dnsmasq(self.namespace, folder, self.namespace.device))
            options.update(netdev=self.namespace.netdev, prefix=self.namespace.prefix)
        else:
            options["netdev"] = network.slirp()
        with Watched(folder, **options) as vm:
            vm.wait_for(r"pivotboot: kernel: .* in ", SECONDS)
            seconds = vm.seconds_between(NETWORK_UP, FETCHED)
        self._end_of_boot()
        return {names[0]: self.rate(seconds)}

    def _serve_padded(self, name, program):
        """A program of the file's size, for those who look at what they fetch."""
        data = program.read_bytes()
        self.web.put(name, data + bytes((self.size_mib << 20) - len(data)))

    def by_grub(self, names):
        return self._may_give_up(names[0], self._seconds_by_grub)

    def _seconds_by_grub(self):
        self._serve_padded("kernel", paths.PROBE)
        folder = self._boot_folder()
        configuration = f"echo 'BEGIN GRUB'\nlinux (http,{self.host})/kernel\necho 'END GRUB'\n"
        bootfile = loaders.put_grub(folder / "tftp", configuration)
        with self._netboot(folder, bootfile) as vm:
            vm.wait_for("END GRUB", SECONDS)
            # It goes on behind an error, and would have been very fast.
            if "error:" in vm.console:
                raise machine.Timeout(f"GRUB did not fetch the file:\n{vm.report()}")
            return vm.seconds_between(rb"BEGIN GRUB", rb"END GRUB")

    def by_http_boot(self, names):
        return self._may_give_up(names[0], self._seconds_by_http_boot)

    def _seconds_by_http_boot(self):
        """The firmware loads the file as a program: the probe, with padding behind it."""
        self._serve_padded("boot.efi", paths.BUILD / "vm/probe-pe.efi")
        folder = self._boot_folder()
        self.processes.append(network.serve_dhcp(self.namespace, folder, f"http://{self.host}/boot.efi"))
        with Watched(
            folder, netdev=self.namespace.netdev, prefix=self.namespace.prefix,
            card={"bootindex": "1"}, extra=ways.ONLY_HTTP_BOOT, **self.options,
        ) as vm:  # fmt: skip
            vm.wait_for("probe: started", SECONDS)
            return vm.seconds_between(rb"URI: http[^\r]*|>>Start HTTP[^\r]*", rb"probe: started")
