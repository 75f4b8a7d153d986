"""What people show without writing: where they are in voice, whether they are there, and that they type."""

from guildwright.playground import render, render_presence
from guildwright.playground.bits import Intent, Permission
from guildwright.playground.gateway.session import Dispatch
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Presence, VoiceState
from guildwright.playground.store import Change


def voice_changed(play: Playground, change: Change, state: VoiceState) -> None:
    """Somebody joins a voice channel, moves, or mutes."""
    change.put(state)
    voice_told(play, change, state)


def voice_told(play: Playground, change: Change, state: VoiceState) -> None:
    """Say again how somebody is in voice; for instance after a moderator muted them."""

    def announce() -> None:
        data = render_presence.voice_state(play.memory, play.permissions, state)
        play.tell("VOICE_STATE_UPDATE", state.guild_id, data, Intent.GUILD_VOICE_STATES)
        play.feed.publish("voice", _place(state, state.channel_id))

    change.announce(announce)


def voice_left(play: Playground, change: Change, guild_id: int, user_id: int) -> None:
    """Somebody leaves voice, if they were in it."""
    state = play.memory.voice_states.get(guild_id, {}).get(user_id)
    if state is None:
        return
    change.drop(state)
    data = render_presence.left_voice(play.memory, state, play.memory.member(guild_id, user_id))

    def announce() -> None:
        play.tell("VOICE_STATE_UPDATE", guild_id, data, Intent.GUILD_VOICE_STATES)
        play.feed.publish("voice", _place(state, None))

    change.announce(announce)


def voice_emptied(play: Playground, change: Change, channel: Channel) -> None:
    """A channel goes: nobody is in it any more."""
    for state in list(play.memory.voice_states.get(channel.guild_id or 0, {}).values()):
        if state.channel_id == channel.id:
            voice_left(play, change, state.guild_id, state.user_id)


def session_ended(play: Playground, session_id: str) -> None:
    """The bot's voice ends with the gateway session that asked for it."""
    ended = [
        state
        for states in play.memory.voice_states.values()
        if (state := states.get(play.application.id)) and state.session_id == session_id
    ]
    if ended:
        with play.store.change() as change:
            for state in ended:
                voice_left(play, change, state.guild_id, state.user_id)


def _place(state: VoiceState, channel_id: int | None) -> Json:
    return {
        "guild_id": str(state.guild_id),
        "user_id": str(state.user_id),
        "channel_id": str(channel_id) if channel_id else None,
    }


def presence_changed(play: Playground, change: Change, user_id: int, presence: Presence | None) -> None:
    """Somebody comes, goes, or says what they do; None is offline."""
    known = play.memory.presences.get(user_id)
    if presence:
        change.put(presence)
    elif known:
        change.drop(known)
    data = render_presence.presence(user_id, presence)

    def announce() -> None:
        for guild_id, members in play.memory.members.items():
            if user_id in members:
                told = data | {"guild_id": str(guild_id)}
                play.tell("PRESENCE_UPDATE", guild_id, told, Intent.GUILD_PRESENCES)
        play.feed.publish("presence", {"user_id": str(user_id), "status": data["status"]})

    change.announce(announce)


def typing(play: Playground, channel: Channel, user_id: int) -> None:
    """Somebody types; nothing of it is kept."""
    place: Json = {"channel_id": str(channel.id)}
    intents = Intent.DIRECT_MESSAGE_TYPING
    if channel.guild_id:
        place["guild_id"] = str(channel.guild_id)
        intents = Intent.GUILD_MESSAGE_TYPING
    place["user_id"] = str(user_id)
    if play.permissions.in_channel(channel, play.application.id) & Permission.VIEW_CHANNEL:
        data = place | {"timestamp": int(play.clock.now().timestamp())}
        member = play.memory.member(channel.guild_id, user_id) if channel.guild_id else None
        if member:
            data["member"] = render.member(play.memory, member)
        play.hub.dispatch(
            Dispatch(name="TYPING_START", data=lambda _: data, intents=intents, guild_id=channel.guild_id)
        )
    play.feed.publish("typing", place)
