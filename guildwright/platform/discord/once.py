"""The rule by which a message is sent once, however long lies between the tries of a job.

- Nobody tried before (`since` is None): it is sent, with its nonce.
- The first try was less than `NONCE_SECONDS` ago: it is sent again, and Discord answers a repeated nonce with the
  message that is there.
- Later: the nonce is forgotten, so the message is looked for. It is found by its marker, or there surely is none
  and it is sent, or nobody can tell (see `history`), and the job becomes a dead letter of outcome `unknown`.
  A message without a marker is never found: one of ours that says the same may be another job's. None: there is none.

That a moderator deleted the message meanwhile looks as if it had never been there.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from typing import Any, Protocol

import hikari
from hikari.impl import RESTClientImpl

from guildwright.platform.clock import Clock
from guildwright.platform.discord import history
from guildwright.platform.discord.errors import DiscordRefused
from guildwright.platform.discord.history import Look, Sign
from guildwright.platform.jobs.outcomes import Unknown
from guildwright.platform.jobs.run import Tried

# Discord promises "a few minutes". A call's own repetitions take less than one.
NONCE_SECONDS = 60.0


class HistoryClosed(DiscordRefused, Unknown):
    """Nobody can tell whether the message is there while the channel is closed to us; when it is opened, one can.

    Nothing would be sent now either, so whoever waits for a refusal to end waits for this one.
    """


class _Client(Protocol):
    @property
    def rest(self) -> RESTClientImpl: ...
    async def me(self) -> hikari.OwnUser: ...
    async def call[T](self, route: str, send: Callable[[], Awaitable[T]], *, repeatable: bool) -> T: ...


def outlived(since: Tried | datetime | None, clock: Clock) -> datetime | None:
    """The moment to look back to, when Discord has forgotten the nonce of a try at `since`; None: it has not."""
    if since is None:
        return None
    moment, age = (since.since, since.age()) if isinstance(since, Tried) else (since, _age(since, clock))
    return moment if age > NONCE_SECONDS else None


def _age(moment: datetime, clock: Clock) -> float:
    return (clock.now() - moment).total_seconds()


async def find(
    client: _Client, channel_id: int, marker: str | None, after: datetime, message: dict[str, Any]
) -> hikari.Message | None:
    """The message that an earlier try sent since `after`; None: there surely is none.

    Raises:
        Unknown: when nobody can tell.
        HistoryClosed: when nobody can tell now.
        DiscordRefused: when the channel is gone.
    """
    sign = history.marked(marker) if marker is not None else history.saying(text_of(message))
    try:
        seen = await _look(client, channel_id, sign, after)
    except DiscordRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        if marker is not None:
            raise HistoryClosed(refused.code, refused.status, f"its history cannot be read: {refused}") from refused
        seen = Look(doubt=f"its history cannot be read: {refused}")
    if marker is None and seen.found is not None:
        seen = Look(doubt=f"message {seen.found.id} says the same, and may be this one or another")
    if seen.doubt:
        raise Unknown(
            f"an earlier try may have written to channel {channel_id}, and it cannot be told: {seen.doubt}. Look "
            "there, then `guildwright jobs retry --even-if-done` sends it, and `guildwright jobs cancel` lets it be"
        )
    return seen.found


async def _look(client: _Client, channel_id: int, sign: Sign, after: datetime) -> Look:
    me = int((await client.me()).id)
    return await client.call(
        "GET /channels/{}/messages",
        lambda: history.look(client.rest, channel_id, me, sign, after),
        repeatable=True,
    )


def text_of(message: dict[str, Any]) -> str:
    """What a message, given as for `send_message`, says."""
    embeds = (f"{embed.title or ''}{embed.description or ''}" for embed in message.get("embeds") or ())
    return "".join([message.get("content") or "", *embeds])
