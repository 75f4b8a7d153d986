"""A right that the operator lacks is named in its log, once: it is missed again for every guild and every try."""

import json

import pytest
import structlog

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.refusals import refusal
from guildwright_operator.apply import Writer
from guildwright_operator.queue import Again
from guildwright_operator.reconcile import Happened
from tests.fakes.documents import ELM, OAK
from tests.operator.one_page import OnePage

FORBIDDEN = {
    "a right": 'User "op" cannot patch resource "guildconfigs/status" in API group "guildwright.dev"',
    "a quota": "exceeded quota: few, requested: count/events=1, used: count/events=9, limited: count/events=9",
    "an end": "unable to create new content in namespace home because it is being terminated",
}


class Refusing(OnePage):
    """An API server that lets nobody write."""

    status: int
    why: str

    def _answer(self, method: str, path: str, body: dict[str, dict[str, str]]) -> dict[str, object]:
        del method, path
        message = f'events.events.k8s.io "{body["metadata"]["name"]}" is forbidden: {self.why}'
        raise refusal(self.status, json.dumps({"reason": "Forbidden", "message": message}), "home")


async def warnings(page: OnePage, status: int, why: str) -> list[str]:
    """What is said of two guilds that nothing can be written about."""
    server = Refusing(page.api, "home")
    server.__dict__.update(status=status, why=why)
    writer = Writer(server, "me", SystemClock(), lambda: True)
    with structlog.testing.capture_logs() as logs:
        for guild in (OAK, ELM):
            with pytest.raises(Again):
                await writer.status(guild, guild, {})
            await writer.event(guild, guild, 1, Happened("Published", "it is in force"))
    return [one["event"] for one in logs if one["log_level"] == "warning"]


@pytest.mark.parametrize("why", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_what_is_missing_is_said_once_for_all_guilds(page: OnePage, why: str) -> None:
    assert await warnings(page, 403, why) == ["a status was refused", "an event was refused"]


async def test_a_server_that_is_away_refuses_nothing(page: OnePage) -> None:
    assert await warnings(page, 503, "not now") == []
