"""A giveaway ends once with one winner message, whatever is killed and whenever Redis forgets."""

import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
import redis

from tests.fakes.guildwright import Running, running, until
from tests.fakes.play import Play, button, text_of

pytestmark = [pytest.mark.integration, pytest.mark.long]

DURATION = 10.0  # seconds; the shortest giveaway there is
# Seconds after the start command: while it is posted, while people enter, just before, at and after the due time.
MOMENTS = (0.0, 3.0, 9.8, 10.1, 10.6)


def flush(up: Running) -> None:
    """FLUSHALL; a Redis that is just being restarted is empty anyhow."""
    said = json.loads((up.home / "data" / "up.json").read_text())
    with contextlib.suppress(redis.RedisError):
        redis.Redis.from_url(said["env"]["REDIS_URL"]).flushall()


@pytest.mark.parametrize("victim", ["shard", "worker", "playground", "redis"])
def test_a_giveaway_ends_once_with_one_winner_message_though_a_process_is_killed(tmp_path: Path, victim: str) -> None:
    """Killed at every moment of its life; Redis is flushed in between."""
    with running(tmp_path) as up:
        play = Play(up)
        play.start("a carved oak chest")
        started = time.monotonic()
        killed: list[int] = []
        for moment in MOMENTS:
            time.sleep(max(0.0, started + moment - time.monotonic()))
            until(lambda: up.pids()[victim] not in killed)
            killed.append(until(lambda: up.kill(victim)))
            flush(up)
            if moment == MOMENTS[1]:
                for name in ("ana", "bo"):
                    play.enter(play.members[name], "a carved oak chest")
        assert len(set(killed)) == len(MOMENTS)
        found = until(lambda: play.announcements("a carved oak chest"), within=60)
        ended = until(lambda: _ended(play), within=30)
        until(lambda: _quiet(up), within=30)
        found = play.announcements("a carved oak chest")
        assert len(found) == 1, [text_of(message) for message in found]
        assert found[0]["mentions"][0]["id"] in {play.members["ana"], play.members["bo"]}
        assert len([m for m in play.messages() if "a carved oak chest" in text_of(m)]) == 3  # and the hash
        assert ended


def _ended(play: Play) -> dict[str, Any] | None:
    """The giveaway's own message, once nobody can press Enter any more."""
    panel = play.panel("a carved oak chest")
    enter = button(panel, "Enter")
    return panel if enter is None or enter.get("disabled") else None


def _quiet(up: Running) -> bool:
    """No effect on Discord for longer than a dead worker's lease is noticed would take: nothing is left to double."""
    before = up.get("/effects")
    time.sleep(6)
    return bool(up.get("/effects") == before)
