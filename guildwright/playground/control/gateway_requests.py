"""What the control API takes of voice, presence, typing and the gateway's limits."""

import msgspec

from guildwright.playground.control.requests import Body


class EditVoice(Body, frozen=True, kw_only=True):
    """A member joins or moves to `channel_id`, leaves the guild's voice (`guild_id` and null), mutes or deafens.

    What is absent stays: `{user_id, guild_id, self_mute: true}` mutes where the member is.
    """

    user_id: str
    guild_id: str | None = None
    channel_id: str | msgspec.UnsetType | None = msgspec.UNSET
    self_mute: bool | None = None
    self_deaf: bool | None = None


class EditPresence(Body, frozen=True, kw_only=True):
    """How a person appears: `online`, `idle`, `dnd` or `offline`; `activity` is the custom status, null for none."""

    user_id: str
    status: str
    activity: str | None = None


class Typing(Body, frozen=True, kw_only=True):
    """A member types in a channel."""

    user_id: str
    channel_id: str


class Outage(Body, frozen=True, kw_only=True):
    """Whether a guild is unavailable: the bot is told, and hears nothing of it until it is there again."""

    unavailable: bool


class EditGateway(Body, frozen=True, kw_only=True):
    """The bot's limits at the gateway; what is absent stays.

    `max_concurrency`: sessions that may start per 5 seconds (1 to 64). `starts_per_day` and `starts_used`: the budget
    of session starts; the IDENTIFY above it resets the token. `shards`: what gateway/bot recommends, null for one per
    thousand guilds.
    """

    max_concurrency: int | None = None
    starts_per_day: int | None = None
    starts_used: int | None = None
    shards: int | msgspec.UnsetType | None = msgspec.UNSET
