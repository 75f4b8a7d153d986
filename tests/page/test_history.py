"""A long channel is read a page at a time, from either end, and no page tells what its reader may not see."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient

from guildwright.playground.app import make_app
from guildwright.playground.page.history import PAGE, History, Stretch
from guildwright.playground.records import Message
from tests.fakes.hall import Hall


def message(number: int) -> Message:
    return Message(id=number, channel_id=1, guild_id=1, author_id=1, sent_at="2026-11-21T12:00:00+00:00")


def channel(count: int, hidden: frozenset[int] = frozenset()) -> History:
    return History({number: message(number) for number in range(1, count + 1)}, lambda one: one.id not in hidden)


def shown(stretch: Stretch) -> tuple[int, int, int, bool, bool]:
    ids = [one.id for one in stretch.messages]
    assert ids == sorted(ids)
    return ids[0], ids[-1], len(ids), stretch.older, stretch.newer


def test_the_newest_page_is_the_end_of_the_channel() -> None:
    assert shown(channel(120).newest()) == (71, 120, PAGE, True, False)
    assert shown(channel(PAGE).newest()) == (1, PAGE, PAGE, False, False)
    assert channel(0).newest() == Stretch([])


def test_pages_above_and_below_meet_without_a_gap_and_say_where_the_channel_ends() -> None:
    assert shown(channel(120).before(71)) == (21, 70, PAGE, True, True)
    assert shown(channel(120).before(21)) == (1, 20, 20, False, True)
    assert shown(channel(120).after(20)) == (21, 70, PAGE, True, True)
    assert shown(channel(120).after(70)) == (71, 120, PAGE, True, False)


def test_a_page_around_a_message_has_it_in_the_middle_or_begins_where_the_channel_does() -> None:
    assert shown(channel(120).around(60)) == (35, 85, 51, True, True)
    assert shown(channel(120).around(1)) == (1, 26, 26, False, True)
    assert shown(channel(120).around(120)) == (95, 120, 26, True, False)


def test_hidden_messages_fill_no_page() -> None:
    hidden = frozenset(range(2, 100))
    assert shown(channel(120, hidden).newest()) == (1, 120, 22, False, False)


@pytest.fixture
async def client(hall: Hall) -> AsyncIterator[AsyncClient]:
    app: Any = make_app(hall.play)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://page.test") as client:
        yield client


async def test_a_page_of_history_is_drawn_for_the_seat_that_asks(client: AsyncClient, hall: Hall) -> None:
    first = hall.write("bo", content="the first word")
    hall.write("guildwright", private_to="bo", content="for Bo alone")
    last = [hall.write("bo", content=f"word {number}") for number in range(PAGE)][-1]
    seat = {"channel": hall.channel_id("giveaways"), "as": hall.user_id("ana")}
    newest = (await client.get("/page/history", params=seat)).text
    assert len(re.findall('<li class="message', newest)) == PAGE
    assert '<ol id="stretch" data-older>' in newest
    older = (await client.get("/page/history", params={**seat, "before": last.id - 1})).text
    assert "for Bo alone" not in older
    assert f'id="m-{first.id}"' in older
    assert '<ol id="stretch" data-newer>' in older
