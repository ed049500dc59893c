"""Where facts are fetched: the official services, unless the assessor's own client configuration names another place.

Nothing of the target is read, nor anything relative to the current folder. pip and uv: the default index of the variables,
then `global.index-url` of pip's files (https://pip.pypa.io/en/stable/topics/configuration/). npm: `NPM_CONFIG_REGISTRY`,
then `registry` of the user's npmrc; `npm_config_*` in lower case is what npm derives from a project, and does not count.
"""

from __future__ import annotations

import base64
import configparser
import ipaddress
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from supplychain import catalog
from supplychain.catalog.interface import FactSource
from supplychain.facts.interface import NoFactError
from supplychain.files import NotReadError, read_bounded

LIMIT = 1_000_000
"""Bytes of a configuration file."""


@dataclass(frozen=True)
class Endpoint:
    """The place that a source's facts are fetched from."""

    source: FactSource
    mirror: str = ""
    """Its address where the assessor named it, without user and password; empty: the official one."""
    credential: str = field(default="", repr=False)
    """The value of the Authorization header, for this host alone."""
    problem: str = ""
    """Why nothing can be fetched from there."""

    @property
    def title(self) -> str:
        """What reports call it."""
        return f"{self.source.title} by way of {urlsplit(self.mirror).netloc}" if self.mirror else self.source.title

    @property
    def address(self) -> str:
        """The address, without a slash at its end.

        Raises:
            NoFactError: the assessor's configuration names one that cannot be used.
        """
        if self.problem:
            raise NoFactError(self.problem)
        return (self.mirror or self.source.address or _official(self.source.name)).rstrip("/")


def endpoint(name: str, environ: Mapping[str, str] = os.environ, home: Path | None = None) -> Endpoint:
    """Return the endpoint of a source; `home` is the assessor's home folder."""
    source = catalog.fact_sources()[name]
    for where, address in _configured(source, environ, home or _home(environ)):
        try:
            return _named(source, address.strip(), environ)
        except ValueError as error:
            return Endpoint(source, problem=f"{where} {error}, so {source.title} is not asked")
    return Endpoint(source, credential=_bearer(environ, source.official_token))


def origin(address: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port: what has to be the same for two addresses to be on one host."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _named(source: FactSource, address: str, environ: Mapping[str, str]) -> Endpoint:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or port == 0 or parts.scheme not in {"https", "http"} or parts.query or parts.fragment:
        raise ValueError("does not name an https:// address")
    if parts.scheme == "http" and not _is_loopback(host):
        raise ValueError(f"names an address of {host} without TLS")
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return Endpoint(source, plain, _credential(parts) or _bearer(environ, source.token))


def _credential(parts: SplitResult) -> str:
    if parts.username or parts.password:
        pair = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        return "Basic " + base64.b64encode(pair.encode()).decode()
    return ""


def _bearer(environ: Mapping[str, str], variable: str) -> str:
    token = environ.get(variable, "") if variable else ""
    return f"Bearer {token}" if token.isascii() and token.isprintable() and token else ""


def _configured(source: FactSource, environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    """Yield what names an address, with the address, by precedence."""
    for name in source.variables:
        if environ.get(name):
            yield name, re.sub(r"^[\w-]+=(?=https?:)", "", environ[name])  # uv: `name=address`
    if source.name == "pypi":
        yield from _pip_files(environ, home)
    if source.name == "npm":
        file = Path(environ.get("NPM_CONFIG_USERCONFIG") or home / ".npmrc")
        yield from _setting(file, "npm", "registry", environ)


def _pip_files(environ: Mapping[str, str], home: Path) -> Iterator[tuple[str, str]]:
    given = environ.get("PIP_CONFIG_FILE")
    if given == os.devnull:
        return
    config = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    own = [Path(given)] if given else [config / "pip" / "pip.conf", home / ".pip" / "pip.conf"]
    for file in [*own, Path("/etc/pip.conf")]:
        yield from _setting(file, "global", "index-url", environ)


def _setting(file: Path, section: str, key: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what a file sets a key to; an npmrc has no sections, and may name variables."""
    if not file.is_absolute():
        return
    try:
        text = read_bounded(Path(os.path.realpath(file)), LIMIT).decode("utf-8", "replace")
    except NotReadError:
        return
    parser = configparser.ConfigParser(strict=False, interpolation=None, allow_no_value=True, delimiters=("=",))
    try:
        parser.read_string(f"[npm]\n{text}" if section == "npm" else text)
    except configparser.Error:
        yield str(file), ""
        return
    if value := parser.get(section, key, fallback=None):
        yield str(file), re.sub(r"\$\{(\w+)\}", lambda found: environ.get(found[1], ""), value.strip("\"' "))


def _official(name: str) -> str:
    from packageurl.contrib.purl2url import get_download_url, get_repo_url  # only requests need it

    if name == "pypi":
        return str(get_repo_url("pkg:pypi/x")).replace("/project/x/", "/simple")  # type: ignore[no-untyped-call]
    return str(get_download_url("pkg:npm/x@1")).removesuffix("/x/-/x-1.tgz")  # type: ignore[no-untyped-call]  # the library has no types


def _home(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("HOME") or Path.home())


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
