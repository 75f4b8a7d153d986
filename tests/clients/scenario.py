"""What every stock client is put through: the tests of all sections, in order, for one file per library."""

import pytest

from tests.clients.sections import asking, building, governing, housing, losing, talking, threading

SECTIONS = (talking, asking, building, governing, threading, housing, losing)

pytestmark = pytest.mark.integration
_tests = {name: test for section in SECTIONS for name, test in vars(section).items() if name.startswith("test_")}
globals().update(_tests)
__all__ = ["pytestmark", *_tests]  # noqa: PLE0604 - they are names
