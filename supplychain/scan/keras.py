"""Configurations of Keras: which classes and functions loading a model would look up and call.

They lie in `config.json` of a `.keras` archive, in the attribute `model_config` of an HDF5 file, and in JSON by themselves
(keras/src/saving/serialization_lib.py).
"""

from __future__ import annotations

import json
from typing import Any

from supplychain import catalog
from supplychain.scan.archives.members import leads_out
from supplychain.scan.interface import Reader, Report, StoppedError

NAME = "Keras"
_DEEPEST = 200
_LARGEST = 64 << 20


def matches(reader: Reader) -> bool:
    """Whether it is a configuration of Keras: JSON that names a class and its configuration."""
    if reader.size > _LARGEST or reader.read(0, 256).lstrip()[:1] != b"{":
        return False
    data = reader.read(0, reader.size)
    return b'"class_name"' in data and (b'"config"' in data or b'"module"' in data)


def scan(reader: Reader, report: Report) -> None:
    """Tell of classes that hold code, and of what is none of Keras's."""
    check_config(reader.read(0, reader.size), report)
    report.covered(NAME, reader.size)


def check_config(data: bytes | str, report: Report, where: str = "") -> None:
    """Tell what a configuration in JSON would look up.

    Raises:
        StoppedError: it is no JSON, or too deep.
    """
    try:
        config = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise StoppedError(f"its configuration cannot be read: {error}") from error
    _look(config, report, where, 0)


def _look(value: Any, report: Report, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise StoppedError(f"its configuration is more than {_DEEPEST} deep")
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str):
            where = _named(value) or where
            _judge(value, report, where)
        for key, inner in value.items():
            if key in catalog.graphs().keras.files and isinstance(inner, str) and inner:
                rule = "config-reads-outside" if leads_out(inner) or "://" in inner else "config-names-file"
                report.saw(NAME, rule, f"{key} names a file to read: {inner[:100]}", where)
            _look(inner, report, where, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _look(inner, report, where, depth + 1)


def _named(value: dict[str, Any]) -> str:
    config = value.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    return f"layer {name}" if isinstance(name, str) else ""


def _judge(value: dict[str, Any], report: Report, where: str) -> None:
    known = catalog.graphs().keras
    kind, module = value["class_name"], value.get("module")
    config = value.get("config")
    if kind in known.runs_code:
        report.saw(NAME, "layer-holds-code", f"{kind} holds code, or loads what does", where)
        return
    if kind == "function" and isinstance(config, str):
        kind = config
    registered = value.get("registered_name")
    if isinstance(module, str) and module:
        _module(module, kind, report, where)
    elif isinstance(registered, str) and ">" in registered:
        report.saw(NAME, "foreign-class", f"{registered} is a class that somebody registered", where)


def _module(module: str, name: str, report: Report, where: str) -> None:
    known = catalog.graphs().keras
    if any(module == package or module.startswith(f"{package}.") for package in known.packages):
        if name in known.functions:
            report.saw(NAME, "layer-holds-code", f"it calls {module}.{name}", where)
        return
    if catalog.pickle_globals().judge(module, name).verdict == "malicious" and not _is_plain_type(module, name):
        report.saw(NAME, "layer-holds-code", f"it looks up {module}.{name}", where)
    else:
        report.saw(NAME, "foreign-class", f"{module}.{name} is none of Keras's own", where)


def _is_plain_type(module: str, name: str) -> bool:
    return catalog.pickle_globals().judge(module, name).verdict == "allowed"
