"""What moderators change and others hear of: bans, webhooks, emojis; see `effects_guild` for the rest."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from guildwright.playground import effects, effects_guild, render
from guildwright.playground.bits import Intent
from guildwright.playground.ids import made_when
from guildwright.playground.playground import Playground
from guildwright.playground.records import Ban, Channel, Json, Message
from guildwright.playground.store import Change


def _ban_event(play: Playground, change: Change, name: str, ban: Ban) -> None:
    data: Json = {"guild_id": str(ban.guild_id), "user": render.user(play.memory.users[ban.user_id])}
    change.announce(lambda: effects_guild.tell(play, name, ban.guild_id, data, Intent.GUILD_MODERATION))


def banned(play: Playground, change: Change, ban: Ban, forget_seconds: int = 0) -> int:
    """Somebody is put out for good, with what they wrote lately; how many messages went."""
    change.put(ban)
    _ban_event(play, change, "GUILD_BAN_ADD", ban)
    member = play.memory.member(ban.guild_id, ban.user_id)
    if member:
        effects_guild.put_out(play, change, member)
    if not forget_seconds:
        return 0
    since = play.clock.now() - timedelta(seconds=forget_seconds)
    places = [*play.memory.guild_channels(ban.guild_id), *play.memory.guild_threads(ban.guild_id)]
    return sum(_forget(play, change, channel, _written(play, channel, ban.user_id, since)) for channel in places)


def _written(play: Playground, channel: Channel, user_id: int, since: datetime) -> list[Message]:
    messages = play.memory.messages.get(channel.id, {})
    theirs = (message for message in messages.values() if message.author_id == user_id)
    return [message for message in theirs if made_when(message.id, message.sent_at) >= since]


def _forget(play: Playground, change: Change, channel: Channel, messages: Iterable[Message]) -> int:
    """Like a bulk deletion, but nobody's effect of its own."""
    ids = []
    for message in messages:
        change.drop(message)
        ids.append(str(message.id))
    if not ids:
        return 0
    where: Json = {"channel_id": str(channel.id), "guild_id": str(channel.guild_id)}
    effects.dispatch_in_channel(play, change, "MESSAGE_DELETE_BULK", channel.id, {"ids": ids} | where)

    def notify() -> None:
        for message_id in ids:
            play.feed.publish("message_delete", {"message_id": message_id} | where)

    change.announce(notify)
    return len(ids)


def unbanned(play: Playground, change: Change, ban: Ban) -> None:
    """Somebody may come back."""
    change.drop(ban)
    _ban_event(play, change, "GUILD_BAN_REMOVE", ban)


def webhooks_changed(play: Playground, change: Change, guild_id: int, *channel_ids: int) -> None:
    """A channel's webhooks are others than before; Discord does not say which."""

    def announce() -> None:
        for channel_id in channel_ids:
            data: Json = {"guild_id": str(guild_id), "channel_id": str(channel_id)}
            effects_guild.tell(play, "WEBHOOKS_UPDATE", guild_id, data, Intent.GUILD_WEBHOOKS)

    change.announce(announce)


def emojis_changed(play: Playground, change: Change, guild_id: int) -> None:
    """A guild's emojis are others than before; Discord tells all of them."""

    def announce() -> None:
        emojis = [render.emoji(play.memory, emoji) for emoji in play.memory.guild_emojis(guild_id)]
        data: Json = {"guild_id": str(guild_id), "emojis": emojis}
        effects_guild.tell(play, "GUILD_EMOJIS_UPDATE", guild_id, data, Intent.GUILD_EXPRESSIONS)

    change.announce(announce)
