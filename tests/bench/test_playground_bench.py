"""The playground's benchmark in small: what it counts is right. How fast it is, nobody asserts on a shared machine."""

from pathlib import Path

import pytest

from tests.bench.playground import measure

pytestmark = pytest.mark.integration


def test_every_message_of_the_generator_reaches_the_client_in_order(tmp_path: Path) -> None:
    found = measure(tmp_path, guilds=20, members=10, events=400, runs=2)

    assert (found.events, found.in_order) == (800, True)
    assert found.rate > 0
    assert found.peer_rate > 0
    assert 0 < found.idle_mb < 1500
