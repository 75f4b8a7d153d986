"""Voice as moderators see it: who is where, and muting, deafening, moving and disconnecting them."""

import msgspec
from litestar import Response, get, patch
from litestar.params import FromPath

from guildwright.playground import effects_presence, errors, render_presence
from guildwright.playground.bits import AuditAction, ChannelType, Permission
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import DiscordError
from guildwright.playground.records import Member, VoiceState
from guildwright.playground.rest.call import BotCall, Call, answer
from guildwright.playground.store import Change

_STATES = "/guilds/{guild_id:int}/voice-states"
_RIGHTS = {"mute": Permission.MUTE_MEMBERS, "deaf": Permission.DEAFEN_MEMBERS}


def _connected(call: Call, member: Member) -> VoiceState:
    state = call.memory.voice_states[member.guild_id].get(member.user_id)
    if state is None:
        raise DiscordError(400, 40032, "Target user is not connected to voice.")
    return state


def silenced(call: Call, change: Change, member: Member, fields: Fields) -> Member:
    """The member muted or deafened as the body says; ranks do not matter in voice."""
    for name, needed in _RIGHTS.items():
        if fields.body.get(name) is None:
            continue
        call.allowed(member.guild_id, needed)
        state = _connected(call, member)
        member = msgspec.structs.replace(member, **{name: fields.flag(name)})
        effects_presence.voice_told(call.play, change, state)
    return member


def move(call: Call, change: Change, member: Member, fields: Fields) -> None:
    """Bring the member into another channel; null puts them out of voice."""
    channel_id = fields.snowflake("channel_id")
    state = _connected(call, member)
    if fields.body["channel_id"] is None:
        call.channel(state.channel_id, Permission.MOVE_MEMBERS)
        change.count("members_disconnected", member.guild_id)
        effects_presence.voice_left(call.play, change, member.guild_id, member.user_id)
        call.note(change, member.guild_id, AuditAction.MEMBER_DISCONNECT, options={"count": "1"})
        return
    if channel_id is None:
        return
    target = call.channel(channel_id, Permission.MOVE_MEMBERS | Permission.CONNECT)
    if target.guild_id != member.guild_id:
        raise errors.unknown_channel()
    if target.type != ChannelType.GUILD_VOICE:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    if target.id == state.channel_id:
        return
    change.count("members_moved", member.guild_id)
    effects_presence.voice_changed(call.play, change, msgspec.structs.replace(state, channel_id=target.id))
    options = {"channel_id": str(target.id), "count": "1"}
    call.note(change, member.guild_id, AuditAction.MEMBER_MOVE, options=options)


def _state(call: Call, guild_id: int, user_id: int) -> VoiceState:
    call.guild(guild_id)
    state = call.memory.voice_states[guild_id].get(user_id)
    if state is None:
        raise errors.unknown(10065, "Voice State")
    call.channel(state.channel_id)
    return state


def _shown(call: Call, state: VoiceState) -> Response[object]:
    body = render_presence.voice_state(call.memory, call.play.permissions, state)
    return answer({"self_stream": False} | body)


@get(_STATES + "/@me")
async def get_own_state(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """GET where the bot is in voice."""
    return _shown(call, _state(call, guild_id, call.own_id))


@get(_STATES + "/{user_id:int}")
async def get_state(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """GET where somebody is in voice."""
    return _shown(call, _state(call, guild_id, user_id))


@patch(_STATES + "/@me")
async def edit_own_state(call: BotCall, guild_id: FromPath[int]) -> Response[object]:
    """PATCH: for stages only, and the playground has none."""
    _state(call, guild_id, call.own_id)
    raise DiscordError(400, 50024, "Cannot execute action on this channel type")


@patch(_STATES + "/{user_id:int}")
async def edit_state(call: BotCall, guild_id: FromPath[int], user_id: FromPath[int]) -> Response[object]:
    """PATCH: for stages only, and the playground has none."""
    _state(call, guild_id, user_id)
    raise DiscordError(400, 50024, "Cannot execute action on this channel type")


ROUTES = (get_own_state, get_state, edit_own_state, edit_state)
