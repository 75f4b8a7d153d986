"""A playground of its own for these tests, a plain bot in it, and windows whose every fault fails the test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import Windows, browser
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

__all__ = ["browser"]


@pytest.fixture(scope="module")
def playground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaygroundAlone]:
    """Runs for a file's tests; at the end what it answered is held against Discord's own documents."""
    playground = PlaygroundAlone(tmp_path_factory.mktemp("playground"))
    playground.start()
    yield playground
    playground.kill()
    assert playground.wrong_answers() == []


@pytest.fixture(scope="module")
def bot(playground: PlaygroundAlone) -> Iterator[PlainBot]:
    """Connected for a file's tests."""
    with PlainBot(playground.facts["api"], playground.facts["token"]) as bot:
        yield bot


@pytest.fixture
def windows(browser: Browser, playground: PlaygroundAlone) -> Iterator[Windows]:
    """Windows on the playground's page; no fault and no foreign request may come of a test."""
    windows = Windows(browser, playground.facts["page"])
    yield windows
    windows.close()
    assert windows.faults == []
    assert [url for url in windows.requests if not url.startswith(playground.facts["page"])] == []
