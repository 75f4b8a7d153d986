"""The live stream shows a seat each change that its member may see, once, in the place where it belongs."""

import asyncio
from typing import TYPE_CHECKING

import pytest

from guildwright.playground.control.access import Control
from guildwright.playground.control.requests import NewMember
from guildwright.playground.page.live import FLOOD, GONE, MOST_AT_ONCE, STORY
from guildwright.playground.page.seat import Seat
from tests.fakes.hall import Hall

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def stream(hall: Hall, at: Seat, shown: str | None) -> "AsyncIterator[str]":
    """What the page of this seat is told."""
    return hall.desk.updates(at.channel.id, at.user.id, shown)


class Watcher:
    """One open page."""

    def __init__(self, hall: Hall, at: Seat) -> None:
        self._stream = stream(hall, at, hall.desk.look(at).digest)

    async def open(self) -> "Watcher":
        assert await anext(self._stream) == "", "a page that is up to date is told nothing"
        return self

    async def next(self) -> str:
        """The next update that is not the side panel."""
        async with asyncio.timeout(30):
            while True:
                html = await anext(self._stream)
                if html and html != STORY:
                    return str(html)

    async def quiet(self) -> bool:
        """Whether nothing but the side panel comes."""
        try:
            async with asyncio.timeout(0.5):
                await self.next()
        except TimeoutError:
            return True
        return False


async def watch(hall: Hall, user: str = "ana", channel: str = "giveaways") -> Watcher:
    return await Watcher(hall, hall.seat(user, channel)).open()


async def test_a_new_message_is_appended_an_edit_replaces_it_and_a_deletion_takes_it_away(hall: Hall) -> None:
    watcher = await watch(hall)
    message = hall.write("bo", content="hello")
    created = await watcher.next()
    assert created.startswith('<div hx-swap-oob="beforeend:#message-list">')
    assert f'id="m-{message.id}"' in created
    hall.edit(message, "good evening")
    edited = await watcher.next()
    assert f'id="m-{message.id}" hx-swap-oob="true"' in edited
    assert "good evening" in edited
    hall.delete(message)
    assert await watcher.next() == f'<li id="m-{message.id}" hx-swap-oob="delete"></li>'


async def test_a_private_reply_reaches_its_member_alone(hall: Hall) -> None:
    ana, bo = await watch(hall, "ana"), await watch(hall, "bo")
    hall.write("guildwright", private_to="ana", content="psst")
    assert "psst" in await ana.next()
    assert await bo.quiet()


async def test_a_message_elsewhere_is_counted_and_one_in_a_hidden_channel_is_not(hall: Hall) -> None:
    watcher = await watch(hall)
    hall.write("bo", "mod-log", content="secret")
    hall.write("bo", "gatehouse", content="hello")
    counted = await watcher.next()
    assert f'id="unread-{hall.channel_id("gatehouse")}" hx-swap-oob="true">1<' in counted
    assert "secret" not in counted


async def test_a_page_that_missed_something_is_given_everything(hall: Hall) -> None:
    at = hall.seat()
    old = hall.desk.look(at).digest
    hall.write("bo", content="meanwhile")
    first = await anext(stream(hall, at, old))
    assert "meanwhile" in first
    assert '<div class="messages" id="messages"' in first
    assert "meanwhile" in await anext(stream(hall, at, None))


async def test_a_message_that_comes_with_the_whole_view_does_not_come_twice(hall: Hall) -> None:
    message = hall.write("bo", content="once")
    watcher = await watch(hall)
    hall.edit(message, "still once")
    assert 'hx-swap-oob="true"' in await watcher.next()


async def test_nothing_is_lost_between_the_view_and_the_first_notice(hall: Hall) -> None:
    updates = stream(hall, hall.seat(), hall.desk.look(hall.seat()).digest)
    await anext(updates)
    for number in range(20):
        hall.write("bo", content=f"number {number}.")
    told = [await anext(updates) for _ in range(20)]
    assert all(f"number {number}." in html for number, html in enumerate(told))


async def test_a_new_member_appears_among_those_one_can_act_as(hall: Hall) -> None:
    watcher = await watch(hall)
    Control(hall.play).guilds.add_member(str(hall.seat().guild.id), NewMember(name="Dee"))
    told = await watcher.next()
    assert "<bdi>Dee</bdi>" in told
    assert '<nav id="members"' in told


async def test_the_side_panel_follows_when_it_is_quiet_again(hall: Hall) -> None:
    at = hall.seat()
    updates = stream(hall, at, hall.desk.look(at).digest)
    await anext(updates)
    hall.play.recorder.exchange(method="POST", path=f"/api/v10/channels/{at.channel.id}/messages", status=200)
    hall.write("guildwright", content="hello")
    await anext(updates)
    async with asyncio.timeout(30):
        assert await anext(updates) == STORY, "the panel asks for itself, since it knows which message is chosen"


async def test_the_stream_ends_with_the_playground(hall: Hall) -> None:
    updates = stream(hall, hall.seat(), None)
    await anext(updates)
    assert await anext(updates) == STORY
    hall.play.feed.close()
    with pytest.raises(StopAsyncIteration):
        await anext(updates)


async def test_the_page_of_a_member_who_leaves_is_told_so_and_so_is_one_that_comes_back_later(hall: Hall) -> None:
    at = hall.seat("cy")
    watcher = await watch(hall, "cy")
    Control(hall.play).guilds.remove_member(str(at.guild.id), str(at.user.id))
    assert await watcher.next() == GONE
    assert [html async for html in stream(hall, at, None)] == [GONE]


async def test_a_busy_guild_still_moves_the_side_panel(hall: Hall) -> None:
    """It waits for quiet, but not for ever."""
    at = hall.seat()
    updates = stream(hall, at, hall.desk.look(at).digest)
    await anext(updates)
    told: list[str] = []
    async with asyncio.timeout(30):
        while STORY not in told:
            hall.write("bo", content="chatter")
            told.append(await anext(updates))


async def test_a_flood_is_not_drawn_message_by_message(hall: Hall) -> None:
    at = hall.seat()
    updates = stream(hall, at, hall.desk.look(at).digest)
    await anext(updates)
    for number in range(MOST_AT_ONCE + 1):
        hall.write("bo", content=f"number {number}")
        hall.write("bo", "gatehouse", content=f"number {number}")
    counted, flood = await anext(updates), await anext(updates)
    assert f'id="unread-{hall.channel_id("gatehouse")}" hx-swap-oob="true">{MOST_AT_ONCE + 1}<' in counted
    assert flood == FLOOD
    last = hall.write("bo", content="after the flood")
    told = await anext(updates)
    assert told.startswith('<div hx-swap-oob="beforeend:#message-list">')
    assert f'id="m-{last.id}"' in told
