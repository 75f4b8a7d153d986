"""What the control API takes of those who run a guild. `user_id` is who acts; ids are snowflakes as strings."""

import msgspec

from guildwright.playground.control.requests import Body


class Moderate(Body, frozen=True, kw_only=True):
    """A moderator does something to somebody."""

    user_id: str
    target_id: str
    reason: str | None = None


class PutOut(Moderate, frozen=True, kw_only=True):
    """A ban; with `delete_message_seconds` what the banned one wrote lately goes too."""

    delete_message_seconds: int = 0


class TimeOut(Moderate, frozen=True, kw_only=True):
    """A timeout of so many seconds, 28 days at most; 0 lifts it."""

    seconds: int


class EditGuild(Body, frozen=True, kw_only=True):
    """Another name or description."""

    user_id: str
    name: str | None = None
    description: str | msgspec.UnsetType | None = msgspec.UNSET


class EditChannel(Body, frozen=True, kw_only=True):
    """What is absent stays. `slowmode` is in seconds."""

    user_id: str
    name: str | None = None
    topic: str | msgspec.UnsetType | None = msgspec.UNSET
    slowmode: int | None = None


class EditRole(Body, frozen=True, kw_only=True):
    """What is absent stays. `permissions` is a decimal string."""

    user_id: str
    name: str | None = None
    color: int | None = None
    permissions: str | None = None
    hoist: bool | None = None
    mentionable: bool | None = None


class NewInvite(Body, frozen=True, kw_only=True):
    """An invite into a channel; 0 is for ever, or for any number of people."""

    user_id: str
    channel_id: str
    max_age: int = 86400
    max_uses: int = 0


class UseInvite(Body, frozen=True, kw_only=True):
    """A known person by `user_id`, or a new one by `name`, comes in."""

    user_id: str | None = None
    name: str | None = None
