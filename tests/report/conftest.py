"""A browser for the pages that a run leaves behind."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Route, sync_playwright

ROOT = Path(__file__).parents[2]
FLAGS = ["no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update", "disable-sync"]


@dataclass
class Opened:
    """A page, and what it did without being asked."""

    page: Page
    requests: list[str] = field(default_factory=list)
    """Addresses outside of the file that it would have sent a request to."""
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def missing(what: str) -> NoReturn:
    """Skip the test on a laptop, fail it in CI."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; .ci/run installs it")
    pytest.skip(what)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of package.json, with Allure installed."""
    if not (ROOT / "node_modules" / "allure").is_dir():
        missing("Allure is not installed: run `npm ci`")
    return ROOT


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return one browser for all tests."""
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("Chromium is not installed")
    with sync_playwright() as playwright:
        flags = [f"--{flag}" for flag in (*FLAGS, "no-first-run")]
        launched = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[[Path], Opened]]:
    """Return a function that opens a file in a fresh browser profile; what it would send is noted and not sent."""
    contexts: list[BrowserContext] = []

    def open_file(path: Path) -> Opened:
        context = browser.new_context(viewport={"width": 1400, "height": 1000}, locale="en-US")
        contexts.append(context)
        context.set_default_timeout(10_000)
        opened = Opened(context.new_page())

        def stop(route: Route) -> None:
            opened.requests.append(route.request.url)
            route.abort()

        def dismiss(dialog: Dialog) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        # Not the event "request": it also tells of what a policy has already refused.
        context.route(re.compile("^(?!file:|data:|blob:)"), stop)
        context.on("dialog", dismiss)
        opened.page.on("pageerror", lambda error: opened.errors.append(str(error)))
        opened.page.goto(path.absolute().as_uri())
        return opened

    yield open_file
    for context in contexts:
        context.close()
