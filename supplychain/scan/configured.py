"""The weights of a model held against the settings beside them: shapes and types, as transformers names them.

It stands apart from the scan of an artifact, whose result depends on the bytes of that artifact alone.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from supplychain import catalog
from supplychain.model.scan import Coverage, Indicator
from supplychain.scan.engine import DEFAULT
from supplychain.scan.interface import Limits, Report, StoppedError
from supplychain.scan.named import Weight, weights
from supplychain.scan.source import opened

NAME = "configuration"
_LONGEST = 4 << 20
_TOLD = 20
_PACKED = ("quantization_config", "compression_config")
"""Settings with which tensors are packed, and have other shapes and types than the model."""


def held(
    path: str | Sequence[str], config_path: str, limits: Limits = DEFAULT
) -> tuple[tuple[Indicator, ...], Coverage]:
    """Return what of a model's weights is otherwise than its `config.json` says, and whether that was looked at.

    The weights are a file, an index of safetensors, or all files of a model.
    """
    report = Report(limits, deadline=time.monotonic() + limits.seconds)
    try:
        config, size = _settings(config_path)
        with weights((path,) if isinstance(path, str) else tuple(path), report) as found:
            _shapes(found.tensors, config, report)
            _type(found.tensors, config, report)
        report.covered(NAME, size)
    except StoppedError as error:
        report.stopped(NAME, str(error))
    except Exception as error:  # noqa: BLE001 - hostile bytes: a reader that breaks has not looked at them
        report.stopped(NAME, f"reading it broke: {type(error).__name__}: {error}")
    return tuple(report.indicators), report.coverage[NAME]


def _settings(path: str) -> tuple[dict[str, Any], int]:
    with opened(path) as reader:
        if reader.size > _LONGEST:
            raise StoppedError("the settings are longer than what is read")
        try:
            config = json.loads(reader.read(0, reader.size))
        except (ValueError, RecursionError) as error:
            raise StoppedError("the settings are no JSON") from error
    if not isinstance(config, dict):
        raise StoppedError("the settings are no object of JSON")
    return config, reader.size


def _shapes(tensors: dict[str, Weight], config: dict[str, Any], report: Report) -> None:
    """Hold shapes against settings; a model of several parts has settings of their own for each, and is left out."""
    parts = any(
        isinstance(value, dict) and key.endswith(("_config", "encoder", "decoder")) for key, value in config.items()
    )
    if parts or any(key in config for key in _PACKED):
        return
    for name, weight in tensors.items():
        for wanted, setting in _wanted(name, weight, config):
            if len(report.indicators) < _TOLD and wanted[0] != wanted[1]:
                says = f"one of its dimensions is {wanted[1]:,}, and {setting} is {wanted[0]:,}"
                report.saw(NAME, "shape-not-configured", says, name[:200])


def _wanted(name: str, weight: Weight, config: dict[str, Any]) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield what the settings say of each dimension, what it is, and which setting says so."""
    for rule in catalog.configured().tensor:
        if len(rule.dimensions) == len(weight.shape) and re.fullmatch(rule.names, name):
            for settings, found in zip(rule.dimensions, weight.shape, strict=True):
                setting = next((key for key in settings if type(config.get(key)) is int), None)
                if setting is not None:
                    yield (config[setting], found), setting


def _type(tensors: dict[str, Weight], config: dict[str, Any], report: Report) -> None:
    said = config.get("torch_dtype", config.get("dtype"))
    types = catalog.configured().types
    wanted = types.get(said.removeprefix("torch.")) if isinstance(said, str) else None
    sizes: Counter[str] = Counter()
    for weight in tensors.values():
        if weight.dtype in types.values():
            sizes[weight.dtype] += weight.size
    most = max(sizes, key=lambda dtype: sizes[dtype], default=wanted)
    if wanted and most != wanted:
        says = f"most of its values are {most}, and the settings say {str(said)[:40]}"
        report.saw(NAME, "type-not-configured", says)
