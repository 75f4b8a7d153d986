"""What the control API says of bans, invites and the audit log. Ids are snowflakes as strings."""

from typing import Any

from guildwright.playground.control.models import UserView, View


class BanView(View, frozen=True, kw_only=True):
    """Somebody who may not come back, and why."""

    user: UserView
    reason: str | None


class BansView(View, frozen=True, kw_only=True):
    """A guild's bans."""

    bans: list[BanView]


class InviteView(View, frozen=True, kw_only=True):
    """A way in."""

    code: str
    channel_id: str
    inviter_id: str
    uses: int
    max_uses: int
    max_age: int
    expires_at: str | None


class InvitesView(View, frozen=True, kw_only=True):
    """A guild's invites that still work."""

    invites: list[InviteView]


class AuditEntryView(View, frozen=True, kw_only=True):
    """Who did what to whom, and why; `action` by Discord's name, the rest as Discord's API has it."""

    id: str
    action: str
    action_type: int
    user_id: str
    target_id: str | None
    reason: str | None
    changes: list[dict[str, Any]]
    options: dict[str, str] | None


class AuditLogView(View, frozen=True, kw_only=True):
    """A guild's audit log, newest first."""

    entries: list[AuditEntryView]
