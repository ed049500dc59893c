"""What every stand-in is: a threaded HTTP server on loopback that remembers requests and can be told to fail."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Any, Self
from urllib.parse import unquote, urlsplit

STEP = 1 << 16
LONGEST = 60
"""Seconds after which a request that hangs is let go, should nobody close the server."""


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    """With its query, not unquoted."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def json(self) -> object:
        """What its body holds."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b""
    type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    announced: int | None = None
    """The length that it states; None: the true one."""
    repeats: int = 1
    """How often the body is sent."""
    pause: float = 0.0
    """Seconds before each byte of the body; only for short ones."""
    chunked: bool = False
    """Whether it states no length; with `announced`, its end is missing."""
    hangs: bool = False
    """Whether nothing is ever sent."""


def answer(value: object, kind: str = "application/json") -> Reply:
    """Return JSON."""
    return Reply(body=json.dumps(value).encode(), type=kind)


def status(code: int, **headers: str) -> Reply:
    """Return an answer without a body; `_` in a header's name stands for `-`."""
    return Reply(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()})


def redirect(code: int, address: str) -> Reply:
    """Return a redirect."""
    return status(code, Location=address)


def cut_short() -> Reply:
    """Return half of what it announces."""
    return Reply(body=b'{"name": "demo",', announced=1000)


def wrong_json() -> Reply:
    """Return a page of a captive portal, called JSON."""
    return Reply(body=b"<html>Welcome to our network</html>")


def huge(size: int) -> Reply:
    """Return about `size` bytes."""
    return Reply(body=b" " * STEP, repeats=size // STEP + 1)


def dripping(seconds: float = 0.2) -> Reply:
    """Return a body of a hundred bytes, one every `seconds`."""
    return Reply(body=b" " * 100, pause=seconds)


def hanging() -> Reply:
    """Return nothing, and keep the connection."""
    return Reply(hangs=True)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    accepted = 0

    def get_request(self) -> tuple[socket, Any]:
        """Count a connection: one that begins with TLS, or with nothing, never becomes a request."""
        connection = super().get_request()
        self.accepted += 1
        return connection

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Say nothing of a client that hung up, as those do that were sent too much."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class StandIn:
    """A server on loopback; this one answers 404 to everything, which makes it the one that captures."""

    def __init__(self) -> None:
        """Bind a free port and answer from now on."""
        self.seen: list[Seen] = []
        self._plans: list[tuple[str, Reply, list[int]]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where a client is to be pointed."""
        return self.address

    def plan(self, path: str, reply: Reply, times: int | None = None) -> Self:
        """Give this reply to the next `times` requests whose path begins with `path`; None: to all of them."""
        with self._lock:
            self._plans.append((path, reply, [times if times is not None else 1_000_000]))
        return self

    def reply(self, seen: Seen, path: str) -> Reply:
        """Return the answer to a request; `path` is unquoted and has no query."""
        return Reply(status=404, body=f"nothing answers {seen.method} {path}".encode(), type="text/plain")

    @property
    def connections(self) -> int:
        """How many connections were made to it, whether or not a request came of them."""
        return self._server.accepted

    def paths(self) -> list[str]:
        """Return the path of every request, in the order in which they came."""
        return [seen.path for seen in self.seen]

    def close(self) -> None:
        """Let go of every request, and of the port."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def take(self, seen: Seen) -> Reply:
        """Remember a request and return its answer."""
        with self._lock:
            self.seen.append(seen)
            for path, reply, left in self._plans:
                if seen.path.startswith(path) and left[0]:
                    left[0] -= 1
                    return reply
            return self.reply(seen, unquote(urlsplit(seen.path).path))

    def pieces(self, reply: Reply) -> Iterator[bytes]:
        """Yield the body of an answer at its pace."""
        if not reply.pause:
            for _ in range(reply.repeats):
                yield reply.body
            return
        for byte in reply.body:
            if self._closing.wait(reply.pause):
                return
            yield bytes([byte])

    def wait(self) -> None:
        """Hang until the server closes."""
        self._closing.wait(LONGEST)


def _handler(owner: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = LONGEST
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = owner.take(Seen(self.command, self.path, headers, self.rfile.read(length)))
            with suppress(ConnectionError):
                self._send(reply)

        def __getattr__(self, name: str) -> Callable[[], None]:
            """Answer every other method as well, also CONNECT, which a client of a proxy begins with."""
            if name.startswith("do_"):
                return self.do_GET
            raise AttributeError(name)

        def _send(self, reply: Reply) -> None:
            if reply.hangs:
                self.close_connection = True
                owner.wait()
                return
            length = len(reply.body) * reply.repeats
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.type)
            if reply.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            else:
                self.send_header("Content-Length", str(length if reply.announced is None else reply.announced))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                for piece in owner.pieces(reply):
                    self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece) if reply.chunked else piece)
                if reply.chunked and reply.announced is None:
                    self.wfile.write(b"0\r\n\r\n")
            if reply.announced not in {None, length}:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server calls it
            """Print nothing."""

    return Handler
