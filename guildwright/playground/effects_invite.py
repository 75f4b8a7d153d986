"""Ways in: invites appear, are used and go; see `effects_guild` for who comes by them."""

import secrets
from datetime import datetime

import msgspec

from guildwright.playground import effects_guild, render
from guildwright.playground.bits import Intent, Permission
from guildwright.playground.playground import Playground
from guildwright.playground.records import Guild, Invite, Json, Member
from guildwright.playground.store import Change

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 10


def new_code() -> str:
    """A code nobody guesses."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def facts(invite: Invite) -> Json:
    """The fields that the audit log lists; discord.py needs all of them to make an invite of an entry."""
    return {
        "code": invite.code,
        "channel_id": str(invite.channel_id),
        "inviter_id": str(invite.inviter_id),
        "max_age": invite.max_age,
        "max_uses": invite.max_uses,
        "uses": invite.uses,
        "temporary": invite.temporary,
    }


def usable(play: Playground, code: str) -> Invite | None:
    """The invite, unless there is none or its time is over."""
    invite = play.memory.invites.get(code)
    if invite is None:
        return None
    end = invite.ends_at
    return invite if end is None or end > play.clock.now() else None


def paused(play: Playground, guild: Guild) -> bool:
    """Whether nobody comes in by an invite for now."""
    until = (guild.settings.get("incidents_data") or {}).get("invites_disabled_until")
    paused_now = until is not None and datetime.fromisoformat(until) > play.clock.now()
    return "INVITES_DISABLED" in guild.features or paused_now


def invites_of(play: Playground, guild_id: int) -> list[Invite]:
    """A guild's invites that still work."""
    return [
        invite
        for invite in play.memory.invites.values()
        if invite.guild_id == guild_id and usable(play, invite.code) is not None
    ]


def _tell(play: Playground, name: str, invite: Invite, data: Json) -> None:
    """Only who manages the channel hears of its invites."""
    channel = play.memory.channels.get(invite.channel_id)
    if channel is None:
        return
    if play.permissions.in_channel(channel, play.application.id) & Permission.MANAGE_CHANNELS:
        effects_guild.tell(play, name, invite.guild_id, data, Intent.GUILD_INVITES)


def _where(invite: Invite) -> Json:
    return {"channel_id": str(invite.channel_id), "guild_id": str(invite.guild_id), "code": invite.code}


def created(play: Playground, change: Change, invite: Invite) -> None:
    """An invite appears; those whose time is over are forgotten with it."""
    for old in [entry for entry in play.memory.invites.values() if usable(play, entry.code) is None]:
        change.drop(old)
    change.put(invite)
    end = invite.ends_at
    data: Json = _where(invite) | {
        "created_at": invite.made_at,
        "inviter": render.user(play.memory.users[invite.inviter_id]),
        "max_age": invite.max_age,
        "max_uses": invite.max_uses,
        "temporary": invite.temporary,
        "uses": 0,
        "expires_at": end.isoformat() if end else None,
    }
    change.announce(lambda: _tell(play, "INVITE_CREATE", invite, data))


def deleted(play: Playground, change: Change, invite: Invite) -> None:
    """An invite goes."""
    change.drop(invite)
    change.announce(lambda: _tell(play, "INVITE_DELETE", invite, _where(invite)))


def used(play: Playground, change: Change, invite: Invite, user_id: int) -> Member:
    """Somebody comes in by it; after the last use that it allows it goes."""
    now = play.clock.now().isoformat()
    roles = tuple(role for role in invite.roles if role in play.memory.roles)
    member = Member(guild_id=invite.guild_id, user_id=user_id, joined_at=now, roles=roles)
    effects_guild.member_joined(play, change, member)
    again = msgspec.structs.replace(invite, uses=invite.uses + 1)
    if again.max_uses and again.uses >= again.max_uses:
        deleted(play, change, again)
    else:
        change.put(again)
    return member
