"""What a client asks for over the gateway: member lists (8), soundboard sounds (31), channel info (43).

Discord answers nothing at all to a request that it does not allow, and so does this.
"""

import msgspec

from guildwright.playground import render, render_presence
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import Session
from guildwright.playground.ids import Id, digits
from guildwright.playground.playground import Playground
from guildwright.playground.records import Json, Member

_CHUNK = 1000
_MOST_FOUND = 100
_LONGEST_NONCE = 32  # bytes
_WHOLE_LIST_EVERY = 30.0  # seconds, for each guild
_MEMBERS_OPCODE = 8

type _Ids = Id | list[Id]


class Members(msgspec.Struct, kw_only=True):
    """A request for a guild's members. The id may come in a list, as discordgo sends it; Discord takes one."""

    guild_id: _Ids
    query: str | None = None
    limit: int | None = None
    user_ids: _Ids | None = None
    presences: bool = False
    nonce: str | None = None

    @property
    def whole(self) -> bool:
        """Whether everybody is asked for."""
        return self.user_ids is None and not self.query and not self.limit

    @property
    def told_nonce(self) -> str | None:
        """The nonce; one that is too long is ignored."""
        return self.nonce if self.nonce is not None and len(self.nonce.encode()) <= _LONGEST_NONCE else None


class Guilds(msgspec.Struct, kw_only=True):
    """A request for several guilds' soundboard sounds."""

    guild_ids: list[Id]


class Info(msgspec.Struct, kw_only=True):
    """A request for what a guild's voice channels say of themselves."""

    guild_id: Id
    fields: list[str]


def members(play: Playground, session: Session, asked: Members) -> None:
    """Answer in chunks of a thousand."""
    wanted = asked.guild_id if isinstance(asked.guild_id, list) else [asked.guild_id]
    guild_id = _number(wanted[0]) if len(wanted) == 1 else 0
    if not _serves(play, session, guild_id) or not _may_ask(session, asked):
        return
    wait = play.hub.wait_for_members(guild_id, _WHOLE_LIST_EVERY) if asked.whole and play.limits.settings.on else 0.0
    nonce = {} if asked.told_nonce is None else {"nonce": asked.told_nonce}
    if wait:
        meta = {"guild_id": str(guild_id)} | nonce
        session.tell("RATE_LIMITED", {"opcode": _MEMBERS_OPCODE, "retry_after": round(wait, 3), "meta": meta})
        return
    found, missing = _matching(play, guild_id, asked)
    chunks = [found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        data: Json = {
            "guild_id": str(guild_id),
            "members": [render.member(play.memory, member) for member in chunk],
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        if missing:
            data["not_found"] = missing
        if asked.presences and session.wants(Intent.GUILD_PRESENCES):
            data["presences"] = _presences(play, chunk)
        session.tell("GUILD_MEMBERS_CHUNK", data | nonce)


def soundboard(play: Playground, session: Session, asked: Guilds) -> None:
    """No guild here has sounds of its own."""
    for text in asked.guild_ids:
        if _serves(play, session, _number(text)):
            session.tell("SOUNDBOARD_SOUNDS", {"guild_id": str(text), "soundboard_sounds": []})


def channel_info(play: Playground, session: Session, asked: Info) -> None:
    """No voice channel here has a status."""
    if _serves(play, session, _number(asked.guild_id)):
        session.tell("CHANNEL_INFO", {"guild_id": str(asked.guild_id), "channels": []})


def _serves(play: Playground, session: Session, guild_id: int) -> bool:
    return session.covers(guild_id) and play.memory.member(guild_id, play.application.id) is not None


def _may_ask(session: Session, asked: Members) -> bool:
    """The whole list is for those with the members intent; whoever searches says for how many."""
    if asked.user_ids is None and (asked.query is None or asked.limit is None or asked.limit < 0):
        return False
    return not asked.whole or session.wants(Intent.GUILD_MEMBERS)


def _matching(play: Playground, guild_id: int, asked: Members) -> tuple[list[Member], list[str]]:
    known = play.memory.members[guild_id]
    if asked.user_ids is not None:
        wanted = asked.user_ids if isinstance(asked.user_ids, list) else [asked.user_ids]
        wanted = wanted[:_MOST_FOUND]
        missing = [str(entry) for entry in wanted if _number(entry) not in known]
        return [known[_number(entry)] for entry in wanted if _number(entry) in known], missing
    if asked.whole:
        return list(known.values()), []
    start = (asked.query or "").casefold()
    listed = [member for member in known.values() if _is_called(play, member, start)]
    return listed[: min(asked.limit or _MOST_FOUND, _MOST_FOUND)], []


def _is_called(play: Playground, member: Member, start: str) -> bool:
    user = play.memory.users[member.user_id]
    return any((name or "").casefold().startswith(start) for name in (user.username, user.global_name, member.nick))


def _presences(play: Playground, chunk: list[Member]) -> list[Json]:
    known = play.memory.presences
    return [render_presence.presence(one.user_id, known[one.user_id]) for one in chunk if one.user_id in known]


def _number(text: str | int) -> int:
    return digits(text) or 0
