"""Voice states and presences as Discord's JSON; see `render` for everything else."""

from guildwright.playground import render
from guildwright.playground.bits import Permission
from guildwright.playground.memory import Memory
from guildwright.playground.permissions import Permissions
from guildwright.playground.records import Json, Member, Presence, VoiceState


def bare_voice_state(memory: Memory, permissions: Permissions, record: VoiceState) -> Json:
    """A voice state as GUILD_CREATE lists it: without guild and member."""
    member = memory.member(record.guild_id, record.user_id)
    channel = memory.channels.get(record.channel_id)
    speaks = channel is None or bool(permissions.in_channel(channel, record.user_id) & Permission.SPEAK)
    return {
        "channel_id": str(record.channel_id),
        "user_id": str(record.user_id),
        "session_id": record.session_id,
        "deaf": bool(member and member.deaf),
        "mute": bool(member and member.mute),
        "self_deaf": record.self_deaf,
        "self_mute": record.self_mute,
        "self_video": False,
        "suppress": not speaks,
        "request_to_speak_timestamp": None,
    }


def voice_state(memory: Memory, permissions: Permissions, record: VoiceState) -> Json:
    """A voice state object."""
    return bare_voice_state(memory, permissions, record) | _whose(memory, record)


def left_voice(memory: Memory, record: VoiceState, member: Member | None) -> Json:
    """The voice state of somebody who just left; `member` where the guild was left as well."""
    return {
        "channel_id": None,
        "user_id": str(record.user_id),
        "session_id": record.session_id,
        "deaf": bool(member and member.deaf),
        "mute": bool(member and member.mute),
        "self_deaf": record.self_deaf,
        "self_mute": record.self_mute,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
        **_whose(memory, record, member),
    }


def _whose(memory: Memory, record: VoiceState, otherwise: Member | None = None) -> Json:
    member = memory.member(record.guild_id, record.user_id) or otherwise
    shown = {"member": render.member(memory, member)} if member else {}
    return {"guild_id": str(record.guild_id), **shown}


def presence(user_id: int, record: Presence | None) -> Json:
    """A presence without its guild; None is somebody offline."""
    status = record.status if record else "offline"
    return {
        "user": {"id": str(user_id)},
        "status": status,
        "activities": list(record.activities) if record else [],
        "client_status": {"desktop": status} if record else {},
    }
