"""A web server for one file that breaks off, changes its mind and gets ranges wrong."""
import re
import socket
import struct
import threading
import time

import servers


class Fickle(servers.ByHand):
    """
    Serves `data` under every path, with ranges, ETag and kept connections, but for:

    etag        None for none
    ranges      False: it ignores them
    shift       each part begins so many bytes later, and says so
    units       what Content-Range counts in
    partial     True: it answers with a part even who asks for everything
    said        what the Content-Length of a 200 says
    breaks      offsets in the file: when one is reached the answer ends there, once each
    ending      how: "fin", "reset" or "stall"
    later       (data, etag) from the first break on
    first       answers (bytes) for the first requests
    """

    def __init__(self, data, etag='"v1"', ranges=True, shift=0, units="bytes",
                 partial=False, said=None, breaks=(), ending="fin", later=None,
                 first=()):  # fmt: skip
        self.data, self.etag, self.ranges, self.shift, self.units = data, etag, ranges, shift, units
        self.partial, self.said, self.ending, self.later = partial, said, ending, later
        self.breaks = sorted(breaks)
        self.first = list(first)
        self.requests = []  # (time, Range, If-Range)
        self.sent_bytes = 0  # of the file
        self._lock = threading.Lock()
        super().__init__()

    def answer(self, connection, head):
        """Whether the connection is kept."""
        asked = re.search(r"^Range: bytes=(\d+)-(\d*)\r$", head, re.MULTILINE)
        version = re.search(r"^If-Range: (.*)\r$", head, re.MULTILINE)
        with self._lock:
            self.requests.append(
                (time.monotonic(), asked and (int(asked[1]), asked[2] and int(asked[2])),
                 version and version[1])
            )  # fmt: skip
            if self.first:
                connection.sendall(self.first.pop(0))
                return False
            data, etag = self.data, self.etag
        if self.partial and not asked:
            asked = ("", 0, "")
        etag_line = f"ETag: {etag}\r\n" if etag else ""
        if self.ranges and asked and (not version or version[1] == etag):
            first = int(asked[1]) + self.shift
            end = min(int(asked[2]) + 1 if asked[2] else len(data), len(data))
            said = f"Content-Range: {self.units} {first}-{end - 1}/{len(data)}\r\n"
            status, length = "206 Partial Content", end - first
        else:
            first, end, said = 0, len(data), ""
            status, length = "200 OK", len(data) if self.said is None else self.said
        connection.sendall(
            f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{said}{etag_line}\r\n".encode()
        )
        with self._lock:
            stop = next((offset for offset in self.breaks if first <= offset < end), None)
            if stop is not None:
                self.breaks.remove(stop)
                if self.later:
                    self.data, self.etag = self.later
            sent = data[first : end if stop is None else stop]
            self.sent_bytes += len(sent)
        connection.sendall(sent)
        if stop is None:
            return status != "200 OK" or self.said is None
        if self.ending == "stall":
            servers.until_client_ends(connection)
        elif self.ending == "reset":
            time.sleep(0.2)  # so that what was sent arrives before
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            # What the client has asked for meanwhile would make it a reset, were it not read.
            connection.shutdown(socket.SHUT_WR)
            servers.until_client_ends(connection)
        return False
