"""What every test run says at its end."""

from tests.contract.seen import pytest_sessionfinish
from tests.contract.spec import pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]
