"""What those who run a guild do to it by hand: rename, edit and delete channels and roles, invite and let in."""

import msgspec

from guildwright.playground import audit, effects_guild, effects_invite
from guildwright.playground.bits import EVERYTHING, AuditAction, ChannelType, Permission
from guildwright.playground.control import guild_models, guild_requests, models, show
from guildwright.playground.control.errors import ControlError, forbidden, invalid, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.control.rank import Rank
from guildwright.playground.ids import digits
from guildwright.playground.playground import Playground
from guildwright.playground.records import Channel, Guild, Invite, Json, Record, Role, User
from guildwright.playground.store import Change

_CHANNEL_FIELDS = ("name", "topic", "slowmode")
_ROLE_FIELDS = ("name", "color", "permissions", "hoist", "mentionable")
_AUDIT_NAMES = {"slowmode": "rate_limit_per_user"}
_LONGEST_SLOWMODE = 21600
_WHITE = 0xFFFFFF
_LONGEST_INVITE, _MOST_USES = 7 * 24 * 3600, 100


class House:
    """A person who runs a guild."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)
        self._rank = Rank(play)

    def edit_guild(self, guild_id: str, body: guild_requests.EditGuild) -> models.GuildView:
        """Another name or description."""
        guild = self._find.guild(guild_id)
        user = self._rank.acting(guild, body.user_id, Permission.MANAGE_GUILD)
        edited = guild if body.name is None else msgspec.structs.replace(guild, name=_text(body.name, "name", 2, 100))
        if body.description is not msgspec.UNSET:
            text = _text(body.description, "description", 0, 300) if body.description else None
            edited = msgspec.structs.replace(edited, settings=edited.settings | {"description": text})
        before = {"name": guild.name, "description": guild.settings.get("description")}
        after = {"name": edited.name, "description": edited.settings.get("description")}
        with self._play.store.change() as change:
            effects_guild.guild_edited(self._play, change, edited)
            self._note(
                change, guild, AuditAction.GUILD_UPDATE, user, guild.id, changes=audit.differences(before, after)
            )
        return show.guild(self._play, edited)

    def edit_channel(self, channel_id: str, body: guild_requests.EditChannel) -> models.ChannelView:
        """A channel's name, topic or slowmode."""
        guild, channel, user = self._own_channel(channel_id, body.user_id)
        edited = channel
        if body.name is not None:
            edited = msgspec.structs.replace(edited, name=_text(body.name, "name", 1, 100))
        if body.topic is not msgspec.UNSET:
            topic = _text(body.topic, "topic", 1, 1024) if body.topic else None
            edited = msgspec.structs.replace(edited, topic=topic)
        if body.slowmode is not None:
            slowmode = _number(body.slowmode, "slowmode", _LONGEST_SLOWMODE)
            edited = msgspec.structs.replace(edited, slowmode=slowmode)
        with self._play.store.change() as change:
            effects_guild.channel_edited(self._play, change, edited)
            changes = _changes(channel, edited, _CHANNEL_FIELDS)
            self._note(change, guild, AuditAction.CHANNEL_UPDATE, user, channel.id, changes=changes)
        return show.channel(edited)

    def delete_channel(self, channel_id: str, user_id: str) -> None:
        """A channel with all that is in it."""
        guild, channel, user = self._own_channel(channel_id, user_id)
        with self._play.store.change() as change:
            effects_guild.channel_deleted(self._play, change, channel)
            changes = audit.differences({"name": channel.name, "type": channel.type}, {})
            self._note(change, guild, AuditAction.CHANNEL_DELETE, user, channel.id, changes=changes)

    def edit_role(self, guild_id: str, role_id: str, body: guild_requests.EditRole) -> models.RoleView:
        """A role below one's own; nobody grants what they do not hold."""
        guild = self._find.guild(guild_id)
        user, role = self._own_role(guild, role_id, body.user_id)
        given = {name: value for name in _ROLE_FIELDS if (value := getattr(body, name)) is not None}
        if body.name is not None:
            given["name"] = _text(body.name, "name", 1, 100)
        if body.color is not None:
            _number(body.color, "color", _WHITE)
        if body.permissions is not None:
            given["permissions"] = self._grantable(guild, user, role, body.permissions)
        edited = msgspec.structs.replace(role, **given)
        with self._play.store.change() as change:
            effects_guild.role_edited(self._play, change, edited)
            changes = _changes(role, edited, _ROLE_FIELDS)
            self._note(change, guild, AuditAction.ROLE_UPDATE, user, role.id, changes=changes)
        return show.role(edited)

    def delete_role(self, guild_id: str, role_id: str, user_id: str) -> None:
        """A role below one's own, also from everybody who holds it."""
        guild = self._find.guild(guild_id)
        user, role = self._own_role(guild, role_id, user_id)
        if role.id == guild.id or role.bot_id:
            raise ControlError(409, "not_deletable", f"Nobody can delete the role {role.name}.", "role_id")
        with self._play.store.change() as change:
            effects_guild.role_deleted(self._play, change, role)
            changes = audit.differences({"name": role.name}, {})
            self._note(change, guild, AuditAction.ROLE_DELETE, user, role.id, changes=changes)

    def invites(self, guild_id: str) -> guild_models.InvitesView:
        """The guild's invites that still work."""
        found = effects_invite.invites_of(self._play, self._find.guild(guild_id).id)
        return guild_models.InvitesView(invites=[_invite(invite) for invite in found])

    def create_invite(self, guild_id: str, body: guild_requests.NewInvite) -> guild_models.InviteView:
        """A way in, made by a member."""
        guild = self._find.guild(guild_id)
        user = self._find.person(body.user_id)
        channel = self._find.visible_channel(user, body.channel_id, Permission.CREATE_INSTANT_INVITE)
        if channel.guild_id != guild.id or channel.thread or channel.type == ChannelType.GUILD_CATEGORY:
            raise invalid("channel_id", "Invites lead into a channel of this guild.")
        invite = Invite(
            code=effects_invite.new_code(),
            guild_id=guild.id,
            channel_id=channel.id,
            inviter_id=user.id,
            made_at=self._play.clock.now().isoformat(),
            max_age=_number(body.max_age, "max_age", _LONGEST_INVITE),
            max_uses=_number(body.max_uses, "max_uses", _MOST_USES),
        )
        with self._play.store.change() as change:
            effects_invite.created(self._play, change, invite)
            changes = audit.differences({}, effects_invite.facts(invite))
            self._note(change, guild, AuditAction.INVITE_CREATE, user, None, changes=changes)
        return _invite(invite)

    def use_invite(self, code: str, body: guild_requests.UseInvite) -> models.MemberView:
        """Somebody follows an invite; the banned do not come in, and nobody while invites are paused."""
        invite = effects_invite.usable(self._play, code)
        if invite is None:
            raise unknown("invite", code, "code")
        if body.user_id is None and body.name is None:
            raise invalid("name", "Give a name for a new user, or a user_id.")
        guild = self._play.memory.guilds[invite.guild_id]
        if effects_invite.paused(self._play, guild):
            raise forbidden("Invites to this guild are paused for now.", "code")
        known = self._find.person(body.user_id) if body.user_id else None
        if known:
            self._check_welcome(guild, known)
        name = None if known else _text(body.name or "", "name", 1, 32)
        with self._play.store.change() as change:
            user = known or change.put(
                User(id=self._play.ids.next(), username=str(name).casefold().replace(" ", "_"), global_name=name)
            )
            member = effects_invite.used(self._play, change, invite, user.id)
        return show.member(self._play, member)

    def _check_welcome(self, guild: Guild, user: User) -> None:
        if self._play.memory.member(guild.id, user.id):
            raise ControlError(409, "already_member", f"{user.username} is a member already.", "user_id")
        if user.id in self._play.memory.bans[guild.id]:
            raise forbidden(f"{user.username} is banned from this guild.", "user_id")

    def _own_channel(self, channel_id: str, user_id: str) -> tuple[Guild, Channel, User]:
        channel = self._find.channel(channel_id)
        if channel.guild_id is None or channel.thread:
            raise ControlError(409, "not_a_guild_channel", "This is no channel of a guild's own.", "channel_id")
        guild = self._play.memory.guilds[channel.guild_id]
        user = self._rank.acting(guild, user_id, Permission(0))
        self._find.visible_channel(user, channel_id, Permission.MANAGE_CHANNELS)
        return guild, channel, user

    def _own_role(self, guild: Guild, role_id: str, user_id: str) -> tuple[User, Role]:
        user = self._rank.acting(guild, user_id, Permission.MANAGE_ROLES)
        role = self._find.role(guild, role_id)
        self._rank.above_role(user, role)
        return user, role

    def _grantable(self, guild: Guild, user: User, role: Role, text: str) -> int:
        bits = digits(text)
        if bits is None or bits & ~int(EVERYTHING):
            raise invalid("permissions", f"{text[:40]!r} is not a decimal string of permission bits.")
        if bits & ~role.permissions & ~int(self._play.permissions.in_guild(guild.id, user.id)):
            raise forbidden(f"{user.username} cannot grant permissions that they lack.", "permissions")
        return bits

    def _note(  # noqa: PLR0913 - an entry has these parts
        self,
        change: Change,
        guild: Guild,
        action: AuditAction,
        user: User,
        target: int | None,
        *,
        changes: list[Json],
    ) -> None:
        audit.note(self._play, change, guild.id, action, actor=user.id, target=target, changes=changes)


def _changes(before: Record, after: Record, names: tuple[str, ...]) -> list[Json]:
    """What an entry lists; bits are strings in Discord's JSON."""

    def listed(record: Record) -> Json:
        values = {_AUDIT_NAMES.get(name, name): getattr(record, name) for name in names}
        return values | {"permissions": str(values["permissions"])} if "permissions" in values else values

    return audit.differences(listed(before), listed(after))


def _text(text: str, field: str, least: int, most: int) -> str:
    text = text.strip()
    if not least <= len(text) <= most:
        raise invalid(field, f"This has {least} to {most} characters, not {len(text)}.")
    return text


def _number(value: int, field: str, most: int) -> int:
    if not 0 <= value <= most:
        raise invalid(field, f"{value} is not between 0 and {most}.")
    return value


def _invite(invite: Invite) -> guild_models.InviteView:
    end = invite.ends_at
    return guild_models.InviteView(
        code=invite.code,
        channel_id=str(invite.channel_id),
        inviter_id=str(invite.inviter_id),
        uses=invite.uses,
        max_uses=invite.max_uses,
        max_age=invite.max_age,
        expires_at=end.isoformat() if end else None,
    )
