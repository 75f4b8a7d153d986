"""Looks for one of our own messages in a channel's raw history, and says whether it can be trusted not to be there.

Raw, since a single message that hikari cannot read (a new component type, say) would spoil the look at all others.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import hikari
from hikari.impl import RESTClientImpl
from hikari.internal import data_binding, routes

_PAGE = 100
PAGES = 10
# Our clock and Discord's may disagree by this much.
_SLACK = 120_000 << 22

type Sign = Callable[[dict[str, Any]], bool]


@dataclass(frozen=True)
class Look:
    """What a look at the history came to.

    Attributes:
        found: Our first message with the sign.
        doubt: Why one may be there that was not found; empty: there is none.
    """

    found: hikari.Message | None = None
    doubt: str = ""


async def look(rest: RESTClientImpl, channel_id: int, author_id: int, sign: Sign, after: datetime) -> Look:
    """Look for our first message since `after` that has the sign, among 1,000 of the channel's messages."""
    start = max(0, hikari.Snowflake.from_datetime(after) - _SLACK)
    seen = 0
    async for raw in _history(rest, channel_id, start):
        seen += 1
        if raw["author"]["id"] == str(author_id) and sign(raw):
            return Look(rest.entity_factory.deserialize_message(raw))
    if seen >= PAGES * _PAGE:
        return Look(doubt=f"more than {seen} messages were written since")
    # Without the right to read the history Discord returns an empty one, and no error.
    if not seen and await _last_message(rest, channel_id) > start:
        return Look(doubt="its history is empty, though something was written: is Read Message History granted?")
    return Look()


async def _last_message(rest: RESTClientImpl, channel_id: int) -> int:
    channel: Any = await rest._request(routes.GET_CHANNEL.compile(channel=channel_id))  # noqa: SLF001  as below
    return int(channel.get("last_message_id") or 0)


async def _history(rest: RESTClientImpl, channel_id: int, after: int) -> AsyncIterator[dict[str, Any]]:
    """Oldest first."""
    route = routes.GET_CHANNEL_MESSAGES.compile(channel=channel_id)
    for _ in range(PAGES):
        query = data_binding.StringMapBuilder()
        query.put("after", after)
        query.put("limit", _PAGE)
        # hikari has no public way to a raw answer.
        page: Any = await rest._request(route, query=query)  # noqa: SLF001
        for raw in sorted(page, key=lambda message: int(message["id"])):
            after = int(raw["id"])
            yield raw
        if len(page) < _PAGE:
            return


def marked(marker: str) -> Sign:
    """The sign of a message with a custom_id that is `marker` or begins with `marker:`."""

    def sign(raw: dict[str, Any]) -> bool:
        return any(name == marker or name.startswith(f"{marker}:") for name in custom_ids(raw))

    return sign


def saying(text: str) -> Sign:
    """The sign of a message that says this, in its text and its embeds.

    Letters and digits are compared, since Discord trims texts and leaves out characters that it does not like.
    """
    wanted = _letters(text)

    def sign(raw: dict[str, Any]) -> bool:
        embeds = [f"{embed.get('title', '')}{embed.get('description', '')}" for embed in raw.get("embeds", ())]
        return _letters("".join([raw.get("content", ""), *embeds])) == wanted

    return sign


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def custom_ids(component: dict[str, Any]) -> list[str]:
    """The custom_id of this component (or message) and of all within it."""
    found = [component["custom_id"]] if "custom_id" in component else []
    inner = [*component.get("components", ()), *([component["accessory"]] if component.get("accessory") else [])]
    return found + [name for part in inner for name in custom_ids(part)]
