"""The list of a draw, frozen: everybody who is in by what was known at their last click, as pseudonym and weight.

Half a million entries take seconds of arithmetic, so each function here is plain and quick for one page of them, to be
called in a thread.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from guildwright_bot.features.giveaways import draw
from guildwright_bot.features.giveaways.domain import Giveaway, Person, Rules, weight
from guildwright_bot.features.giveaways.eligibility import refuse_listing

_ID_BYTES, _WEIGHT_BYTES, _TICKET_LENGTH = 8, 2, 12
_REFUSED = "giveaways-refused-"
_NOT_KNOWN = "giveaways-refused-guest"  # when they joined: whoever is drawn is asked of Discord


@dataclass(frozen=True)
class Frozen:
    """The whole list.

    Attributes:
        entries: How many lines.
        tickets: The sum of their weights.
        list_hash: What is posted.
        listing: The lines as bytes, each with its end.
        members: Whose line it is: 8 bytes each, in the order of the lines. None: the order is drawn already.
        left_out: How many who had entered are not in it, by reason. None: frozen before that was counted.
    """

    entries: int
    tickets: int
    list_hash: str
    listing: bytes
    members: bytes | None
    left_out: Mapping[str, int] | None = None

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


def places(
    rows: Iterable[Mapping[str, Any]], giveaway: Giveaway, rules: Rules, ticket_key: str, now: datetime
) -> tuple[list[bytes], Counter[str]]:
    """A page of entries, for `freeze`.

    Returns:
        Those who may win, as ticket, member and weight in 22 bytes each; and how many may not, by reason.
    """
    found, left_out, tickets = [], Counter[str](), draw.Tickets(ticket_key)
    for row in rows:
        roles = frozenset(row["role_ids"] or ())
        member_id = row["member_id"]
        refusal = refuse_listing(giveaway, Person(member_id, roles, row["joined_at"], row["level"]), rules, now)
        if refusal is None or refusal.reason == _NOT_KNOWN:
            counts = weight(giveaway.terms, roles)
            found.append(
                tickets.of(member_id).encode() + member_id.to_bytes(_ID_BYTES) + counts.to_bytes(_WEIGHT_BYTES)
            )
        else:
            left_out[refusal.reason.removeprefix(_REFUSED)] += 1
    return found, left_out


def freeze(found: Iterable[bytes], left_out: Mapping[str, int]) -> Frozen:
    """The list of all pages together."""
    lines, members, tickets = [], bytearray(), 0
    for place in draw.in_order(found):
        counts = int.from_bytes(place[-_WEIGHT_BYTES:])
        lines.append(f"{place[:_TICKET_LENGTH].decode()} {counts}\n")
        members += place[_TICKET_LENGTH:-_WEIGHT_BYTES]
        tickets += counts
    listing = "".join(lines)
    counted = {reason: left_out[reason] for reason in sorted(left_out)}
    return Frozen(len(lines), tickets, draw.sha256(listing), listing.encode(), bytes(members), counted)


def order(frozen: Frozen, seed: str, randomness: str) -> Order:
    """Draw: the winners are the first of it."""
    entries = draw.read_lines(frozen.lines)
    final = draw.final_seed(seed, frozen.list_hash, randomness)
    members = frozen.members or b""
    positions = draw.order(final, entries)
    drawn = draw.list_hash(entries[position].ticket for position in positions)
    ranking = bytearray()
    for position in positions:
        ranking += members[position * _ID_BYTES : (position + 1) * _ID_BYTES]
    return Order(final, drawn, bytes(ranking))


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
