"""Rows ↔ draws: what was committed to, the frozen list, the order, and who was taken from it.

Every function works in the caller's transaction, and those that write need the giveaway's row locked. The list and the
order of a large giveaway have megabytes, so they are read only by the few that need them.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from guildwright.platform import beacon
from guildwright.platform.beacon import Chain, Pulse
from guildwright.platform.database.engine import fetch
from guildwright_bot.features.giveaways import commitments, draw, proof, verify
from guildwright_bot.features.giveaways.domain import Giveaway, Rules
from guildwright_bot.features.giveaways.draw import Plain
from guildwright_bot.features.giveaways.frozen import Frozen
from guildwright_bot.features.giveaways.proof import Commitment, PublicRound, Record, Round

if TYPE_CHECKING:
    from guildwright.platform.settings import Settings

_ID_BYTES = 8
_SMALL = (
    "giveaway_id, seed, ticket_key, commitments, late, entries, tickets, left_out, list_hash, message_id, posted_at, "
    "beacon_round, signature, fallback, final, order_hash, rounds"
)


@dataclass(frozen=True)
class Origin:
    """What a new draw is made from.

    Attributes:
        token: 32 hexadecimal digits that nobody can guess, other ones at each call.
        public_round: How the public round will be chosen, as a statement says it.
        rules: The guild's, of this moment.
    """

    token: Callable[[], str]
    public_round: Plain
    rules: Rules


@dataclass(frozen=True)
class Draw:
    """A giveaway's draw as far as it went. Secrets and hashes are hexadecimal; "" is not there yet."""

    giveaway_id: int
    seed: str
    ticket_key: str
    commitments: tuple[Commitment, ...]
    late: bool
    entries: int
    tickets: int
    left_out: Mapping[str, int] | None  # by reason; None: not counted
    list_hash: str
    message_id: int | None
    posted_at: datetime | None
    pulse: Pulse | None
    fallback: str
    final: str
    order_hash: str
    rounds: tuple[Round, ...]

    @property
    def commitment(self) -> str:
        """What members were shown before they entered; "": they could enter before there was one."""
        return "" if self.late else self.commitments[-1].hash

    @property
    def chain(self) -> Chain | None:
        """The beacon network that was committed to."""
        return verify.chain_in(self.commitments[-1].statement)

    @property
    def fallback_after(self) -> int:
        """Seconds that the public round is waited for, as was committed to."""
        return int(self.commitments[-1].statement["public_round"]["fallback_after"])

    def ticket(self, member_id: int) -> str:
        """A member's pseudonym."""
        return draw.ticket(self.ticket_key, member_id)


def public_round(settings: "Settings") -> dict[str, Plain]:
    """What the host's settings have a new draw commit to."""
    if not settings.drand:
        return {"source": "none"}
    chain = beacon.chain_of(settings)
    return {
        "source": "drand",
        "scheme": beacon.SCHEME,
        "rule": "the first round after the message with the list's hash",
        "fallback": "commit-reveal",
        "fallback_after": int(settings.drand_fallback_after.total_seconds()),
        **{name: getattr(chain, name) for name in Chain.__dataclass_fields__},
    }


async def get(giveaway_id: int) -> Draw | None:
    """The draw, without its list and order."""
    rows = await fetch(f"SELECT {_SMALL} FROM giveaway_draw WHERE giveaway_id = $1", giveaway_id)  # noqa: S608  ours
    return _draw(rows[0]) if rows else None


async def commit(giveaway: Giveaway, origin: Origin, now: datetime, *, late: bool = False) -> Draw:
    """The giveaway's draw, made and committed to if there is none. `late`: members could enter before."""
    if already := await get(giveaway.id):
        return already
    seed, ticket_key = origin.token() + origin.token(), origin.token() + origin.token()
    secrets = {"seed": seed, "ticket_key": ticket_key}
    made = commitments.make(giveaway, origin.rules, public_round=origin.public_round, **secrets, late=late, now=now)
    await fetch(
        "INSERT INTO giveaway_draw (giveaway_id, seed, ticket_key, commitments, late, entries, tickets, list_hash, "
        "signature, fallback, final, order_hash, rounds) "
        "VALUES ($1, $2, $3, $4::jsonb, $5, 0, 0, '', '', '', '', '', '[]')",
        giveaway.id,
        seed,
        ticket_key,
        _json([made]),
        late,
    )
    created = await get(giveaway.id)
    assert created is not None  # noqa: S101  it was inserted above
    return created


async def commit_again(giveaway: Giveaway, rules: Rules, now: datetime) -> Draw | None:
    """Commit to edited terms or rules with the same seed; the older commitments stay in the record.

    Returns:
        None: it was not called for, or there is nothing to commit to any more.
    """
    known = await get(giveaway.id)
    if known is None or known.list_hash:
        return None
    last = known.commitments[-1]
    made = commitments.make(
        giveaway,
        rules,
        public_round=last.said["public_round"],
        seed=known.seed,
        ticket_key=known.ticket_key,
        late=known.late,
        now=now,
    )
    if commitments.same(made, last):
        return None
    await fetch(
        "UPDATE giveaway_draw SET commitments = commitments || $2::jsonb WHERE giveaway_id = $1",
        giveaway.id,
        _json([made]),
    )
    return await get(giveaway.id)


async def freeze(giveaway_id: int, frozen: Frozen) -> None:
    """Keep the list that will be drawn from."""
    await fetch(
        "UPDATE giveaway_draw SET entries = $2, tickets = $3, list_hash = $4, listing = $5, members = $6, "
        "left_out = $7::jsonb WHERE giveaway_id = $1 AND list_hash = ''",
        giveaway_id,
        frozen.entries,
        frozen.tickets,
        frozen.list_hash,
        frozen.listing,
        frozen.members,
        json.dumps(frozen.left_out),
    )


async def posted(giveaway_id: int, message_id: int, now: datetime) -> None:
    """The list's hash is in Discord."""
    await fetch(
        "UPDATE giveaway_draw SET message_id = $2, posted_at = $3 WHERE giveaway_id = $1 AND message_id IS NULL",
        giveaway_id,
        message_id,
        now,
    )


async def frozen(giveaway_id: int) -> Frozen:
    """The list that was frozen."""
    [row] = await fetch(
        "SELECT entries, tickets, list_hash, listing, members, left_out FROM giveaway_draw WHERE giveaway_id = $1",
        giveaway_id,
    )
    return Frozen(**row | {"left_out": _counted(row)})


async def is_listed(made: Draw, ticket: str) -> bool:
    """Whether a ticket of somebody who is in has a line in the frozen list."""
    if made.left_out == {}:
        return True
    [row] = await fetch(
        "SELECT position($2::bytea IN listing) > 0 AS listed FROM giveaway_draw WHERE giveaway_id = $1",
        made.giveaway_id,
        f"{ticket} ".encode(),
    )
    return bool(row["listed"])


async def rank(  # noqa: PLR0913  all that decides it
    giveaway_id: int, *, final: str, order_hash: str, ranking: bytes, pulse: Pulse | None, fallback: str
) -> None:
    """Keep the order of the draw: member ids of 8 bytes each. It is never changed again."""
    await fetch(
        "UPDATE giveaway_draw SET final = $2, order_hash = $3, ranking = $4, beacon_round = $5, signature = $6, "
        "fallback = $7, members = NULL WHERE giveaway_id = $1 AND final = ''",
        giveaway_id,
        final,
        order_hash,
        ranking,
        pulse.round if pulse else None,
        pulse.signature if pulse else "",
        fallback[:200],
    )


async def ranking(giveaway_id: int, place: int, count: int) -> list[int]:
    """The members from a place of the order on (the first is 0), as many as asked or as there are."""
    [row] = await fetch(
        "SELECT substring(ranking FROM $2::int FOR $3::int) AS part FROM giveaway_draw WHERE giveaway_id = $1",
        giveaway_id,
        1 + place * _ID_BYTES,
        count * _ID_BYTES,
    )
    return [int.from_bytes(row["part"][at : at + _ID_BYTES]) for at in range(0, len(row["part"]), _ID_BYTES)]


async def take(giveaway_id: int, taken: Round) -> None:
    """Keep who was taken from the order, and who was passed over."""
    await fetch(
        "UPDATE giveaway_draw SET rounds = rounds || $2::jsonb WHERE giveaway_id = $1", giveaway_id, _json([taken])
    )


async def file(giveaway: Giveaway, about: tuple[str, ...]) -> tuple[str, bytes] | None:
    """The record of a draw as it stands now: a file's name and bytes. None: it is not drawn, or was never posted.

    Reads in the caller's transaction, or without one; the rest takes seconds for a large list, in a thread.
    """
    made = await get(giveaway.id)
    if made is None or not made.final or made.message_id is None:
        return None
    listed = await frozen(giveaway.id)
    return await asyncio.to_thread(lambda: proof.write(record(giveaway, made, listed, about)))


def record(giveaway: Giveaway, made: Draw, listed: Frozen, about: tuple[str, ...]) -> Record:
    """The record of a draw."""
    pulse = made.pulse
    return Record(
        format=proof.FORMAT,
        algorithm=draw.ALGORITHM,
        about=about,
        guild=str(giveaway.guild_id),
        channel=str(giveaway.channel_id),
        giveaway=giveaway.number,
        late=made.late,
        commitments=made.commitments,
        list_hash=made.list_hash,
        list_message=str(made.message_id),
        public_round=PublicRound(pulse.round, pulse.signature, pulse.randomness) if pulse else None,
        fallback=made.fallback,
        seed=made.seed,
        final=made.final,
        order_hash=made.order_hash,
        rounds=made.rounds,
        left_out=None if listed.left_out is None else dict(listed.left_out),
        entries=tuple(listed.lines),
    )


def _json(value: Sequence[object]) -> str:
    return msgspec.json.encode(value).decode()


def _counted(row: dict[str, Any]) -> dict[str, int] | None:
    return None if row["left_out"] is None else json.loads(row["left_out"])


def _draw(row: dict[str, Any]) -> Draw:
    number, signature = row.pop("beacon_round"), row.pop("signature")
    row["commitments"] = msgspec.convert(json.loads(row["commitments"]), tuple[Commitment, ...])
    row["rounds"] = msgspec.convert(json.loads(row["rounds"]), tuple[Round, ...])
    row["left_out"] = _counted(row)
    return Draw(pulse=Pulse(number, signature) if number is not None else None, **row)
