"""A right that the operator lacks is named in its log, once: it is missed again for every guild and every try."""

import pytest
import structlog

from guildwright.platform.clock import SystemClock
from guildwright.platform.config.refusals import refusal
from guildwright_operator.apply import Writer
from guildwright_operator.queue import Again
from guildwright_operator.reconcile import Happened
from tests.fakes.documents import ELM, OAK
from tests.operator.one_page import OnePage


class Forbidding(OnePage):
    """An API server that lets nobody write."""

    def _answer(self, method: str, path: str, body: object) -> dict[str, object]:
        del method, path, body
        raise refusal(403, '{"message": "no"}', "guilds")


async def test_a_missing_right_is_said_once_for_all_guilds(page: OnePage) -> None:
    writer = Writer(Forbidding(page.api, "guilds"), "me", SystemClock(), lambda: True)
    with structlog.testing.capture_logs() as logs:
        for guild in (OAK, ELM):
            with pytest.raises(Again):
                await writer.status(guild, guild, {})
            await writer.event(guild, guild, 1, Happened("Published", "it is in force"))
    assert [one["event"] for one in logs] == ["a status was refused", "an event was refused"]
