"""Changes that others hear of: each puts its record, counts itself, and announces itself on gateway and feed."""

import functools

from guildwright.playground import render_message, threads
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.session import Dispatch, Session
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Json, Message
from guildwright.playground.store import Change


def message_created(play: Playground, change: Change, message: Message) -> None:
    """A message appears."""
    change.put(message)
    threads.written_in(play, change, message)
    _count(play, change, "private_messages_created" if message.private_to else "messages_created", message)
    _announce_message(play, change, "MESSAGE_CREATE", "message_create", message)


def message_edited(play: Playground, change: Change, message: Message, *, by_author: bool = True) -> None:
    """A message changes."""
    change.put(message)
    if by_author:
        _count(play, change, "private_messages_edited" if message.private_to else "messages_edited", message)
    _announce_message(play, change, "MESSAGE_UPDATE", "message_update", message)


def message_deleted(play: Playground, change: Change, message: Message, *, by_bot: bool) -> None:
    """A message goes."""
    change.drop(message)
    if by_bot:
        name = "private_messages_deleted" if message.private_to else "messages_deleted"
        change.count(name, message.guild_id, message.channel_id)
    place = _place(message)
    if message.private_to:
        change.announce(lambda: play.feed.publish("private_message", place | {"deleted": True}))
        return
    dispatch_in_channel(play, change, "MESSAGE_DELETE", message.channel_id, {"id": str(message.id)} | _where(message))
    change.announce(lambda: play.feed.publish("message_delete", place))


def messages_deleted(play: Playground, change: Change, channel: Channel, messages: list[Message]) -> None:
    """Many messages go at once."""
    if not messages:
        return
    for message in messages:
        change.drop(message)
        change.announce(functools.partial(play.feed.publish, "message_delete", _place(message)))
    change.count("messages_deleted", channel.guild_id, channel.id, len(messages))
    data = {"ids": [str(message.id) for message in messages]} | _where(messages[0])
    dispatch_in_channel(play, change, "MESSAGE_DELETE_BULK", channel.id, data)


def _count(play: Playground, change: Change, name: str, message: Message) -> None:
    """Only what the bot did is an effect, and what Discord writes in its name is not."""
    if message.author_id == play.application.id and message.type in threads.WRITTEN:
        change.count(name, message.guild_id, message.channel_id)


def _where(message: Message) -> Json:
    where = {"channel_id": str(message.channel_id)}
    return where | {"guild_id": str(message.guild_id)} if message.guild_id else where


def _place(message: Message) -> Json:
    place: Json = {"message_id": str(message.id), "guild_id": None} | _where(message)
    return place | {"user_id": str(message.private_to)} if message.private_to else place


def _announce_message(play: Playground, change: Change, name: str, notice: str, message: Message) -> None:
    def announce() -> None:
        body = render_message.gateway_message(play.memory, message)
        if message.private_to is None:
            deliver_message(play, name, message, body)
        event = "private_message" if message.private_to else notice
        play.feed.publish(event, _place(message) | {"message": body})

    change.announce(announce)


def deliver_message(play: Playground, name: str, message: Message, body: Json) -> None:
    """Send a message event to the sessions that may hear it, its content blanked where the intent is missing."""
    channel = play.memory.channels[message.channel_id]
    if not bot_sees(play, channel):
        return
    own = play.application.id
    exempt = message.guild_id is None or message.author_id == own or own in message.mentions
    blank = body if exempt else _without_content(body, str(own))

    def data(session: Session) -> Json:
        return body if session.wants(Intent.MESSAGE_CONTENT) else blank

    intents = Intent.GUILD_MESSAGES if message.guild_id else Intent.DIRECT_MESSAGES
    play.hub.dispatch(Dispatch(name=name, data=data, intents=intents, guild_id=message.guild_id))


def _without_content(body: Json, own: str) -> Json:
    """The message as a session without the content intent hears it, down to the message that it answers."""
    blank = body | {"content": "", "embeds": [], "attachments": [], "components": []}
    replied = body.get("referenced_message")
    if replied and replied["author"]["id"] != own and own not in {user["id"] for user in replied["mentions"]}:
        blank["referenced_message"] = _without_content(replied, own)
    return blank


def bot_sees(play: Playground, channel: Channel) -> bool:
    """Whether events of this channel reach the bot."""
    return play.permissions.sees(channel, play.application.id)


def dispatch_in_channel(play: Playground, change: Change, name: str, channel_id: int, data: Json) -> None:
    """Announce a message related event of a channel."""
    channel = play.memory.channels[channel_id]
    intents = Intent.GUILD_MESSAGES if channel.guild_id else Intent.DIRECT_MESSAGES

    def announce() -> None:
        if bot_sees(play, channel):
            play.hub.dispatch(Dispatch(name=name, data=lambda _: data, intents=intents, guild_id=channel.guild_id))

    change.announce(announce)


def message_reacted(play: Playground, change: Change, message: Message, name: str, event: Json) -> None:
    """A message's reactions change."""
    change.put(message)
    intents = Intent.GUILD_MESSAGE_REACTIONS if message.guild_id else Intent.DIRECT_MESSAGE_REACTIONS
    channel = play.memory.channels[message.channel_id]

    def announce() -> None:
        if bot_sees(play, channel):
            play.hub.dispatch(Dispatch(name=name, data=lambda _: event, intents=intents, guild_id=message.guild_id))
        play.feed.publish(
            "message_update", _place(message) | {"message": render_message.gateway_message(play.memory, message)}
        )

    change.announce(announce)
