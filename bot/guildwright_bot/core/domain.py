"""When a guild counts as joined, left or only away, and when its data goes. No I/O."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

# An old guild that we merely hear of for the first time (a new database) is not greeted.
FRESH = timedelta(days=1)


@dataclass(frozen=True)
class Membership:
    """That the bot is in a guild, or since when it is not."""

    guild_id: int
    joined_at: datetime
    left_at: datetime | None = None


def is_new(known: Membership | None, joined_at: datetime) -> bool:
    """Whether this is another joining than the one we know of: the bot was invited, or invited again."""
    return known is None or known.left_at is not None or joined_at > known.joined_at


def is_greeted(known: Membership | None, joined_at: datetime, now: datetime) -> bool:
    """Whether to show a welcome."""
    return is_new(known, joined_at) and now - joined_at < FRESH


def is_erased(known: Membership | None, left_at: datetime) -> bool:
    """Whether the data is to go, when the job that was made at `left_at` is due: not after the bot came back."""
    return known is not None and known.left_at == left_at


def lost(known: Collection[Membership], present: Collection[int]) -> list[Membership]:
    """The guilds that the bot was removed from while nobody listened; an unavailable guild is still present."""
    return [membership for membership in known if membership.left_at is None and membership.guild_id not in present]
