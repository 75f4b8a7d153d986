"""Changes of guilds, channels, roles and members that others hear of; see `effects` for messages."""

import msgspec

from guildwright.playground import effects, effects_presence, render, threads
from guildwright.playground.bits import Intent
from guildwright.playground.gateway.arrival import guild_create
from guildwright.playground.gateway.session import Dispatch, Session
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Departed, Guild, Invite, Json, Member, Message, Role, Webhook
from guildwright.playground.store import Change

_DID_REJOIN = 1 << 0
_NO_WELCOME = 1 << 0
_JOINED = 7


def tell(play: Playground, name: str, guild_id: int, data: Json, intents: Intent = Intent.GUILDS) -> None:
    """Send a guild's event, if the bot is in the guild."""
    play.tell(name, guild_id, data, intents)


def channel_event(play: Playground, change: Change, name: str, channel: Channel) -> None:
    """CHANNEL_CREATE, _UPDATE or _DELETE; every channel is told, as Discord does."""
    if channel.guild_id is None:
        return
    guild_id = channel.guild_id
    place = {"guild_id": str(guild_id), "channel_id": str(channel.id), "deleted": name == "CHANNEL_DELETE"}
    change.announce(lambda: tell(play, name, guild_id, render.channel(play.memory, channel)))
    change.announce(lambda: play.feed.publish("channel", place))


def channel_created(play: Playground, change: Change, channel: Channel) -> None:
    """A channel appears."""
    change.put(channel)
    channel_event(play, change, "CHANNEL_CREATE", channel)


def channel_edited(play: Playground, change: Change, channel: Channel) -> None:
    """A channel changes."""
    threads.watch_access(play, change, channel.guild_id)
    change.put(channel)
    channel_event(play, change, "CHANNEL_UPDATE", channel)


def channel_deleted(play: Playground, change: Change, channel: Channel) -> None:
    """A channel goes, with all that was written in it."""
    for thread in play.memory.guild_threads(channel.guild_id or 0):
        if thread.parent_id == channel.id:
            threads.forget(play, change, thread)
    for message in list(play.memory.messages.get(channel.id, {}).values()):
        change.drop(message)
    effects_presence.voice_emptied(play, change, channel)
    hangings: list[Invite | Webhook] = [*play.memory.invites.values(), *play.memory.webhooks.values()]
    for hanging in hangings:
        if hanging.channel_id == channel.id:
            change.drop(hanging)
    change.drop(channel)
    channel_event(play, change, "CHANNEL_DELETE", channel)
    _forget_channel(play, change, channel)


def _forget_channel(play: Playground, change: Change, channel: Channel) -> None:
    """Nothing in the guild names the channel any more: what was in a category stands alone."""
    for inner in play.memory.guild_channels(channel.guild_id or 0):
        if inner.parent_id == channel.id:
            channel_edited(play, change, msgspec.structs.replace(inner, parent_id=None))
    guild = play.memory.guilds[channel.guild_id or 0]
    stale = [name for name, value in guild.settings.items() if name.endswith("channel_id") and value == str(channel.id)]
    if stale:
        settings = guild.settings | dict.fromkeys(stale)
        guild_edited(play, change, msgspec.structs.replace(guild, settings=settings))


def _role_notice(play: Playground, change: Change, role: Role, *, deleted: bool = False) -> None:
    data = {"guild_id": str(role.guild_id), "role_id": str(role.id), "deleted": deleted}
    change.announce(lambda: play.feed.publish("role", data))


def _role_event(play: Playground, change: Change, name: str, role: Role) -> None:
    data: Json = {"guild_id": str(role.guild_id), "role": render.role(role)}
    change.announce(lambda: tell(play, name, role.guild_id, data))
    _role_notice(play, change, role)


def role_created(play: Playground, change: Change, role: Role) -> None:
    """A role appears."""
    change.put(role)
    _role_event(play, change, "GUILD_ROLE_CREATE", role)


def role_edited(play: Playground, change: Change, role: Role) -> None:
    """A role changes."""
    threads.watch_access(play, change, role.guild_id)
    change.put(role)
    _role_event(play, change, "GUILD_ROLE_UPDATE", role)


def role_deleted(play: Playground, change: Change, role: Role) -> None:
    """A role goes, also from those who held it and from the channels' overwrites."""
    change.drop(role)
    data = {"guild_id": str(role.guild_id), "role_id": str(role.id)}
    change.announce(lambda: tell(play, "GUILD_ROLE_DELETE", role.guild_id, data))
    _role_notice(play, change, role, deleted=True)
    for member in list(play.memory.members[role.guild_id].values()):
        if role.id in member.roles:
            kept = tuple(held for held in member.roles if held != role.id)
            member_edited(play, change, msgspec.structs.replace(member, roles=kept))
    for channel in play.memory.guild_channels(role.guild_id):
        left = tuple(entry for entry in channel.overwrites if entry.id != role.id)
        if len(left) < len(channel.overwrites):
            channel_edited(play, change, msgspec.structs.replace(channel, overwrites=left))


def guild_edited(play: Playground, change: Change, guild: Guild) -> None:
    """A guild's settings change."""
    change.put(guild)
    notice = {"guild_id": str(guild.id), "bot_present": play.memory.member(guild.id, play.application.id) is not None}
    change.announce(lambda: tell(play, "GUILD_UPDATE", guild.id, render.guild(play.memory, guild)))
    change.announce(lambda: play.feed.publish("guild", notice))


def member_event(play: Playground, change: Change, name: str, member: Member, *, always: bool = False) -> None:
    """GUILD_MEMBER_ADD or _UPDATE; the bot always hears of itself."""
    intents = Intent(0) if always else Intent.GUILD_MEMBERS

    def announce() -> None:
        data = render.member(play.memory, member) | {"guild_id": str(member.guild_id)}
        tell(play, name, member.guild_id, data, intents)

    change.announce(announce)
    _member_notice(play, change, member)


def _member_notice(play: Playground, change: Change, member: Member, *, left: bool = False) -> None:
    data = {"guild_id": str(member.guild_id), "user_id": str(member.user_id), "left": left}
    change.announce(lambda: play.feed.publish("member", data))


def member_joined(play: Playground, change: Change, member: Member) -> None:
    """Somebody joins, perhaps again."""
    before = play.memory.departed.get(member.guild_id, {}).get(member.user_id)
    if before:
        change.drop(before)
        member = msgspec.structs.replace(member, flags=member.flags | _DID_REJOIN)
    change.put(member)
    member_event(play, change, "GUILD_MEMBER_ADD", member)
    _welcome(play, change, member)


def _welcome(play: Playground, change: Change, member: Member) -> None:
    """What Discord writes into the guild's system channel, where there is one and nobody switched that off."""
    settings = play.memory.guilds[member.guild_id].settings
    channel = play.memory.channels.get(int(settings.get("system_channel_id") or 0))
    if channel is None or settings.get("system_channel_flags", 0) & _NO_WELCOME:
        return
    message = Message(
        id=play.ids.next(),
        channel_id=channel.id,
        guild_id=member.guild_id,
        author_id=member.user_id,
        sent_at=play.clock.now().isoformat(),
        type=_JOINED,
    )
    effects.message_created(play, change, message)


def member_edited(play: Playground, change: Change, member: Member) -> None:
    """A member's roles, nickname or timeout change."""
    own = member.user_id == play.application.id
    if own:
        threads.watch_access(play, change, member.guild_id)
    change.put(member)
    member_event(play, change, "GUILD_MEMBER_UPDATE", member, always=own)


def member_left(play: Playground, change: Change, member: Member) -> None:
    """Somebody leaves or is put out."""
    effects_presence.voice_left(play, change, member.guild_id, member.user_id)
    for thread in play.memory.guild_threads(member.guild_id):
        part = play.memory.thread_members.get(thread.id, {}).get(member.user_id)
        if part:
            threads.left(play, change, thread, part)
    change.drop(member)
    change.put(Departed(guild_id=member.guild_id, user_id=member.user_id))
    data = {"guild_id": str(member.guild_id), "user": render.user(play.memory.users[member.user_id])}
    change.announce(lambda: tell(play, "GUILD_MEMBER_REMOVE", member.guild_id, data, Intent.GUILD_MEMBERS))
    _member_notice(play, change, member, left=True)


def bot_joined(play: Playground, change: Change, guild: Guild, member: Member, role: Role) -> None:
    """The bot is invited; its managed role comes with it."""
    change.put(role)
    change.put(member)

    def data(session: Session) -> Json:
        return guild_create(play, guild, session)

    arrival = Dispatch(name="GUILD_CREATE", data=data, intents=Intent.GUILDS, guild_id=guild.id)
    _bot_notice(play, change, guild, arrival, present=True)


def bot_left(play: Playground, change: Change, guild: Guild, member: Member) -> None:
    """The bot leaves, or is put out; its managed role goes with it."""
    effects_presence.voice_left(play, change, guild.id, member.user_id)
    change.drop(member)
    for role in play.memory.guild_roles(guild.id):
        if role.bot_id == member.user_id:
            change.drop(role)
    data: Json = {"id": str(guild.id)}
    farewell = Dispatch(name="GUILD_DELETE", data=lambda _: data, intents=Intent.GUILDS, guild_id=guild.id)
    _bot_notice(play, change, guild, farewell, present=False)


def _bot_notice(play: Playground, change: Change, guild: Guild, dispatch: Dispatch, *, present: bool) -> None:
    notice = {"guild_id": str(guild.id), "bot_present": present}

    def announce() -> None:
        play.hub.dispatch(dispatch)
        play.feed.publish("guild", notice)

    change.announce(announce)


def put_out(play: Playground, change: Change, member: Member) -> None:
    """Somebody is put out; the bot leaves otherwise than people do."""
    if member.user_id == play.application.id:
        bot_left(play, change, play.memory.guilds[member.guild_id], member)
    else:
        member_left(play, change, member)
