"""What every test run says at its end, and what holds for all of it."""

import hypothesis

from tests.cluster.fixtures import network, plane
from tests.contract.seen import pytest_sessionfinish
from tests.contract.spec import pytest_terminal_summary

__all__ = ["network", "plane", "pytest_sessionfinish", "pytest_terminal_summary"]

hypothesis.settings.register_profile("guildwright", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("guildwright")
