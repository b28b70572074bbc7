"""Downloads on networks and from servers as they are: connections, ranges, retries, mirrors."""
import contextlib
import email.utils
import random
import re
import secrets
import socket
import subprocess
import sys
import time

import pytest

import conftest
import network
import paths
from conftest import blob, sha256
from fickle import Fickle

END = "-- probe-exit=0"
# Nothing is asked for but the file: no look at its beginning before.
WHOLE = "rootfs=none stream=off"
SIZE = 5_000_000
DATA = blob(SIZE)


def at(server):
    return f"http://{network.SLIRP_HOST}:{server.port}/x"


def boots(boot, servers, data=DATA, more=""):
    """Boots with an initrd from the first server, and mirrors; returns what the probe saw."""
    mirrors = " ".join(f"mirror={at(server)[:-1]}" for server in servers[1:])
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd={at(servers[0])} initrd-sha256={sha256(data)} "
        f"{mirrors} {WHOLE} {more} {END}"
    )
    assert seen.initrd_sha256 == sha256(data)
    return seen


def busy(seconds):
    return f"HTTP/1.1 503 Busy\r\nRetry-After: {seconds}\r\nContent-Length: 0\r\n\r\n".encode()


def test_one_connection_for_all_files(boot, web):
    web.put("x/worker.conf", "linux ../probe.efi\ninitrd a\ninitrd b\noptions probe-exit=0\n")
    web.put("x/a", blob(300_000, 1))
    web.put("x/b", blob(300_000, 2))
    seen = boot.succeeds("entry=@/x/worker.conf")
    assert seen.initrd_sha256 == sha256(blob(300_000, 1) + blob(300_000, 2))
    exchanges = web.exchanges()
    assert {e.path for e in exchanges} == {"/x/worker.conf", "/probe.efi", "/x/a", "/x/b"}
    assert len({e.connection for e in exchanges}) == 1


def test_server_that_closes_idle_connections(boot, web):
    web.configure("keepalive_requests 1;")
    web.put("worker.conf", "linux probe.efi\ninitrd a\noptions probe-exit=0\n")
    web.put("a", blob(300_000))
    assert boot.succeeds("entry=@/worker.conf").initrd_sha256 == sha256(blob(300_000))
    assert len({e.connection for e in web.exchanges()}) == len(web.exchanges()) >= 3


@pytest.mark.parametrize("ending", ["fin", "reset", "stall"])
def test_resume(boot, web, ending):
    """From where it broke off, at offsets that are other ones each time."""
    seed = secrets.randbits(32)
    offsets = random.Random(seed).sample(range(SIZE), 1 if ending == "stall" else 3)
    with Fickle(DATA, breaks=offsets, ending=ending) as server:
        boots(boot, [server])
    print(f"seed {seed}: {server.requests}")
    assert not server.breaks and len(server.requests) > len(offsets)
    assert {version for _, _, version in server.requests[1:]} == {'"v1"'}
    # A reset takes with it what was still under way.
    assert server.sent_bytes == SIZE or ending == "reset"
    assert server.sent_bytes < 2 * SIZE


def test_server_without_ranges(boot, web):
    with Fickle(DATA, ranges=False, breaks=[SIZE // 2], ending="reset") as server:
        boots(boot, [server])


def test_nginx_without_ranges(boot, web):
    web.configure("max_ranges 0;")
    web.put("initrd", DATA)
    seen = boot.succeeds(f"linux=@/probe.efi initrd=@/initrd {WHOLE} {END}")
    assert seen.initrd_sha256 == sha256(DATA)
    assert [e.status for e in web.exchanges()] == [200, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"shift": 1}, id="another range"),
        pytest.param({"units": "lines"}, id="bad Content-Range"),
    ],
)
def test_wrong_ranges(boot, web, wrong):
    with Fickle(DATA, **wrong) as server:
        boots(boot, [server])
        assert server.requests[0][1] and not server.requests[-1][1], "then as a whole"


# What tells the versions of a file apart: an ETag, with ranges or not, or nothing at all.
CHANGING = (
    (('"v1"', '"v2"'), {}),
    (('"v1"', '"v2"'), {"ranges": False}),
    ((None, None), {}),
)


@pytest.mark.parametrize("pinned", [True, False], ids=["digest", "no digest"])
def test_files_that_change_meanwhile(boot, web, pinned):
    """What is booted is all of one version; also of the same size, and where no digest notices."""
    new = blob(SIZE, 2)
    with contextlib.ExitStack() as stack:
        all_servers = [
            stack.enter_context(
                Fickle(DATA, etag=etags[0], breaks=[SIZE // 2], ending="fin",
                       later=(new, etags[1]), **more)
            )
            for etags, more in CHANGING
        ]  # fmt: skip
        digest = f"initrd-sha256={sha256(new)}" if pinned else ""
        initrds = " ".join(f"initrd={at(server)} {digest}" for server in all_servers)
        seen = boot.succeeds(f"linux=@/probe.efi {initrds} {WHOLE} {END}")
        assert seen.initrd_sha256 == sha256(new * len(CHANGING))
        for server in all_servers:
            assert not server.breaks and len(server.requests) > 1, server.requests
        # The first one could go on with a part of its version, and was asked for that.
        assert '"v1"' in {version for _, _, version in all_servers[0].requests}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.mark.parametrize(
    "broken, status",
    [
        pytest.param({"first": [busy(60)] * 9}, None, id="busy"),
        pytest.param({"first": [b"HTTP/1.1 404 x\r\n\r\n"] * 9}, None, id="missing"),
        pytest.param({"first": [b"HTTP/1.1 500 x\r\n\r\n"] * 9}, None, id="error"),
        pytest.param({"first": [b"220 ftp\r\n\r\n"] * 9}, None, id="not HTTP"),
        pytest.param({"first": [b""] * 99}, None, id="no answer"),
        pytest.param({"breaks": [SIZE // 3], "ending": "stall"}, None, id="stalled"),
        pytest.param({"breaks": [SIZE // 3], "ending": "reset"}, None, id="reset"),
        pytest.param({"breaks": [SIZE // 3], "ending": "fin"}, None, id="ended"),
        pytest.param({"units": "lines", "partial": True}, None, id="bad Content-Range"),
        pytest.param({"said": SIZE + 100, "ranges": False}, None, id="longer than it is"),
        pytest.param({"said": SIZE - 100, "ranges": False}, None, id="shorter than it is"),
        pytest.param({"data": blob(SIZE, 3)}, "SHA-256", id="wrong bytes"),
    ],
)
def test_failover(boot, web, broken, status):
    with Fickle(**{"data": DATA, **broken}) as first, Fickle(DATA) as second:
        seen = boots(boot, [first, second])
        assert second.requests
        # Of the same version there, only what is missing is asked for.
        if "breaks" in broken:
            assert second.requests[0][1][0] > 0, second.requests
            assert second.sent_bytes < SIZE, second.sent_bytes
    assert "another mirror" in seen.console
    if status:
        assert "expected" in seen.console


@pytest.mark.parametrize(
    "nobody, told",
    [
        pytest.param(f"{network.SLIRP_HOST}:{{}}", "connection refused", id="refused"),
        pytest.param(network.SLIRP_NOBODY, "no answer from", id="silent"),
    ],
)
def test_failover_from_nobody(boot, web, nobody, told):
    with Fickle(DATA) as second:
        seen = boot.succeeds(
            f"linux=@/probe.efi initrd=http://{nobody.format(free_port())}/x"
            f" initrd-sha256={sha256(DATA)} mirror={at(second)[:-1]} {WHOLE} {END}"
        )
    assert seen.initrd_sha256 == sha256(DATA)
    assert told in seen.console and "another mirror" in seen.console


def test_mirror_of_the_entry(boot, web):
    """Of the line, it has the entry as well; what the entry names is found there in turn."""
    web.put("copy/site/worker.conf", "linux k/probe.efi\ninitrd a\noptions probe-exit=0\n")
    web.put("copy/site/k/probe.efi", web.root / "probe.efi")
    web.put("copy/site/a", DATA)
    seen = boot.succeeds(
        f"entry=http://{network.SLIRP_HOST}:{free_port()}/site/worker.conf "
        f"mirror=@/copy idle-timeout=10"
    )
    assert seen.initrd_sha256 == sha256(DATA)


def test_all_mirrors_fail(boot, web):
    web.put("x", blob(1000))
    message = boot.fails(
        f"linux=@/x linux-sha256={'0' * 64} mirror=@/a mirror=@/b idle-timeout=5", 72
    )
    assert "/b/x" in message and "404" in message


@pytest.mark.parametrize("date", [False, True])
def test_retry_after(boot, web, date):
    answer = busy(3)
    if date:
        now = time.time()
        answer = (
            f"HTTP/1.1 503 Busy\r\nDate: {email.utils.formatdate(now, usegmt=True)}\r\n"
            f"Retry-After: {email.utils.formatdate(now + 3, usegmt=True)}\r\n"
            "Content-Length: 0\r\n\r\n"
        ).encode()
    with Fickle(DATA, first=[answer]) as server:
        seen = boots(boot, [server], more="idle-timeout=2")
        assert server.requests[1][0] - server.requests[0][0] >= 2.9
    assert re.search(r"503 Busy; trying again in [34]\.", seen.console)


def test_parallel_ranges(boot, web):
    """Each connection is slow: several are used, and no byte is sent twice but for the end of a part
    that another connection takes over (net/parallel.h): a busy machine can make one look slow."""
    web.configure("limit_rate 1m;")
    data = blob(12 << 20)
    web.put("initrd", data)
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=@/initrd initrd-sha256={sha256(data)} {WHOLE} {END}"
    )
    assert seen.initrd_size == len(data)
    parts = [e for e in web.exchanges() if e.path == "/initrd"]
    assert {e.status for e in parts} == {206}
    assert len({e.connection for e in parts}) >= 4
    asked = [tuple(map(int, e.asked.removeprefix("bytes=").split("-"))) for e in parts]
    starts = {first for first, _ in asked}
    assert {last + 1 for _, last in asked} <= starts | {len(data)}
    assert len(data) <= sum(e.body_bytes for e in parts) < len(data) * 5 // 4


def test_loss(site):
    """One frame in a hundred is lost, both ways; it takes its time, and the bytes are right."""
    site.web.put("initrd", DATA)
    site.serve(*network.DHCP)
    wire = subprocess.Popen(
        [*site.namespace.prefix, sys.executable, paths.TREE / "tests/vm/lossy.py",
         network.TAP, "7001", "7002", "1", "5"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    site.running.append(wire)
    assert wire.stdout.readline() == "ready\n"
    with site.start(
        f"linux={site.base}/probe.efi initrd={site.base}/initrd"
        f" initrd-sha256={sha256(DATA)} {END}",
        netdev="socket,udp=127.0.0.1:7001,localaddr=127.0.0.1:7002",
    ) as vm:
        conftest.probe_done(vm)
        seen = conftest.seen(vm)
    frames, lost = map(int, wire.communicate("")[0].split())
    assert seen.initrd_sha256 == sha256(DATA)
    assert frames / 300 < lost < frames / 30
    assert not re.search("error", seen.console)
