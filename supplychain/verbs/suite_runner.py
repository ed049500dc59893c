"""behave as the verbs start it: the suite's own steps and hooks, whichever folder the feature files lie in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from behave.configuration import Configuration
from behave.exception import ConfigError, InvalidFilenameError, TagExpressionError
from behave.parser import ParserError
from behave.runner import Runner
from behave.runner_util import parse_features
from behave.step_registry import registry

from supplychain.model.text import printable
from supplychain.suite import root
from supplychain.verbs.interface import VerbError, shown

QUIET = ("--no-timings", "--no-snippets", "--no-summary")


class SuiteRunner(Runner):  # type: ignore[misc]  # behave has no types
    """A run whose feature files may lie anywhere; no step or hook beside them is ever loaded."""

    def setup_paths(self) -> None:
        """Take steps and hooks from the suite; behave would look for them in the folders above the features."""
        self.base_dir = self.config.base_dir = str(root())
        self.path_manager.add(self.base_dir)


def runner(features: Path | None, arguments: tuple[str, ...], kind: type[SuiteRunner] = SuiteRunner) -> SuiteRunner:
    """Return a run of the feature files in a folder, or of the suite's own.

    Raises:
        VerbError: there are none in the folder, or an argument is none of behave's.
    """
    folder = features or root() / "features"
    files = sorted(folder.rglob("*.feature"))
    if not files:
        raise VerbError(f"{shown(folder)} holds no feature file; supplychain features export DIR writes them")
    for file in files:
        _ensure_text(file)
    registry.clear()  # the steps of an earlier run in this process
    with refused():
        # no configuration file: one in the current folder may be the target's, and could name code to run
        return kind(Configuration([str(folder), *QUIET, *arguments], load_config=False))


def parsed(features: Path | None) -> SuiteRunner:
    """Return a run whose steps are loaded and whose features are parsed, and not run.

    Raises:
        VerbError: there is no feature file, or one is no Gherkin.
    """
    found = runner(features, ("--format=null",))
    with refused(), found.path_manager:
        found.setup_paths()
        found.load_step_definitions()
        found.step_registry = registry
        found.features.extend(parse_features(sorted(found.feature_locations(), key=str)))
    return found


@contextmanager
def refused() -> Iterator[None]:
    """Turn what behave raises on its input into one line.

    Raises:
        VerbError: in its place.
    """
    try:
        yield
    except TagExpressionError as error:
        raise VerbError(f"--tags is no tag expression: {error}") from error
    except ParserError as error:
        raise VerbError(_place(error)) from error
    except (ConfigError, InvalidFilenameError) as error:
        raise VerbError(str(error)) from error


def _ensure_text(file: Path) -> None:
    try:
        file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VerbError(f"{shown(file)} cannot be read as UTF-8; save it as UTF-8") from error


def _place(error: Any) -> str:
    last = printable(str(error).rsplit("\n", 1)[-1])
    return f"{error.filename}:{error.line or 1}: no Gherkin: {last}"
