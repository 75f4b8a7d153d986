"""INTERACTION_CREATE as the gateway carries it."""

from guildwright.playground import entitlements, media, render, render_message
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Interaction, Json, Member

_GUILD_CONTEXT, _BOT_DM_CONTEXT = 0, 1
_ATTACHMENT_LIMIT = 10 * 1024 * 1024


def build(play: Playground, interaction: Interaction) -> Json:
    """The event's data."""
    memory = play.memory
    channel = memory.channels[interaction.channel_id]
    own_rights = play.permissions.in_channel(channel, play.application.id)
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(play.application.id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": _data(play, interaction.data),
        "channel_id": str(channel.id),
        "channel": _channel(play, channel, interaction.user_id),
        "app_permissions": str(int(own_rights)),
        "locale": memory.users[interaction.user_id].locale,
        "entitlements": entitlements.at_hand(play, interaction.user_id, interaction.guild_id),
        "authorizing_integration_owners": {"0": str(interaction.guild_id or 0)},
        "context": _GUILD_CONTEXT if interaction.guild_id else _BOT_DM_CONTEXT,
        "attachment_size_limit": _ATTACHMENT_LIMIT,
    }
    payload |= _who(play, interaction, channel)
    source = memory.messages.get(channel.id, {}).get(interaction.source_message_id or 0)
    if source:
        payload["message"] = render_message.message(memory, source)
    return payload


def _data(play: Playground, data: Json) -> Json:
    """What was done, with whole URLs of its files."""
    kept = data.get("resolved", {}).get("attachments")
    if not kept:
        return data
    shown = {number: media.attachment(play.memory.origin, entry) for number, entry in kept.items()}
    return data | {"resolved": data["resolved"] | {"attachments": shown}}


def _who(play: Playground, interaction: Interaction, channel: Channel) -> Json:
    memory = play.memory
    if interaction.guild_id is None:
        return {"user": render.user(memory.users[interaction.user_id])}
    guild = memory.guilds[interaction.guild_id]
    member = memory.members[guild.id][interaction.user_id]
    return {
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": list(guild.features)},
        "guild_locale": guild.locale,
        "member": render.member(memory, member) | _rights(play, channel, member),
    }


def _rights(play: Playground, channel: Channel, member: Member) -> Json:
    return {"permissions": str(int(play.permissions.in_channel(channel, member.user_id)))}


def _channel(play: Playground, channel: Channel, user_id: int) -> Json:
    body = render.channel(play.memory, channel)
    return body | {"permissions": str(int(play.permissions.in_channel(channel, user_id)))}


class Resolved:
    """Collects what the ids in options and values stand for."""

    def __init__(self, play: Playground, channel: Channel) -> None:
        self._play = play
        self._channel = channel
        self._found: dict[str, Json] = {}

    def user(self, user_id: int) -> None:
        """A user, with the membership if there is one."""
        memory = self._play.memory
        self._found.setdefault("users", {})[str(user_id)] = render.user(memory.users[user_id])
        member = memory.member(self._channel.guild_id or 0, user_id)
        if member:
            body = render.bare_member(member) | _rights(self._play, self._channel, member)
            shown = {name: value for name, value in body.items() if name not in {"deaf", "mute"}}
            self._found.setdefault("members", {})[str(user_id)] = shown

    def role(self, role_id: int) -> None:
        """A role."""
        role = render.role(self._play.memory.roles[role_id])
        self._found.setdefault("roles", {})[str(role_id)] = role

    def channel(self, channel_id: int, user_id: int) -> None:
        """A channel, with the member's permissions there."""
        channel = self._play.memory.channels[channel_id]
        self._found.setdefault("channels", {})[str(channel_id)] = _channel(self._play, channel, user_id)

    def attachment(self, kept: Json) -> None:
        """A file, as it is kept."""
        self._found.setdefault("attachments", {})[kept["id"]] = kept

    def as_json(self) -> Json:
        """What was found, to be merged into the interaction's data."""
        return {"resolved": self._found} if self._found else {}
