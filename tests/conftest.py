"""What every test run says at its end."""

from tests.contract.spec import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]
