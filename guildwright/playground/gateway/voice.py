"""Opcode 4: the bot joins, leaves or moves in voice. There is no voice server: the endpoint it is told leads nowhere.

Discord answers nothing to what the bot may not do, and so does this.
"""

import secrets

import msgspec

from guildwright.playground import effects_presence
from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.gateway.session import Session
from guildwright.playground.ids import Id, digits
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, VoiceState

_NEEDED = Permission.VIEW_CHANNEL | Permission.CONNECT


class Wished(msgspec.Struct, kw_only=True):
    """Where the bot wants to be."""

    guild_id: Id
    channel_id: Id | None
    self_mute: bool = False
    self_deaf: bool = False


def move(play: Playground, session: Session, wished: Wished, host: str) -> None:
    """Obey, as far as the bot may."""
    guild_id, own = digits(wished.guild_id) or 0, play.application.id
    if play.memory.member(guild_id, own) is None or not session.covers(guild_id):
        return
    if wished.channel_id is None:
        with play.store.change() as change:
            effects_presence.voice_left(play, change, guild_id, own)
        return
    channel = play.memory.channels.get(digits(wished.channel_id) or 0)
    if channel is None or channel.guild_id != guild_id or not may_enter(play, channel, own):
        return
    before = play.memory.voice_states.get(guild_id, {}).get(own)
    state = VoiceState(
        guild_id=guild_id,
        user_id=own,
        channel_id=channel.id,
        session_id=session.id,
        self_mute=wished.self_mute,
        self_deaf=wished.self_deaf,
    )
    with play.store.change() as change:
        effects_presence.voice_changed(play, change, state)
    if before is None or before.channel_id != channel.id or before.session_id != session.id:
        server = {"guild_id": str(guild_id), "token": secrets.token_hex(8), "endpoint": host}
        session.tell("VOICE_SERVER_UPDATE", server)


def may_enter(play: Playground, channel: Channel, user_id: int) -> bool:
    """Whether somebody may be in the voice channel: CONNECT, and room for them."""
    if channel.type != ChannelType.GUILD_VOICE:
        return False
    held = play.permissions.in_channel(channel, user_id)
    if _NEEDED & ~held:
        return False
    most = channel.settings.get("user_limit") or 0
    states = play.memory.voice_states.get(channel.guild_id or 0, {}).values()
    others = sum(state.channel_id == channel.id and state.user_id != user_id for state in states)
    return not most or others < most or bool(held & Permission.MOVE_MEMBERS)
