"""The page's live stream: each change of the playground, drawn for one seat, as HTML that htmx puts in its place."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from markupsafe import Markup

from guildwright.playground import render_message
from guildwright.playground.feed import Feed, Notice
from guildwright.playground.page import seat as seats
from guildwright.playground.page.draw import Draw
from guildwright.playground.page.seat import Seat
from guildwright.playground.page.seen import Seen
from guildwright.playground.page.view import View
from guildwright.playground.playground import Playground
from guildwright.playground.records import Message

# The record of a request is complete a moment after what it caused: the side panel waits for quiet.
_QUIET_S = 0.2
_STILL_THERE_S = 15.0

# In place of HTML: the seat is no more (the member left, the channel is gone or hidden), the page must be loaded anew.
GONE = "gone"

_PLACES = frozenset({"member", "role", "channel", "guild"})


class Live:
    """One open page."""

    def __init__(self, play: Playground, draw: Draw, at: Seat, seen: Seen, look: Callable[[Seat], View]) -> None:
        self._play = play
        self._draw = draw
        self._at = at
        self._seen = seen
        self._look = look
        self._known: set[int] = set()

    async def updates(self, shown: str | None) -> AsyncIterator[str]:
        """HTML for out-of-band swaps; first the whole view, unless `shown` is the digest of what is there already."""
        async with _listening(self._play.feed) as queue:
            view = self._look(self._at)
            self._known = {record.id for record in view.records}
            self._seen.read(self._at.user, self._at.channel.id)
            yield "" if view.digest == shown else self._everything(view)
            story_is_old = False
            while True:
                try:
                    notice = await asyncio.wait_for(queue.get(), _QUIET_S if story_is_old else _STILL_THERE_S)
                except TimeoutError:
                    yield self._draw.part("story.html", self._look(self._at)) if story_is_old else ""
                    story_is_old = False
                    continue
                if notice is None:
                    return
                if notice.event in _PLACES and not seats.still_there(self._play, self._at):
                    yield GONE
                    return
                story_is_old = True
                if html := self._told(notice):
                    yield html

    def _everything(self, view: View) -> str:
        names = ("messages.html", "channels.html", "members.html", "bot.html", "story.html")
        return Markup("\n").join(self._draw.part(name, view) for name in names)

    def _told(self, notice: Notice) -> str:
        if notice.event == "bot":
            view = self._look(self._at)
            return self._draw.part("bot.html", view) + self._draw.into("innerHTML:#picker", "commands.html", view)
        if notice.event in _PLACES:
            view = self._look(self._at)
            return self._draw.part("channels.html", view) + self._draw.part("members.html", view)
        if notice.event in ("message_create", "message_update", "message_delete", "private_message"):
            return self._message(notice)
        return ""

    def _message(self, notice: Notice) -> str:
        channel_id, message_id = int(notice.data["channel_id"]), int(notice.data["message_id"])
        if channel_id != self._at.channel.id:
            return self._elsewhere(channel_id)
        message = self._play.memory.messages.get(channel_id, {}).get(message_id)
        if message is None:
            return self._gone(message_id)
        if not seats.visible_to(message, self._at.user):
            return ""
        return self._changed(message) if message_id in self._known else self._arrived(message)

    def _arrived(self, message: Message) -> str:
        self._known.add(message.id)
        self._seen.read(self._at.user, self._at.channel.id)
        body = render_message.message(self._play.memory, message)
        return self._draw.appended("#message-list", self._draw.message(body, self._look(self._at), fresh=True))

    def _changed(self, message: Message) -> str:
        return self._draw.message(render_message.message(self._play.memory, message), self._look(self._at), swap="true")

    def _gone(self, message_id: int) -> str:
        if message_id not in self._known:
            return ""
        self._known.discard(message_id)
        return Markup('<li id="m-{}" hx-swap-oob="delete"></li>').format(message_id)

    def _elsewhere(self, channel_id: int) -> str:
        view = self._look(self._at)
        channel = next((row for row in view.channels if row.id == str(channel_id)), None)
        return self._draw.unread(channel, view) if channel else ""


@asynccontextmanager
async def _listening(feed: Feed) -> AsyncIterator[asyncio.Queue[Notice | None]]:
    """A queue that holds every notice from now on; None ends it."""
    queue: asyncio.Queue[Notice | None] = asyncio.Queue()

    async def pump() -> None:
        async for notice in feed.listen():
            queue.put_nowait(notice)
        queue.put_nowait(None)

    task = asyncio.create_task(pump())
    # One turn of the loop, after which the task has begun to listen: what comes later is in the queue.
    await asyncio.sleep(0)
    try:
        yield queue
    finally:
        task.cancel()
