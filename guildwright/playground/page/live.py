"""The page's live stream: each change of the playground, drawn for one seat, as HTML that htmx puts in its place."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from markupsafe import Markup

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
# A busy guild is drawn a few times a second, not once for each message, and a flood not message by message.
_PACE_S = 0.05
_LATEST_STORY_S = 1.0
MOST_AT_ONCE = 60

# In place of HTML: the seat is no more (the member left, the channel is gone or hidden), the page must be loaded anew.
GONE = "gone"
# In place of HTML: the side panel is old, it asks for itself again.
STORY = "story"
# In place of HTML: more was written than is worth drawing one by one; the list asks for its newest page again.
FLOOD = "flood"

_PLACES = frozenset({"member", "role", "channel", "guild", "thread", "voice", "presence"})
_HEADING = ("title.html", "guilds.html", "heading.html", "labels.html")
_MESSAGES = frozenset({"message_create", "message_update", "message_delete", "private_message"})


class Live:
    """One open page."""

    def __init__(self, play: Playground, draw: Draw, at: Seat, seen: Seen, look: Callable[[Seat], View]) -> None:
        self._play = play
        self._draw = draw
        self._at = at
        self._seen = seen
        self._look = look
        self._newest = 0
        self._told_heading = Markup()

    async def updates(self, shown: str | None) -> AsyncIterator[str]:
        """HTML for out-of-band swaps; first the whole view, unless `shown` is the digest of what is there already."""
        async with _listening(self._play.feed) as queue:
            view = self._look(self._at)
            self._newest = max((record.id for record in view.records), default=0)
            self._heading(view)
            self._seen.read(self._at.user, self._at.channel.id)
            yield "" if view.digest == shown else self._everything(view)
            if view.digest != shown:
                yield STORY
            async with aclosing(self._following(queue)) as following:
                async for html in following:
                    yield html

    async def _following(self, queue: asyncio.Queue[Notice | None]) -> AsyncGenerator[str]:
        clock = asyncio.get_running_loop().time
        story_due: float | None = None  # when the panel is told at the latest, quiet or not
        while True:
            batch = await _batch(queue, _STILL_THERE_S if story_due is None else _QUIET_S)
            if not batch:
                yield "" if story_due is None else STORY
                story_due = None
                continue
            notices = [notice for notice in batch if notice is not None]
            if any(notice.event in _PLACES for notice in notices) and not seats.still_there(self._play, self._at):
                yield GONE
                return
            for html in self._drawn(notices):
                yield html
            if len(notices) < len(batch):
                return
            if story_due is not None and clock() > story_due:
                yield STORY
                story_due = None
            else:
                story_due = story_due or clock() + _LATEST_STORY_S
            if len(batch) > 1:
                await asyncio.sleep(_PACE_S)

    def _everything(self, view: View) -> str:
        names = ("messages.html", "rail.html", "channels.html", "members.html", "bot.html", *_HEADING)
        return Markup("\n").join(self._draw.part(name, view) for name in names)

    def _heading(self, view: View) -> Markup:
        """What says where one is, if it is not what it was."""
        drawn = Markup("\n").join(self._draw.part(name, view) for name in _HEADING)
        fresh = drawn != self._told_heading
        self._told_heading = drawn
        return drawn if fresh else Markup()

    def _drawn(self, notices: list[Notice]) -> list[str]:
        here = [notice for notice in notices if self._is_here(notice)]
        # What is drawn as a whole is drawn once, however often it changed.
        rest = {_what_it_redraws(notice): notice for notice in notices if not self._is_here(notice)}
        if len(here) > MOST_AT_ONCE:
            self._newest = max(self._newest, *(int(notice.data["message_id"]) for notice in here))
            return [*filter(None, map(self._told, rest.values())), FLOOD]
        return [html for html in map(self._told, [*here, *rest.values()]) if html]

    def _is_here(self, notice: Notice) -> bool:
        return notice.event in _MESSAGES and int(notice.data["channel_id"]) == self._at.channel.id

    def _told(self, notice: Notice) -> str:
        if notice.event == "bot":
            view = self._look(self._at)
            return self._draw.part("bot.html", view) + self._draw.into("innerHTML:#picker", "commands.html", view)
        if notice.event in _PLACES:
            view = self._look(self._at)
            posts = self._draw.part("posts.html", view) if view.channel.kind == "forum" else Markup()
            rail = self._draw.part("rail.html", view) if notice.event == "guild" else Markup()
            return (
                self._heading(view)
                + rail
                + self._draw.part("channels.html", view)
                + self._draw.part("members.html", view)
                + posts
            )
        if notice.event in _MESSAGES:
            return self._message(notice)
        if notice.event == "typing" and int(notice.data["channel_id"]) == self._at.channel.id:
            return self._typing(notice.data["user_id"])
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
        return self._arrived(message) if message_id > self._newest else self._changed(message)

    def _typing(self, user_id: str) -> str:
        if user_id == str(self._at.user.id):
            return ""
        view = self._look(self._at)
        return self._draw.into("innerHTML:#typing", "typing.html", view, name=view.names.user(user_id) or "Somebody")

    def _arrived(self, message: Message) -> str:
        self._newest = message.id
        self._seen.read(self._at.user, self._at.channel.id)
        view = self._look(self._at)
        quiet = self._draw.wrapped("innerHTML:#typing", Markup())  # whoever wrote is done typing
        return self._draw.appended("#message-list", self._draw.message(message, view, fresh=True)) + quiet

    def _changed(self, message: Message) -> str:
        return self._draw.message(message, self._look(self._at), swap="true")

    def _gone(self, message_id: int) -> str:
        if message_id > self._newest:
            return ""
        gone = Markup('<li id="m-{}" hx-swap-oob="delete"></li>').format(message_id)
        view = self._look(self._at)
        below = view.below(message_id)
        # It may have continued what is gone, and then needs its author's name.
        return gone + self._draw.message(below, view, swap="true") if below and below.id <= self._newest else gone

    def _elsewhere(self, channel_id: int) -> str:
        view = self._look(self._at)
        channel = next((row for row in view.channels if row.id == str(channel_id)), None)
        return self._draw.unread(channel, view) if channel else ""


def _what_it_redraws(notice: Notice) -> str:
    if notice.event in _MESSAGES:
        return str(notice.data["channel_id"])
    return "places" if notice.event in _PLACES - {"guild"} else notice.event


async def _batch(queue: asyncio.Queue[Notice | None], patience: float) -> list[Notice | None]:
    """All that waits, at least one; nothing if nothing came in time."""
    try:
        batch = [await asyncio.wait_for(queue.get(), patience)]
    except TimeoutError:
        return []
    while not queue.empty():
        batch.append(queue.get_nowait())
    return batch


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
