"""Each test has a demo guild of its own."""

import pytest

from tests.fakes.hall import Hall


@pytest.fixture
def hall() -> Hall:
    return Hall.new()
