"""What moderators do by hand: ban, pardon, kick, time out; with Discord's permissions, and in the audit log."""

from datetime import timedelta

import msgspec

from guildwright.playground import audit, effects_guild, effects_moderation
from guildwright.playground.bits import AuditAction, Permission
from guildwright.playground.control import guild_models, guild_requests, models, show
from guildwright.playground.control.errors import ControlError, forbidden, invalid, snowflake, unknown
from guildwright.playground.control.lookup import Lookup
from guildwright.playground.control.rank import Rank
from guildwright.playground.playground import Playground
from guildwright.playground.records import AuditEntry, Ban, Guild, Member, User
from guildwright.playground.store import Change

_LONGEST_TIMEOUT = 28 * 24 * 3600
_WEEK = 7 * 24 * 3600
_LONGEST_REASON = 512
_MOST_ENTRIES = 200


class Moderation:
    """A person who moderates a guild."""

    def __init__(self, play: Playground) -> None:
        self._play = play
        self._find = Lookup(play)
        self._rank = Rank(play)

    def bans(self, guild_id: str) -> guild_models.BansView:
        """Who may not come back."""
        bans = self._play.memory.bans[self._find.guild(guild_id).id].values()
        return guild_models.BansView(bans=[self._ban(ban) for ban in bans])

    def ban(self, guild_id: str, body: guild_requests.PutOut) -> guild_models.BanView:
        """Put somebody out for good, member or not."""
        guild = self._find.guild(guild_id)
        user = self._rank.acting(guild, body.user_id, Permission.BAN_MEMBERS)
        target = self._find.user(body.target_id, "target_id")
        member = self._play.memory.member(guild.id, target.id)
        if member:
            self._rank.above_member(user, member)
        if not 0 <= body.delete_message_seconds <= _WEEK:
            raise invalid("delete_message_seconds", f"Messages of at most {_WEEK} seconds can go.")
        if target.id in self._play.memory.bans[guild.id]:
            raise ControlError(409, "already_banned", f"{target.username} is banned already.", "target_id")
        ban = Ban(guild_id=guild.id, user_id=target.id, reason=_reason(body.reason))
        with self._play.store.change() as change:
            effects_moderation.banned(self._play, change, ban, body.delete_message_seconds)
            self._note(change, guild, AuditAction.MEMBER_BAN_ADD, user, target.id, reason=ban.reason)
        return self._ban(ban)

    def pardon(self, guild_id: str, target_id: str, user_id: str) -> None:
        """Let a banned one back in."""
        guild = self._find.guild(guild_id)
        user = self._rank.acting(guild, user_id, Permission.BAN_MEMBERS)
        ban = self._play.memory.bans[guild.id].get(snowflake(target_id, "target_id"))
        if ban is None:
            raise unknown("ban", target_id, "target_id")
        with self._play.store.change() as change:
            effects_moderation.unbanned(self._play, change, ban)
            self._note(change, guild, AuditAction.MEMBER_BAN_REMOVE, user, ban.user_id)

    def kick(self, guild_id: str, body: guild_requests.Moderate) -> None:
        """Put a member out."""
        guild = self._find.guild(guild_id)
        user, target = self._touching(guild, body, Permission.KICK_MEMBERS)
        with self._play.store.change() as change:
            effects_guild.put_out(self._play, change, target)
            self._note(change, guild, AuditAction.MEMBER_KICK, user, target.user_id, reason=_reason(body.reason))

    def time_out(self, guild_id: str, body: guild_requests.TimeOut) -> models.MemberView:
        """Let a member only read for a while."""
        guild = self._find.guild(guild_id)
        user, target = self._touching(guild, body, Permission.MODERATE_MEMBERS)
        if not 0 <= body.seconds <= _LONGEST_TIMEOUT:
            raise invalid("seconds", f"A timeout has at most {_LONGEST_TIMEOUT} seconds (28 days).")
        if body.seconds and self._play.permissions.in_guild(guild.id, target.user_id) & Permission.ADMINISTRATOR:
            raise forbidden("Nobody can time out an administrator.", "target_id")
        until = (self._play.clock.now() + timedelta(seconds=body.seconds)).isoformat() if body.seconds else None
        edited = msgspec.structs.replace(target, timeout_until=until)
        key = "communication_disabled_until"
        changes = audit.differences({key: target.timeout_until}, {key: until})
        with self._play.store.change() as change:
            effects_guild.member_edited(self._play, change, edited)
            reason, action = _reason(body.reason), AuditAction.MEMBER_UPDATE
            audit.note(
                self._play,
                change,
                guild.id,
                action,
                actor=user.id,
                target=target.user_id,
                reason=reason,
                changes=changes,
            )
        return show.member(self._play, edited)

    def audit_log(self, guild_id: str, limit: int) -> guild_models.AuditLogView:
        """The newest entries."""
        if not 1 <= limit <= _MOST_ENTRIES:
            raise invalid("limit", f"{limit} is not between 1 and {_MOST_ENTRIES}.")
        entries = list(self._play.memory.audit_log[self._find.guild(guild_id).id].values())
        return guild_models.AuditLogView(entries=[_entry(entry) for entry in entries[: -limit - 1 : -1]])

    def _touching(self, guild: Guild, body: guild_requests.Moderate, needed: Permission) -> tuple[User, Member]:
        user = self._rank.acting(guild, body.user_id, needed)
        target = self._find.member(guild, body.target_id, "target_id")
        self._rank.above_member(user, target)
        return user, target

    def _note(  # noqa: PLR0913 - an entry has these parts
        self, change: Change, guild: Guild, action: AuditAction, user: User, target: int, *, reason: str | None = None
    ) -> None:
        audit.note(self._play, change, guild.id, action, actor=user.id, target=target, reason=reason)

    def _ban(self, ban: Ban) -> guild_models.BanView:
        return guild_models.BanView(user=show.user(self._play.memory.users[ban.user_id]), reason=ban.reason)


def _reason(text: str | None) -> str | None:
    if text and len(text) > _LONGEST_REASON:
        raise invalid("reason", f"A reason has at most {_LONGEST_REASON} characters, not {len(text)}.")
    return text or None


def _entry(entry: AuditEntry) -> guild_models.AuditEntryView:
    known = entry.action in AuditAction
    return guild_models.AuditEntryView(
        id=str(entry.id),
        action=AuditAction(entry.action).name if known else str(entry.action),
        action_type=entry.action,
        user_id=str(entry.user_id),
        target_id=str(entry.target_id) if entry.target_id else None,
        reason=entry.reason,
        changes=list(entry.changes),
        options=entry.options,
    )
