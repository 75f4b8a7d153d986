"""Records as the control API shows them."""

import itertools

import msgspec

from guildwright.playground import render_message
from guildwright.playground.bits import CallbackType, Permission
from guildwright.playground.control import models
from guildwright.playground.ids import made_at
from guildwright.playground.interactions.ask import answerable
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Interaction, Json, Member, Message, Role, User

NO_ANSWER = models.FailureView(code="no_answer", message="The application did not respond.")
BOT_ABSENT = models.FailureView(code="bot_absent", message="The bot is not connected, so nobody answered.")


def user(record: User) -> models.UserView:
    """A user."""
    return models.UserView(
        id=str(record.id),
        username=record.username,
        name=record.global_name or record.username,
        bot=record.bot,
        created_at=made_at(record.id).isoformat(),
        dms_closed=record.closed,
    )


def role(record: Role) -> models.RoleView:
    """A role."""
    return models.RoleView(
        id=str(record.id),
        name=record.name,
        color=record.color,
        position=record.position,
        permissions=str(record.permissions),
        mentionable=record.mentionable,
        managed=record.bot_id is not None,
    )


def channel(record: Channel) -> models.ChannelView:
    """A guild's channel."""
    overwrites = [
        models.OverwriteView(id=str(entry.id), type=entry.type, allow=str(entry.allow), deny=str(entry.deny))
        for entry in record.overwrites
    ]
    hidden = any(entry.id == record.guild_id and entry.deny & Permission.VIEW_CHANNEL for entry in record.overwrites)
    return models.ChannelView(
        id=str(record.id),
        name=record.name,
        type=record.type,
        topic=record.topic,
        position=record.position,
        private=hidden or record.guild_id is None,
        overwrites=overwrites,
    )


def member(play: Playground, record: Member) -> models.MemberView:
    """A member."""
    return models.MemberView(
        user=user(play.memory.users[record.user_id]),
        nick=record.nick,
        roles=[str(role_id) for role_id in record.roles],
        joined_at=record.joined_at,
        timeout_until=record.timeout_until,
        owner=play.memory.guilds[record.guild_id].owner_id == record.user_id,
        permissions=str(int(play.permissions.in_guild(record.guild_id, record.user_id))),
    )


def guild(play: Playground, record: Guild) -> models.GuildView:
    """A guild with all that is in it."""
    memory = play.memory
    return models.GuildView(
        id=str(record.id),
        name=record.name,
        owner_id=str(record.owner_id),
        locale=record.locale,
        bot_present=memory.member(record.id, play.application.id) is not None,
        roles=[role(entry) for entry in reversed(memory.guild_roles(record.id))],
        channels=[channel(entry) for entry in memory.guild_channels(record.id)],
        members=[member(play, entry) for entry in memory.members.get(record.id, {}).values()],
    )


def bot(play: Playground) -> models.BotView:
    """The bot."""
    sessions = [session for session in play.hub.sessions.values() if session.wire is not None]
    names = [name for session in sessions if (name := _activity(session.presence or {}))]
    return models.BotView(
        user=user(play.bot),
        application_id=str(play.application.id),
        token=play.application.token,
        connected_shards=len(sessions),
        activity=names[0] if names else None,
        privileged_intents=play.application.privileged_intents,
        client_secret=play.application.client_secret,
        redirect_uris=list(play.application.redirect_uris),
    )


def _activity(presence: Json) -> str | None:
    """What the bot says it does; hikari still sends the one activity as `game`."""
    listed = presence.get("activities")
    activities = [*(listed if isinstance(listed, list) else []), presence.get("game")]
    texts = [entry.get("state") or entry.get("name") for entry in activities if isinstance(entry, dict)]
    return str(texts[0]) if texts else None


def message(play: Playground, record: Message) -> models.MessageView:
    """A message."""
    return msgspec.convert(render_message.message(play.memory, record), models.MessageView)


def result(play: Playground, record: Interaction) -> models.InteractionResult:
    """How far an interaction is."""
    messages = play.memory.messages.get(record.channel_id, {})
    reply = messages.get(record.reply_id or 0)
    return models.InteractionResult(
        interaction_id=str(record.id),
        status=status(play, record),
        message=message(play, reply) if reply else None,
        modal=_modal(record),
        error=failure(play, record),
        follow_ups=[message(play, entry) for entry in _follow_ups(messages, record)],
    )


def _follow_ups(messages: dict[int, Message], record: Interaction) -> list[Message]:
    """Ids only grow: what is older than the interaction is not looked at."""
    newer = itertools.takewhile(lambda entry: entry.id > record.id, reversed(messages.values()))
    return [entry for entry in newer if entry.interaction_id == record.id and entry.id != record.reply_id][::-1]


def failure(play: Playground, record: Interaction) -> models.FailureView | None:
    """Why nothing came of it."""
    if status(play, record) != "failed":
        return None
    connected = any(session.wire and session.covers(record.guild_id) for session in play.hub.sessions.values())
    return NO_ANSWER if connected else BOT_ABSENT


def status(play: Playground, record: Interaction) -> models.Status:
    """One word for it."""
    match record.callback:
        case None:
            return "pending" if answerable(play, record) else "failed"
        case CallbackType.MODAL:
            return "modal"
        case CallbackType.UPDATE:
            return "updated"
        case CallbackType.DEFERRED_UPDATE:
            return "updated" if record.settled else "deferred"
        case CallbackType.DEFERRED_MESSAGE:
            return "replied" if record.settled else "deferred"
        case _:
            return "replied"


def _modal(record: Interaction) -> models.ModalView | None:
    if record.modal is None:
        return None
    return models.ModalView(modal_id=str(record.id), **record.modal)
