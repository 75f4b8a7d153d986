"""A real Chromium for tests: windows whose faults are collected, axe, and screenshots to look at."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
# What is to come comes at once; on a machine that is busy with something else it takes its time.
PATIENCE_MS = 30_000
WIDE = (1280, 900)
PHONE = (390, 844)

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_REPORT = """document.addEventListener("securitypolicyviolation", (e) =>
  console.error(`Content-Security-Policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));"""
# The browser notes every answer of 4xx; 422 is how the page says that a form was filled in wrongly. htmx notes every
# question that a newer one replaces: what is typed further while suggestions are on their way.
_EXPECTED = ("status of 422", "htmx:afterRequest", "htmx:sendAbort")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("Chromium is missing. On Debian or Ubuntu: apt-get install -y chromium fonts-noto-color-emoji")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # The sandbox needs rights that containers do not give; the pages are our own.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


class Windows:
    """Opens windows, each as another person would: with storage of its own. `faults` is what went wrong in any."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self.url = url
        self.faults: list[str] = []
        self.requests: list[str] = []
        self._contexts: list[BrowserContext] = []

    def open(
        self, query: str = "", size: tuple[int, int] = WIDE, *, dark: bool = False, tour: bool = False, before: str = ""
    ) -> Page:
        """A new window on the page, once its live stream is connected; `before` is a script that runs first."""
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_REPORT)
        if not tour:
            context.add_init_script('localStorage.setItem("guildwright.tour", "off")')
        if before:
            context.add_init_script(before)
        page = context.new_page()
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(self.url + query)
        page.locator("html[data-live=on]").wait_for(state="attached")
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(expected in text for expected in _EXPECTED):
            self.faults.append(f"console: {text}")

    def close(self) -> None:
        """Close all of them."""
        for context in self._contexts:
            context.close()


def axe_violations(page: Page) -> list[str]:
    """What axe finds wrong, one line per element."""
    if not AXE.exists():
        pytest.fail("axe-core is missing. Run: npm ci --prefix web")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def screenshot(page: Page, name: str) -> Path:
    """Leave a picture in test-results/."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.png"
    page.screenshot(path=path)
    return path
