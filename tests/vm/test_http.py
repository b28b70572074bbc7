"""Transfers: what servers do, and what they should not do."""
import re

import pytest

import network
from conftest import blob, sha256

OK = b"HTTP/1.1 200 OK\r\n"
END = "-- probe-exit=0"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_redirect(boot, web, code):
    web.configure(f"location = /moved {{ return {code} $scheme://$http_host/new/probe.efi; }}")
    web.put("new/probe.efi", web.root / "probe.efi")
    assert boot.succeeds(f"linux=@/moved {END}").options == "probe-exit=0"
    assert web.requests()[-2:] == [(code, "/moved"), (206, "/new/probe.efi")]


def test_relative_redirect(boot, web):
    web.configure(
        "absolute_redirect off; location = /a/moved { return 302 ../b/./probe.efi; }"
    )
    web.put("b/probe.efi", web.root / "probe.efi")
    boot.succeeds(f"linux=@/a/moved {END}")


def test_redirect_loop(boot, web):
    web.configure(
        "location = /a { return 302 /b; } location = /b { return 302 /a; }"
    )
    message = boot.fails("linux=@/a", 73)
    assert f"{web.base}/a" in message


def test_too_many_redirects(boot, web):
    web.configure(r"location ~ ^/r(\d*)$ { return 302 /r1$1; }")
    boot.fails("linux=@/r", 74)
    assert len(web.requests()) == 6, "the file itself and five redirects"


def test_redirect_without_target(boot, faulty):
    faulty.answers["/x"] = [b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"]
    boot.fails(f"linux=http://{network.SLIRP_HOST}:{faulty.port}/x", 75)


def test_nginx_chunked(boot, web):
    web.configure("location /ssi/ { ssi on; ssi_types *; }")
    data = blob(300_001)
    web.put("ssi/initrd", data)
    seen = boot.succeeds(f"linux=@/probe.efi initrd=@/ssi/initrd {END}")
    assert "Content-Length" not in web.headers("/ssi/initrd")
    assert seen.initrd_sha256 == sha256(data)


def test_chunked_in_pieces(boot, faulty):
    data = blob(5000)
    faulty.answers["/x"] = [
        OK + b"Transfer-Enc", b"oding: chunked\r\n\r", b"\n3", b"e8;name=value\r\n", data[:999],
        data[999:1000] + b"\r", b"\nFA0\r\n" + data[1000:] + b"\r\n0\r\nTrailer: x\r\n", b"\r\n",
    ]  # fmt: skip
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=http://{network.SLIRP_HOST}:{faulty.port}/x {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == (5000, sha256(data))


def test_body_until_close(boot, faulty):
    data = blob(70_000)
    faulty.answers["/x"] = [OK + b"\r\n", data[:65000], data[65000:]]
    seen = boot.succeeds(
        f"linux=@/probe.efi initrd=http://{network.SLIRP_HOST}:{faulty.port}/x {END}"
    )
    assert (seen.initrd_size, seen.initrd_sha256) == (70_000, sha256(data))


@pytest.mark.parametrize(
    "pieces, status",
    [
        pytest.param([OK + b"Content-Length: 1000\r\n\r\n", b"x" * 10], 70, id="too short"),
        pytest.param(
            [OK + b"Transfer-Encoding: chunked\r\n\r\n", b"2\r\nxx\r\n"], 70, id="no last chunk"
        ),
        pytest.param([b""], 70, id="no answer"),
        pytest.param([OK + b"Content-Le"], 70, id="half a head"),
        pytest.param([b"220 mail.example.com ESMTP\r\n\r\n"], 68, id="not HTTP"),
        pytest.param([OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n"], 68, id="bad chunk"),
        pytest.param(
            [OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"], 68, id="two lengths"
        ),
        pytest.param([OK] + [b"X: " + b"x" * 4000 + b"\r\n"] * 40, 69, id="endless head"),
        pytest.param(
            [OK + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nxx"], 76, id="gzip"
        ),
        pytest.param([b"HTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\nxx"], 71, id="server error"),
        pytest.param([b"HTTP/1.1 304 Not Modified\r\n\r\n"], 71, id="nothing changed"),
        pytest.param([OK + b"Content-Length: 0\r\n\r\n"], 83, id="empty"),
    ],
)
def test_faulty_answer(boot, faulty, pieces, status):
    faulty.answers["/x"] = pieces
    boot.fails(f"linux=http://{network.SLIRP_HOST}:{faulty.port}/x idle-timeout=1", status)


def test_stalled_body(boot, faulty):
    faulty.answers["/x"] = [OK + b"Content-Length: 1000\r\n\r\n", b"x" * 10, faulty.STALL]
    boot.fails(f"linux=http://{network.SLIRP_HOST}:{faulty.port}/x idle-timeout=2", 54)


def test_slow_body(boot, faulty):
    """Never silent for long, but never done: only the total deadline can end it in time."""
    faulty.answers["/x"] = [OK + b"Content-Length: 100000\r\n\r\n"] + [b"x"] * 10_000
    boot.fails(
        f"linux=http://{network.SLIRP_HOST}:{faulty.port}/x total-timeout=3 idle-timeout=300", 54
    )


def test_missing_file(boot, web):
    message = boot.fails("linux=@/missing", 72)
    assert f"{web.base}/missing" in message
    assert "404" in message


def test_refused_connection(boot):
    # Port 1 of the host's loopback: nothing listens there.
    message = boot.fails(f"linux=http://{network.SLIRP_HOST}:1/x idle-timeout=1", 53)
    assert f"{network.SLIRP_HOST}" in message


def test_silent_address(boot):
    boot.fails(f"linux=http://{network.SLIRP_NOBODY}/x idle-timeout=2", 54)


def test_unknown_name(boot):
    message = boot.fails("linux=http://nobody.invalid/x idle-timeout=2", 52)
    assert "nobody.invalid" in message


def test_large_file(boot, web):
    """Many windows' worth of data, and a hole in a file costs nothing to make."""
    size = 48 << 20
    with open(web.root / "large", "wb") as file:
        file.truncate(size)
    seen = boot.succeeds(f"linux=@/probe.efi initrd=@/large {END}")
    assert (seen.initrd_size, seen.initrd_sha256) == (size, sha256(bytes(size)))
    # What the network took at most is logged, beside what it could have taken.
    assert re.search(r"of lwIP's heap at most [\d.]+ \w+ of 512.0 KiB; ", seen.console)
    most, limit = re.search(r"(\d+) of (\d+) frames were in use at most", seen.console).groups()
    assert 0 < int(most) < int(limit)


@pytest.mark.parametrize(
    "line, status, told",
    [
        ("linux=@/probe.efi initrd=@/huge", 132, "5.0 GiB needed"),
        ("linux=@/huge", 82, "5368709120"),
    ],
    ids=["initrd", "kernel"],
)
def test_huge_file(boot, web, line, status, told):
    """5 GiB, which 32 bits cannot count: what the server says is enough to refuse it."""
    with open(web.root / "huge", "wb") as file:
        file.truncate(5 << 30)
    assert told in boot.fails(line, status)
    # Of the body, no more than is under way until the connection breaks.
    assert sum(e.body_bytes for e in web.exchanges() if e.path == "/huge") < 64 << 20


def test_progress(boot, web):
    web.configure("limit_rate 1m;")
    web.put("initrd", blob(2 << 20))
    seen = boot.succeeds(f"linux=@/probe.efi initrd=@/initrd {END}")
    assert re.search(r"initrd +[\d.]+ \w+ of 2.0 MiB +\d+% +[\d.]+ MB/s +\d+ s left", seen.console)
