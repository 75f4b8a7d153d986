"""What a session is told when it asks: READY and its guilds, and member lists."""

from guildwright.playground import render
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import Session
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, Json

_CHUNK = 1000


def ready(play: Playground, session: Session, host: str) -> None:
    """READY, then a GUILD_CREATE for each of the shard's guilds."""
    memory = play.memory
    application = memory.application
    guilds = [guild for guild in memory.bot_guilds() if session.covers(guild.id)]
    data: Json = {
        "v": 10,
        "user": render.own_user(memory.users[application.id]),
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
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
            session.tell("GUILD_CREATE", guild_create(play, guild)(session))
    play.announce_bot()


def guild_create(play: Playground, guild: Guild):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """The event's data for each session."""

    def data(session: Session) -> Json:
        return render.gateway_guild(play.memory, guild, all_members=bool(session.intents & Intent.GUILD_MEMBERS))

    return data


def members(play: Playground, session: Session, asked: Json) -> None:
    """Answer "request guild members" in chunks of a thousand."""
    guild_id = int(asked.get("guild_id", 0))
    if not session.covers(guild_id) or guild_id not in play.memory.guilds:
        return
    found = _matching(play, guild_id, asked)
    chunks = [found[start : start + _CHUNK] for start in range(0, len(found), _CHUNK)] or [[]]
    for index, chunk in enumerate(chunks):
        data: Json = {
            "guild_id": str(guild_id),
            "members": chunk,
            "chunk_index": index,
            "chunk_count": len(chunks),
        }
        if "nonce" in asked:
            data["nonce"] = asked["nonce"]
        session.tell("GUILD_MEMBERS_CHUNK", data)


def _matching(play: Playground, guild_id: int, asked: Json) -> list[Json]:
    listed = list(play.memory.members[guild_id].values())
    wanted = asked.get("user_ids")
    if wanted is not None:
        ids = {int(entry) for entry in (wanted if isinstance(wanted, list) else [wanted])}
        listed = [member for member in listed if member.user_id in ids]
    else:
        query = str(asked.get("query", "")).casefold()
        users = play.memory.users
        listed = [member for member in listed if users[member.user_id].username.casefold().startswith(query)]
        limit = int(asked.get("limit", 0))
        listed = listed[:limit] if limit else listed
    return [render.member(play.memory, member) for member in listed]
