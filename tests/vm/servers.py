"""HTTP servers: nginx for what a real server does, another for what none should do."""
import collections
import contextlib
import os
import pathlib
import re
import socket
import subprocess
import threading
import time
import urllib.parse
import urllib.request

import process
from paths import SetupError

CONFIGURATION = """\
daemon off;
master_process off;
worker_processes 1;
pid "{folder}/nginx.pid";
{user}
events {{ worker_connections 64; }}
http {{
    types {{ }}
    default_type application/octet-stream;
    log_format tests '$status $request_method $request_uri "$http_user_agent" '
                     '$connection $body_bytes_sent "$http_range"';
    access_log "{folder}/access.log" tests;
    client_body_temp_path "{folder}/client";
    proxy_temp_path "{folder}/proxy";
    fastcgi_temp_path "{folder}/fastcgi";
    uwsgi_temp_path "{folder}/uwsgi";
    scgi_temp_path "{folder}/scgi";
    server {{
        listen {address}:{port};
        root "{folder}/root";
{extra}
    }}
}}
"""


# A request as nginx saw it: its connection's number, and the Range header.
Exchange = collections.namedtuple("Exchange", "status path connection body_bytes asked")


def _free_port(address):
    with socket.create_server((address, 0)) as listener:
        return listener.getsockname()[1]


class Nginx:
    """
    Serves `root` on a free port of the loopback, or in a namespace on port 80.

    folder  private and existing
    extra   more directives for the server block
    """

    def __init__(self, folder, extra="", namespace=None, address="127.0.0.1"):
        self.folder = pathlib.Path(folder)
        self.root = self.folder / "root"
        self.root.mkdir(exist_ok=True)
        self.address = address
        self.extra = extra
        self.prefix = namespace.prefix if namespace else ()
        self._start_somewhere()

    def _start_somewhere(self):
        # Another program may take a free port before nginx does: then another one is free.
        for _ in range(5):
            self.port = 80 if self.prefix else _free_port(self.address)
            if self._start():
                return
        raise SetupError(f"nginx does not start: {(self.folder / 'nginx.log').read_text()}")

    def _start(self):
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=self.folder,
                address=self.address,
                port=self.port,
                extra=self.extra,
                # In a namespace of its own every user is root; nginx would become nobody.
                user="user root;" if os.geteuid() == 0 or self.prefix else "",
            )
        )
        with open(self.folder / "nginx.log", "wb") as log:
            self.process = process.start(
                ["nginx", "-e", "stderr", "-p", self.folder, "-c", configuration],
                self.prefix,
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        # nginx writes this file when it listens.
        while not (self.folder / "nginx.pid").exists():
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return True

    def configure(self, extra):
        """Starts anew, on another port, with more directives for the server block."""
        self.close()
        (self.folder / "nginx.pid").unlink(missing_ok=True)
        self.extra = extra
        self._start_somewhere()

    def headers(self, path):
        with urllib.request.urlopen(f"http://{self.address}:{self.port}{path}") as answer:
            return answer.headers

    def put(self, name, data):
        """Serves bytes (or a link to a file) under a name; returns the URL's path."""
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        if isinstance(data, (bytes, str)):
            target.write_bytes(data.encode() if isinstance(data, str) else data)
        else:
            target.symlink_to(pathlib.Path(data).resolve())
        return "/" + urllib.parse.quote(name)

    def requests(self):
        """(status, path) of each request so far."""
        try:
            lines = (self.folder / "access.log").read_text().splitlines()
        except FileNotFoundError:
            return []
        return [
            (int(status), path)
            for status, path in re.findall(r"^(\d+) \S+ (\S+)", "\n".join(lines), re.MULTILINE)
        ]

    def exchanges(self):
        """An Exchange for each request of pivotboot's so far."""
        log = (self.folder / "access.log").read_text()
        return [
            Exchange(int(status), path, int(connection), int(body_bytes), asked)
            for status, path, connection, body_bytes, asked in re.findall(
                r'^(\d+) GET (\S+) "pivotboot" (\d+) (\d+) "(.*)"$', log, re.MULTILINE
            )
        ]

    def close(self):
        process.stop(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def until_client_ends(connection):
    """It may have asked for the next part of a file already."""
    while connection.recv(4096):
        pass


class ByHand:
    """An HTTP server whose answers are written by hand: answer(), on a thread for each client."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection, contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = b""
            while True:
                while b"\r\n\r\n" not in asked:
                    data = connection.recv(4096)
                    if not data:
                        return
                    asked += data
                # The next request may be behind it.
                head, _, asked = asked.partition(b"\r\n\r\n")
                if not self.answer(connection, head.decode() + "\r\n\r\n"):
                    return

    def answer(self, connection, head):
        """Answers a request; returns whether the connection is kept."""
        raise NotImplementedError

    def close(self):
        # close() alone would leave accept() waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Faulty(ByHand):
    """
    Answers exactly the bytes it is told to, which no real server would send.

    answers  path -> list of pieces, each sent by itself; STALL as a piece: stay silent until
             the client gives up. The connection is closed after the last piece.
    """

    STALL = object()

    def __init__(self):
        self.answers = {}
        self.requested = []
        super().__init__()

    def answer(self, connection, head):
        path = head.split()[1]
        self.requested.append(path)
        for piece in self.answers[path]:
            if piece is self.STALL:
                until_client_ends(connection)
            else:
                connection.sendall(piece)
                time.sleep(0.01)  # so that the pieces arrive as such
        return False
