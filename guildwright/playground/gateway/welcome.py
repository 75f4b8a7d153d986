"""What a new session is told: READY, and then its guilds one by one.

As on Discord a guild is unavailable until its GUILD_CREATE, and silent. Many guilds arrive over many turns of the event
loop, so that a bot in a thousand of them holds up nobody else.
"""

import asyncio
import itertools
from collections.abc import Iterable

from guildwright.playground import render
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.arrival import guild_create
from guildwright.playground.gateway.session import Session
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, Json

_AT_ONCE = 20
_MOST_WAITING = 8 * 1024 * 1024  # bytes
_PAUSE = 0.01  # seconds
# Of the times when bots were users: Discord still sends them, and JDA fails without the first.
_ALWAYS_EMPTY: Json = {
    "private_channels": [],
    "relationships": [],
    "presences": [],
    "user_settings": {},
    "guild_join_requests": [],
    "geo_ordered_rtc_regions": [],
    "session_type": "normal",
    "_trace": ["playground"],
}


def ready(play: Playground, session: Session, host: str) -> None:
    """READY, then a GUILD_CREATE for each of the shard's guilds."""
    memory = play.memory
    application = memory.application
    guilds = [guild for guild in memory.bot_guilds() if session.covers(guild.id)]
    data: Json = {
        "v": 10,
        "user": render.own_user(memory.users[application.id]),
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
        **_ALWAYS_EMPTY,
        "session_id": session.id,
        "resume_gateway_url": f"ws://{host}/gateway",
        "shard": list(session.shard),
        "application": {
            "id": str(application.id),
            "flags": render.application_flags(application),
            "flags_new": str(render.application_flags(application)),
        },
    }
    session.tell("READY", data)
    if session.wants(Intent.GUILDS):
        if len(guilds) <= _AT_ONCE:
            _arrive(play, session, guilds)
        else:
            session.arriving = {guild.id for guild in guilds}
            play.store.archive.keep(session)
            play.hub.background(_arrive_slowly(play, session, guilds))
    play.announce_bot()


def _arrive(play: Playground, session: Session, guilds: Iterable[Guild]) -> None:
    for guild in guilds:
        session.arriving.discard(guild.id)
        if guild.id in play.hub.outages:
            continue
        if play.memory.member(guild.id, play.application.id):
            session.tell("GUILD_CREATE", guild_create(play, play.memory.guilds[guild.id], session))
        else:  # it was left in between
            session.tell("GUILD_DELETE", {"id": str(guild.id)})


async def _arrive_slowly(play: Playground, session: Session, guilds: list[Guild]) -> None:
    for some in itertools.batched(guilds, _AT_ONCE, strict=False):
        while session.wire and session.wire.waiting > _MOST_WAITING:  # noqa: ASYNC110 - or it goes away meanwhile
            await asyncio.sleep(_PAUSE)
        if session.id not in play.hub.sessions:
            return
        _arrive(play, session, some)
        await asyncio.sleep(0)
    play.store.archive.keep(session)
