"""The list of a draw, frozen: everybody who may win by what was known at their last click, as pseudonym and weight.

Half a million entries take seconds of arithmetic, so each function here is plain and quick for one page of them, to be
called in a thread.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from guildwright_bot.features.giveaways import draw
from guildwright_bot.features.giveaways.domain import Entry, Giveaway, Rules, refuse_person, weight

_ID_BYTES = 8
_NOT_KNOWN = "giveaways-refused-guest"  # when they joined: whoever is drawn is asked of Discord


class Place(NamedTuple):
    """A line of the list, and whose it is."""

    ticket: str
    weight: int
    member_id: int


@dataclass(frozen=True)
class Frozen:
    """The whole list.

    Attributes:
        entries: How many lines.
        tickets: The sum of their weights.
        list_hash: What is posted.
        listing: The lines as bytes, each with its end.
        members: Whose line it is: 8 bytes each, in the order of the lines. None: the order is drawn already.
    """

    entries: int
    tickets: int
    list_hash: str
    listing: bytes
    members: bytes | None

    @property
    def lines(self) -> list[str]:
        """As they are published."""
        return self.listing.decode().splitlines()


@dataclass(frozen=True)
class Order:
    """The order of a draw: 8 bytes of each member, and the hash of the tickets in it."""

    final: str
    order_hash: str
    ranking: bytes


def places(entries: Iterable[Entry], giveaway: Giveaway, rules: Rules, ticket_key: str, now: datetime) -> list[Place]:
    """Those of a page of entries who may win."""
    found = []
    for entry in entries:
        refusal = refuse_person(giveaway, entry.person, rules, now)
        if refusal is None or refusal.reason == _NOT_KNOWN:
            ticket = draw.ticket(ticket_key, entry.member_id)
            found.append(Place(ticket, weight(giveaway.terms, entry.role_ids), entry.member_id))
    return found


def freeze(found: list[Place]) -> Frozen:
    """The list of all pages together."""
    found.sort()
    lines = [f"{place.ticket} {place.weight}" for place in found]
    listing = "".join(f"{line}\n" for line in lines)
    members = b"".join(place.member_id.to_bytes(_ID_BYTES) for place in found)
    tickets = sum(place.weight for place in found)
    return Frozen(len(found), tickets, draw.sha256(listing), listing.encode(), members)


def order(frozen: Frozen, seed: str, randomness: str) -> Order:
    """Draw: the winners are the first of it."""
    entries = draw.read_lines(frozen.lines)
    final = draw.final_seed(seed, frozen.list_hash, randomness)
    members = frozen.members or b""
    positions = draw.order(final, entries)
    drawn = draw.list_hash(entries[position].ticket for position in positions)
    at = (position * _ID_BYTES for position in positions)
    return Order(final, drawn, b"".join(members[start : start + _ID_BYTES] for start in at))


def taken(outcomes: Sequence[tuple[int, str]], wanted: int) -> tuple[list[int], dict[int, str]]:
    """Who wins of those that were asked of Discord, down the order, and who was passed over before the last of them.

    Args:
        outcomes: Member and reason why not; "": may win.
        wanted: How many win.
    """
    winners: list[int] = []
    passed: dict[int, str] = {}
    for member_id, reason in outcomes:
        if len(winners) == wanted:
            break
        if reason:
            passed[member_id] = reason
        else:
            winners.append(member_id)
    return winners, passed
