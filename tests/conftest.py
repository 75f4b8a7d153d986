"""What every test run says at its end, and what holds for all of it."""

import logging
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

from tests.cluster import wanted
from tests.cluster.fixtures import network, plane
from tests.cluster.wanted import pytest_addoption, say_not_run
from tests.contract import spec
from tests.contract.seen import pytest_sessionfinish

__all__ = ["network", "plane", "pytest_addoption", "pytest_sessionfinish"]

hypothesis.settings.register_profile("guildwright", deadline=None)  # a busy machine is no failure
hypothesis.settings.register_profile("deep", deadline=None, max_examples=3000)  # pytest --hypothesis-profile=deep
hypothesis.settings.load_profile("guildwright")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes long begins first: at the end one process would be left with it, and the others with nothing."""
    wanted.pytest_collection_modifyitems(config, items)
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(autouse=True)
def log_as_it_was() -> Iterator[None]:
    """A command that a test runs in this process writes its log to a stream that is closed when the test is over."""
    root = logging.getLogger()
    before, level = set(root.handlers), root.level
    yield
    for handler in set(root.handlers) - before:
        if type(handler) is logging.StreamHandler:  # pytest's own are others
            root.removeHandler(handler)
    root.setLevel(level)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What was not run, and how to run it."""
    spec.pytest_terminal_summary(terminalreporter)
    say_not_run(terminalreporter)
