"""What a session is told when it asks: READY and its guilds, and member lists."""

import msgspec

from guildwright.playground import render
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.arrival import guild_create
from guildwright.playground.gateway.session import Session
from guildwright.playground.ids import digits
from guildwright.playground.playground import Playground
from guildwright.playground.records import Json

_CHUNK = 1000
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
    if session.intents & Intent.GUILDS:
        for guild in guilds:
            session.tell("GUILD_CREATE", guild_create(play, guild, session))
    play.announce_bot()


class Asked(msgspec.Struct, kw_only=True):
    """A request for a guild's members. The id may come in a list, as discordgo sends it; Discord takes one."""

    guild_id: str | int | list[str | int]
    query: str | None = None
    limit: int = 0
    user_ids: str | int | list[str | int] | None = None
    presences: bool = False
    nonce: str | None = None


def members(play: Playground, session: Session, asked: Asked) -> None:
    """Answer "request guild members" in chunks of a thousand."""
    wanted = asked.guild_id if isinstance(asked.guild_id, list) else [asked.guild_id]
    guild_id = _number(wanted[0]) if len(wanted) == 1 else 0
    if not session.covers(guild_id) or play.memory.member(guild_id, play.application.id) is None:
        return
    found, missing = _matching(play, guild_id, asked)
    chunks = [found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        data: Json = {
            "guild_id": str(guild_id),
            "members": chunk,
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        if missing:
            data["not_found"] = missing
        if asked.nonce is not None:
            data["nonce"] = asked.nonce
        session.tell("GUILD_MEMBERS_CHUNK", data)


def _number(text: str | int) -> int:
    return digits(text) or 0


def _matching(play: Playground, guild_id: int, asked: Asked) -> tuple[list[Json], list[str]]:
    known = play.memory.members[guild_id]
    missing: list[str] = []
    if asked.user_ids is not None:
        wanted = asked.user_ids if isinstance(asked.user_ids, list) else [asked.user_ids]
        listed = [known[_number(entry)] for entry in wanted if _number(entry) in known]
        missing = [str(entry) for entry in wanted if _number(entry) not in known]
    else:
        start = (asked.query or "").casefold()
        users = play.memory.users
        listed = [member for member in known.values() if users[member.user_id].username.casefold().startswith(start)]
        listed = listed[: asked.limit] if asked.limit > 0 else listed
    return [render.member(play.memory, member) for member in listed], missing
