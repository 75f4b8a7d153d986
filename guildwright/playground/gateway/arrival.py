"""GUILD_CREATE: how much of a guild a session is told, which depends on its intents and on `large_threshold`."""

from guildwright.playground import render, render_presence, threads
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import Dispatch, Session
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, Json, Member


def guild_create(play: Playground, guild: Guild, session: Session) -> Json:
    """A guild object as GUILD_CREATE carries it."""
    memory = play.memory
    large = len(memory.members[guild.id]) > session.large_threshold
    shown = _listed(play, guild, session, large=large)
    sees = session.wants(Intent.GUILD_PRESENCES)
    states = memory.voice_states.get(guild.id, {}).values() if session.wants(Intent.GUILD_VOICE_STATES) else ()
    presences = [
        render_presence.presence(member.user_id, presence) | {"guild_id": str(guild.id)}
        for member in (shown if sees else ())
        if (presence := memory.presences.get(member.user_id))
    ]
    return render.gateway_guild(memory, guild, all_members=False) | {
        "large": large,
        "members": [render.member(memory, member) for member in shown],
        "presences": presences,
        "threads": threads.listed(play, guild.id),
        "voice_states": [render_presence.bare_voice_state(memory, play.permissions, state) for state in states],
    }


def _listed(play: Playground, guild: Guild, session: Session, *, large: bool) -> list[Member]:
    """Everybody with the presences intent (of a large guild only who is there); else the bot and who is in voice."""
    memory = play.memory
    members = memory.members[guild.id]
    own = play.application.id
    sees = session.wants(Intent.GUILD_PRESENCES)
    if sees and not large:
        return list(members.values())
    there = {own, *memory.voice_states.get(guild.id, {})}
    if sees:
        there |= members.keys() & memory.presences.keys()
    return [member for user_id, member in members.items() if user_id in there]


def guild_arrives(play: Playground, guild: Guild) -> Dispatch:
    """GUILD_CREATE for all whom it concerns."""
    return Dispatch(
        name="GUILD_CREATE",
        data=lambda session: guild_create(play, guild, session),
        intents=Intent.GUILDS,
        guild_id=guild.id,
    )
