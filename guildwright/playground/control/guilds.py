"""Test controls: guilds, channels, roles, members, and the bot's own coming and going."""

from datetime import datetime

import msgspec

from guildwright.playground import audit
from guildwright.playground import effects_guild as effects
from guildwright.playground.bits import (
    EVERYONE_DEFAULT,
    EVERYTHING,
    GUILD_CHANNEL_TYPES,
    AuditAction,
    ChannelType,
    Intent,
    Permission,
)
from guildwright.playground.control import given, models, requests, show
from guildwright.playground.control.errors import ControlError, forbidden, invalid, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.ids import EPOCH, digits
from guildwright.playground.locales import LOCALES
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Json, Member, Overwrite, Role, User
from guildwright.playground.seed import BOT_PERMISSIONS
from guildwright.playground.store import Change


class Guilds:
    """What the owner of the playground can do."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)

    def create_guild(self, body: requests.NewGuild) -> models.GuildView:
        """A new guild with one channel."""
        name = given.named(body.name, 2, 100)
        if body.locale not in LOCALES:
            raise invalid("locale", f"{body.locale!r} is not a locale of Discord.")
        play = self._play
        owner = self._find.person(body.owner_id, "owner_id") if body.owner_id else None
        guild_id = play.ids.next()
        with play.store.change() as change:
            owner = owner or self._new_user(change, given.named(body.owner_name or "owner", 1, 32, "owner_name"))
            guild = change.put(Guild(id=guild_id, name=name, owner_id=owner.id, locale=body.locale))
            everyone = Role(
                id=guild_id, guild_id=guild_id, name="@everyone", permissions=int(EVERYONE_DEFAULT), position=0
            )
            change.put(everyone)
            change.put(Channel(id=play.ids.next(), type=ChannelType.GUILD_TEXT, guild_id=guild_id, name="general"))
            change.put(Member(guild_id=guild_id, user_id=owner.id, joined_at=play.clock.now().isoformat()))
            change.announce(lambda: play.feed.publish("guild", {"guild_id": str(guild_id), "bot_present": False}))
        if body.invite_bot:
            self.invite_bot(str(guild_id), requests.InviteBot())
        return show.guild(play, guild)

    def create_channel(self, guild_id: str, body: requests.NewChannel) -> models.ChannelView:
        """A new channel at the end."""
        guild = self._find.guild(guild_id)
        if body.type not in GUILD_CHANNEL_TYPES:
            raise invalid("type", f"{body.type} is not one of {sorted(GUILD_CHANNEL_TYPES)}.")
        overwrites = [self._overwrite(guild, entry, index) for index, entry in enumerate(body.overwrites)]
        if body.private:
            overwrites.append(Overwrite(id=guild.id, type=0, deny=int(Permission.VIEW_CHANNEL)))
        channel = Channel(
            id=self._play.ids.next(),
            type=body.type,
            guild_id=guild.id,
            name=given.named(body.name, 1, 100),
            topic=body.topic,
            position=len(self._play.memory.guild_channels(guild.id)),
            overwrites=tuple(overwrites),
        )
        with self._play.store.change() as change:
            effects.channel_created(self._play, change, channel)
            made = {"name": channel.name, "type": channel.type}
            self._note(change, guild, AuditAction.CHANNEL_CREATE, channel.id, audit.differences({}, made))
        return show.channel(channel)

    def _overwrite(self, guild: Guild, entry: requests.NewOverwrite, index: int) -> Overwrite:
        field = f"overwrites.{index}"
        if entry.type not in {0, 1}:
            raise invalid(f"{field}.type", "0 is a role, 1 a member.")
        place = f"{field}.id"
        whose = self._find.member(guild, entry.id, place).user_id if entry.type else None
        return Overwrite(
            id=whose or self._find.role(guild, entry.id, place).id,
            type=entry.type,
            allow=_bits(entry.allow, f"{field}.allow"),
            deny=_bits(entry.deny, f"{field}.deny"),
        )

    def create_role(self, guild_id: str, body: requests.NewRole) -> models.RoleView:
        """A new role."""
        guild = self._find.guild(guild_id)
        top = max(role.position for role in self._play.memory.guild_roles(guild.id)) + 1
        position = top if body.position is None else body.position
        if not 1 <= position <= top:
            raise invalid("position", f"{position} is not between 1 and {top}.")
        if not 0 <= body.color <= 0xFFFFFF:  # noqa: PLR2004 - a colour's bounds
            raise invalid("color", f"{body.color} is not between 0 and 16777215.")
        role = Role(
            id=self._play.ids.next(),
            guild_id=guild.id,
            name=given.named(body.name, 1, 100),
            permissions=_bits(body.permissions, "permissions"),
            position=position,
            color=body.color,
            mentionable=body.mentionable,
        )
        with self._play.store.change() as change:
            for other in self._play.memory.guild_roles(guild.id):
                if other.position >= position:
                    effects.role_edited(self._play, change, msgspec.structs.replace(other, position=other.position + 1))
            effects.role_created(self._play, change, role)
            made = {"name": role.name, "permissions": str(role.permissions)}
            self._note(change, guild, AuditAction.ROLE_CREATE, role.id, audit.differences({}, made))
        return show.role(role)

    def add_member(self, guild_id: str, body: requests.NewMember) -> models.MemberView:
        """Somebody joins."""
        guild = self._find.guild(guild_id)
        roles = [self._find.role(guild, role_id, "roles").id for role_id in body.roles]
        known = self._find.person(body.user_id) if body.user_id else None
        if known and self._play.memory.member(guild.id, known.id):
            raise ControlError(409, "already_member", f"{known.username} is a member already.", "user_id")
        if known and known.id in self._play.memory.bans[guild.id]:
            raise forbidden(f"{known.username} is banned from this guild.", "user_id")
        made = _moment(body.created_at, "created_at") if body.created_at else None
        if made and made > self._play.clock.now():
            raise invalid("created_at", "An account cannot be made in the future.")
        if known is None and body.name is None:
            raise invalid("name", "Give a name for a new user, or a user_id.")
        with self._play.store.change() as change:
            user = known or self._new_user(change, given.named(body.name or "", 1, 32), made)
            now = self._play.clock.now().isoformat()
            member = Member(guild_id=guild.id, user_id=user.id, joined_at=now, roles=tuple(dict.fromkeys(roles)))
            effects.member_joined(self._play, change, member)
        return show.member(self._play, member)

    def edit_member(self, guild_id: str, user_id: str, body: requests.EditMember) -> models.MemberView:
        """Time a member out, or set a nickname."""
        guild = self._find.guild(guild_id)
        before = member = self._find.member(guild, user_id)
        if body.timeout_until is not msgspec.UNSET:
            until = body.timeout_until
            moment = _moment(until, "timeout_until").isoformat() if until else None
            member = msgspec.structs.replace(member, timeout_until=moment)
        if body.nick is not msgspec.UNSET:
            nick = given.named(body.nick, 1, 32, "nick") if body.nick else None
            member = msgspec.structs.replace(member, nick=nick)
        with self._play.store.change() as change:
            effects.member_edited(self._play, change, member)
            changes = audit.differences(_listed(before), _listed(member))
            self._note(change, guild, AuditAction.MEMBER_UPDATE, member.user_id, changes)
        return show.member(self._play, member)

    def remove_member(self, guild_id: str, user_id: str) -> None:
        """Somebody leaves."""
        guild = self._find.guild(guild_id)
        member = self._find.member(guild, user_id)
        if member.user_id == guild.owner_id:
            raise ControlError(409, "owner", "The owner cannot leave the guild.", "user_id")
        if member.user_id == self._play.application.id:
            self.kick_bot(guild_id)
            return
        with self._play.store.change() as change:
            effects.member_left(self._play, change, member)

    def give_role(self, guild_id: str, user_id: str, role_id: str) -> models.MemberView:
        """A moderator gives a role."""
        guild = self._find.guild(guild_id)
        member, role = self._find.member(guild, user_id), self._assignable(guild, role_id)
        if role.id not in member.roles:
            before, member = member, msgspec.structs.replace(member, roles=(*member.roles, role.id))
            self._change_roles(guild, before, member)
        return show.member(self._play, member)

    def take_role(self, guild_id: str, user_id: str, role_id: str) -> models.MemberView:
        """A moderator takes a role away."""
        guild = self._find.guild(guild_id)
        member, role = self._find.member(guild, user_id), self._assignable(guild, role_id)
        if role.id in member.roles:
            kept = tuple(held for held in member.roles if held != role.id)
            before, member = member, msgspec.structs.replace(member, roles=kept)
            self._change_roles(guild, before, member)
        return show.member(self._play, member)

    def invite_bot(self, guild_id: str, body: requests.InviteBot) -> models.GuildView:
        """The owner follows the invite link."""
        guild = self._find.guild(guild_id)
        rights = int(BOT_PERMISSIONS) if body.permissions is None else _bits(body.permissions, "permissions")
        play = self._play
        if play.memory.member(guild.id, play.application.id):
            raise ControlError(409, "already_member", "The bot is in this guild already.")
        role = Role(
            id=play.ids.next(),
            guild_id=guild.id,
            name=play.application.name,
            permissions=rights,
            position=max(role.position for role in play.memory.guild_roles(guild.id)) + 1,
            bot_id=play.application.id,
        )
        now = play.clock.now().isoformat()
        member = Member(guild_id=guild.id, user_id=play.application.id, joined_at=now, roles=(role.id,))
        with play.store.change() as change:
            effects.bot_joined(play, change, guild, member, role)
        return show.guild(play, guild)

    def kick_bot(self, guild_id: str) -> models.GuildView:
        """The owner puts the bot out."""
        guild = self._find.guild(guild_id)
        member = self._play.memory.member(guild.id, self._play.application.id)
        if member is None:
            raise unknown("member", self._play.application.id)
        with self._play.store.change() as change:
            effects.bot_left(self._play, change, guild, member)
        return show.guild(self._play, guild)

    def switch_intents(self, body: requests.PrivilegedIntents) -> models.BotView:
        """Switch privileged intents on or off; who is connected stays so."""
        switches = {
            Intent.GUILD_MEMBERS: body.members,
            Intent.GUILD_PRESENCES: body.presences,
            Intent.MESSAGE_CONTENT: body.message_content,
        }
        allowed = sum(int(intent) for intent, on in switches.items() if on)
        with self._play.store.change() as change:
            change.put(msgspec.structs.replace(self._play.application, privileged_intents=allowed))
        return show.bot(self._play)

    def drop_connection(self, session_id: str) -> None:
        """End a session's connection as a network fault would; the client may resume."""
        session = self._play.hub.sessions.get(session_id)
        if session is None or session.wire is None:
            raise unknown("session", session_id)
        session.wire.close(4000, "Dropped by the playground.")

    def _change_roles(self, guild: Guild, before: Member, after: Member) -> None:
        with self._play.store.change() as change:
            effects.member_edited(self._play, change, after)
            changes = audit.role_changes(self._play.memory, before.roles, after.roles)
            self._note(change, guild, AuditAction.MEMBER_ROLE_UPDATE, after.user_id, changes)

    def _note(self, change: Change, guild: Guild, action: AuditAction, target: int, changes: list[Json]) -> None:
        """The world is arranged in the owner's name."""
        if changes:
            audit.note(self._play, change, guild.id, action, actor=guild.owner_id, target=target, changes=changes)

    def _assignable(self, guild: Guild, role_id: str) -> Role:
        role = self._find.role(guild, role_id)
        if role.id == guild.id or role.bot_id:
            raise ControlError(409, "not_assignable", f"Nobody can give or take the role {role.name}.", "role_id")
        return role

    def _new_user(self, change: Change, name: str, made: datetime | None = None) -> User:
        user_id = self._play.ids.next() if made is None else self._play.ids.past(made, self._play.memory.users)
        return change.put(User(id=user_id, username=name.casefold().replace(" ", "_"), global_name=name))


def _listed(member: Member) -> Json:
    return {"nick": member.nick, "communication_disabled_until": member.timeout_until}


def _bits(text: str, field: str) -> int:
    bits = digits(text)
    if bits is None or bits & ~int(EVERYTHING):
        raise invalid(field, f"{text[:40]!r} is not a decimal string of permission bits.")
    return bits


def _moment(text: str, field: str) -> datetime:
    moment = given.moment(text, field)
    if moment < EPOCH:
        raise invalid(field, "Discord's ids start in 2015.")
    return moment
