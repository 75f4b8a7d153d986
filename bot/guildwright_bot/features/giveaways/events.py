"""What happened in giveaways, for other features to read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GiveawayStarted:
    """A giveaway runs; its message is posted in a moment."""

    guild_id: int
    giveaway_id: int
    number: int
    channel_id: int
    host_id: int
    prize: str


@dataclass(frozen=True)
class GiveawayEnded:
    """A giveaway was drawn; without winners nobody could win."""

    guild_id: int
    giveaway_id: int
    number: int
    channel_id: int
    host_id: int
    prize: str
    winner_ids: tuple[int, ...]
    entries: int


@dataclass(frozen=True)
class PrizeClaimed:
    """A winner took the prize."""

    guild_id: int
    giveaway_id: int
    number: int
    prize: str
    winner_id: int


@dataclass(frozen=True)
class ClaimFailed:
    """A winner claimed in time, but may not win any more: the prize goes to the next. `reason` as refusals name it."""

    guild_id: int
    giveaway_id: int
    number: int
    prize: str
    winner_id: int
    reason: str


@dataclass(frozen=True)
class PrizeExpired:
    """Prizes went on: of winners who let their time pass, and of those whose claim failed (`failed_ids`).

    `former_ids` are all of them, `winner_ids` those drawn instead, if any could be.
    """

    guild_id: int
    giveaway_id: int
    number: int
    prize: str
    former_ids: tuple[int, ...]
    winner_ids: tuple[int, ...]
    failed_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class PrizeRerolled:
    """A host gave prizes on by hand; `former_ids` are those who had to give one up, `winner_ids` who was drawn."""

    guild_id: int
    giveaway_id: int
    number: int
    prize: str
    actor_id: int
    former_ids: tuple[int, ...]
    winner_ids: tuple[int, ...]
