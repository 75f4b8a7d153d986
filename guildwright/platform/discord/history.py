"""Looks for one of our own messages in a channel's raw history.

Raw, since a single message that hikari cannot read (a new component type, say) would spoil the look at all others.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import hikari
from hikari.impl import RESTClientImpl
from hikari.internal import data_binding, routes

_PAGE = 100
_PAGES = 5
# Our clock and Discord's may disagree by this much.
_SLACK = 120_000 << 22


async def find(
    rest: RESTClientImpl, channel_id: int, author_id: int, marker: str, after: datetime
) -> hikari.Message | None:
    """Our first message since `after` with a custom_id that is `marker` or begins with `marker:`; 500 are looked at."""
    start = max(0, hikari.Snowflake.from_datetime(after) - _SLACK)
    async for raw in _history(rest, channel_id, start):
        if raw["author"]["id"] == str(author_id) and any(_is_marked(name, marker) for name in custom_ids(raw)):
            return rest.entity_factory.deserialize_message(raw)
    return None


async def _history(rest: RESTClientImpl, channel_id: int, after: int) -> AsyncIterator[dict[str, Any]]:
    """Oldest first."""
    route = routes.GET_CHANNEL_MESSAGES.compile(channel=channel_id)
    for _ in range(_PAGES):
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


def custom_ids(component: dict[str, Any]) -> list[str]:
    """The custom_id of this component (or message) and of all within it."""
    found = [component["custom_id"]] if "custom_id" in component else []
    inner = [*component.get("components", ()), *([component["accessory"]] if component.get("accessory") else [])]
    return found + [name for part in inner for name in custom_ids(part)]


def _is_marked(custom_id: str, marker: str) -> bool:
    return custom_id == marker or custom_id.startswith(f"{marker}:")
