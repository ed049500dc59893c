"""The one HTTP session: bounded in time and size, never redirected to another host, its tokens at home.

What is asked for is a path below an endpoint; no address that anybody else names ever gets here.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError
from urllib3.util.retry import Retry

from supplychain import __version__
from supplychain.facts.endpoints import Endpoint, origin
from supplychain.facts.interface import WORKERS, Answer, NoFactError

IN_A_ROW = 5
"""Requests in a row to which nobody answered, after which a source is not asked again in this run."""
HOPS = 3
"""Redirects within a host that are followed."""
CHUNK = 1 << 16
REFUSING = frozenset({401, 403, 404})
"""Answers that may say that there is no such thing, where the service's own word for it stands beside them."""
DOWN = frozenset({401, 407, 429})
"""Answers that speak of the service and not of what it was asked for; 5xx beside them."""


@dataclass(frozen=True)
class Limits:
    """Bounds of every request, in seconds; those of a source stand in the catalog."""

    connect: float = 5
    read: float = 20
    retries: int = 2
    back_off: float = 0.5
    longest_wait: int = 10
    """Of what a service may ask for with Retry-After."""
    total: float | None = None
    """Of all requests to one source; None: what the catalog says."""


class Session:
    """One session for all sources; its methods may be called from several threads."""

    def __init__(self, limits: Limits = Limits()) -> None:
        """Begin without a connection."""
        self.limits = limits
        self._lock = threading.Lock()
        self._begun: dict[str, float] = {}
        self._failed: dict[str, list[str]] = {}
        retry = Retry(
            total=limits.retries,
            read=min(limits.retries, 1),
            status_forcelist={429, 500, 502, 503, 504},
            allowed_methods={"GET", "POST"},  # the posts are queries
            backoff_factor=limits.back_off,
            retry_after_max=limits.longest_wait,
            redirect=0,
            raise_on_status=False,
        )
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"supplychain-spec/{__version__}"
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=WORKERS, max_retries=retry))

    def get(self, endpoint: Endpoint, path: str, accept: str = "application/json") -> Answer:
        """Return what a path below an endpoint answers: 200 with its body, or 404.

        Raises:
            NoFactError: it did not, within its bounds.
        """
        return self._ask("GET", endpoint, path, {"Accept": accept}, None)

    def post(self, endpoint: Endpoint, path: str, body: bytes) -> Answer:
        """Return what a path below an endpoint answers to JSON.

        Raises:
            NoFactError: as for `get`.
        """
        return self._ask("POST", endpoint, path, {"Content-Type": "application/json"}, body)

    def download(self, endpoint: Endpoint, path: str, into: BinaryIO) -> int:
        """Write what a path answers into a file; return how many bytes.

        Raises:
            NoFactError: as for `get`, or there is no such thing.
        """
        with self._guarded(endpoint) as until:
            response, _ = self._sent("GET", endpoint, path, {}, None)
            with response:
                if response.status_code != 200:
                    raise NoFactError(f"{endpoint.title} answered {response.status_code}")
                return sum(into.write(chunk) for chunk in self._chunks(response, endpoint, until))

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def _ask(self, method: str, endpoint: Endpoint, path: str, headers: dict[str, str], body: bytes | None) -> Answer:
        with self._guarded(endpoint) as until:
            response, redirects = self._sent(method, endpoint, path, headers, body)
            with response:
                error = _error(endpoint, response)
                if response.status_code not in {200, 404} and not error:
                    kind = _DownError if response.status_code in DOWN or response.status_code >= 500 else NoFactError
                    raise kind(f"{endpoint.title} answered {response.status_code} {_meaning(response)}".rstrip())
                content = b"".join(self._chunks(response, endpoint, until))
            return Answer(response.status_code, content, redirects, error)

    def _sent(
        self, method: str, endpoint: Endpoint, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[requests.Response, tuple[str, ...]]:
        """Send a request, and again where its host leads to another address of its own."""
        address = f"{endpoint.address}/{path}" if path and path[0] != "?" else endpoint.address + path
        home = origin(endpoint.address)
        seen: list[str] = []
        for _ in range(HOPS + 1):
            response = self._session.request(
                method,
                address,
                headers=headers,
                data=body,
                auth=_Credential(endpoint),
                timeout=(self.limits.connect, self.limits.read),
                allow_redirects=False,
                stream=True,
            )
            if not response.is_redirect:
                return response, tuple(seen)
            response.close()
            address = urljoin(address, response.headers["Location"])
            if origin(address) != home or method != "GET":
                to = urlsplit(address)
                raise NoFactError(
                    f"{endpoint.title} redirects to {to.scheme}://{to.hostname or ''}, which is not followed"
                )
            seen.append(urlsplit(address)._replace(query="", fragment="").geturl())
        raise NoFactError(f"{endpoint.title} redirects more than {HOPS} times")

    def _chunks(self, response: requests.Response, endpoint: Endpoint, until: float) -> Iterator[bytes]:
        limit, length = endpoint.source.max_bytes, 0
        while chunk := response.raw.read1(CHUNK, decode_content=True):  # returns what is there, so that no drip lasts
            length += len(chunk)
            if length > limit:
                raise NoFactError(f"{endpoint.title} answered with more than {limit:,} bytes")
            if time.monotonic() > until:
                raise NoFactError(f"{endpoint.title} took more than {self._seconds(endpoint):g} seconds in all")
            yield chunk

    def _guarded(self, endpoint: Endpoint) -> _Guard:
        return _Guard(self, endpoint)

    def begin(self, endpoint: Endpoint) -> float:
        """Return until when a source may be asked.

        Raises:
            NoFactError: it took too long already, or has failed too often.
        """
        with self._lock:
            until = self._begun.setdefault(endpoint.source.name, time.monotonic()) + self._seconds(endpoint)
            failed = self._failed.get(endpoint.source.name, [])
        if len(failed) >= IN_A_ROW:
            raise NoFactError(f"{failed[-1]}, {IN_A_ROW} times in a row, so it was not asked again")
        if time.monotonic() > until:
            raise NoFactError(f"{endpoint.title} took more than {self._seconds(endpoint):g} seconds in all")
        return until

    def ended(self, endpoint: Endpoint, reason: str) -> None:
        """Count a request to which nobody answered; an empty reason is an answer, which forgets those before."""
        with self._lock:
            name = endpoint.source.name
            self._failed[name] = [*self._failed.get(name, ()), reason] if reason else []

    def _seconds(self, endpoint: Endpoint) -> float:
        return self.limits.total or endpoint.source.max_seconds


class _DownError(NoFactError):
    """A service that answers nobody."""


class _Guard:
    """Around one request: it may be sent, and what goes wrong is one error with a reason."""

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        self.session = session
        self.endpoint = endpoint

    def __enter__(self) -> float:
        return self.session.begin(self.endpoint)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        known = isinstance(error, (requests.RequestException, HTTPError, OSError, ValueError))
        reason = f"{self.endpoint.title} {_reason(error)}" if known else ""
        self.session.ended(self.endpoint, str(error) if isinstance(error, _DownError) else reason)
        if known:
            raise NoFactError(reason) from error


class _Credential(requests.auth.AuthBase):
    """The endpoint's credential, for its own host; that it is there keeps requests from looking into a netrc."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.endpoint.credential and origin(request.url or "") == origin(self.endpoint.address):
            request.headers["Authorization"] = self.endpoint.credential
        return request


def _error(endpoint: Endpoint, response: requests.Response) -> str:
    """Return the service's own word for having no such thing; empty where it says none that the catalog knows."""
    word = response.headers.get(endpoint.source.error_header, "") if endpoint.source.error_header else ""
    return word if response.status_code in REFUSING and word in endpoint.source.errors else ""


def _meaning(response: requests.Response) -> str:
    return {401: "(it wants a login)", 403: "(it refuses)", 429: "(too many requests)"}.get(response.status_code, "")


def _reason(error: BaseException | None) -> str:
    """Return what went wrong, without addresses and ids of objects."""
    if isinstance(error, requests.exceptions.SSLError):
        return "has a certificate that is not trusted"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return "did not answer in time"
    if isinstance(error, (ProtocolError, DecodeError)):
        return "answered with a body that was cut short or damaged"
    if isinstance(error, requests.ConnectionError) or not isinstance(error, (requests.RequestException, ValueError)):
        return "could not be reached"
    return f"gave an answer that is not HTTP ({type(error).__name__})"
