"""Recomputes a draw from its record, and says of every part whether it is what it must be. Believes nothing in it."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec

from guildwright.platform import beacon
from guildwright.platform.beacon import Chain, Pulse
from guildwright_bot.features.giveaways import draw
from guildwright_bot.features.giveaways.draw import Entry
from guildwright_bot.features.giveaways.proof import NotARecord, Record, Round

_DISCORD_EPOCH_MS = 1_420_070_400_000
_SHORT = 80
_MOST_BONUSES = 10  # as many as terms can have; their sums are counted here
_NEWER = frozenset({"rules", "made_at", "late"})  # what statements of the first form lack


@dataclass(frozen=True)
class Check:
    """One thing that was recomputed. `said` names what was expected and found where it is not `ok`."""

    name: str
    ok: bool
    said: str


@dataclass(frozen=True)
class Verdict:
    """What became of a record.

    Attributes:
        checks: Each part, in the order of the draw.
        order: Every ticket in the order of the draw, recomputed.
        strength: "drand" (quicknet), "other-beacon", "drand-fallback", "commit-reveal", or "late" (committed to only
            when it closed): what the draw rests on.
        chain: The beacon network that was committed to, or "".
    """

    checks: tuple[Check, ...]
    order: tuple[str, ...]
    strength: str
    chain: str

    @property
    def matches(self) -> bool:
        """Whether the record holds in every part."""
        return all(check.ok for check in self.checks)


def message_time(message_id: str) -> int:
    """When Discord made a message, in Unix milliseconds: its id says so itself."""
    return (int(message_id) >> 22) + _DISCORD_EPOCH_MS


def chain_in(statement: Any) -> Chain | None:  # noqa: ANN401  JSON
    """The beacon network that a statement commits to; None: no beacon.

    Raises:
        NotARecord: it says something else.
    """
    public = statement.get("public_round")
    if public == {"source": "none"}:
        return None
    try:
        if public["source"] != "drand" or public["scheme"] != beacon.SCHEME:
            raise NotARecord(f"the beacon is {public['source']} {public['scheme']}, which this version does not know")
        chain = msgspec.convert({name: public[name] for name in Chain.__dataclass_fields__}, Chain)
        if chain.period < 1:
            raise NotARecord(f"the beacon's period is {chain.period} seconds")
    except (KeyError, TypeError, msgspec.ValidationError) as wrong:
        raise NotARecord(f"the statement's public_round cannot be read: {wrong}") from None
    return chain


def verify(record: Record) -> Verdict:
    """Recompute everything.

    Raises:
        NotARecord: a part is not even of the form to be recomputed.
    """
    if record.algorithm != draw.ALGORITHM:
        raise NotARecord(f"its algorithm is {record.algorithm!r}; this version knows {draw.ALGORITHM!r}")
    try:
        entries = draw.read_lines(record.entries)
    except ValueError as wrong:
        raise NotARecord(f"entries: {wrong}") from None
    statement = record.commitments[-1].statement
    chain = chain_in(statement)
    final = draw.final_seed(record.seed, record.list_hash, _randomness(record))
    positions = draw.order(final, entries)
    order = tuple(entries[position].ticket for position in positions)
    checks = [*_commitments(record), *_list(record, entries), *_weights(entries, record)]
    checks.append(_excluded(entries, statement))
    checks += _beacon(record, chain)
    checks.append(_same("final seed", "the final seed", record.final, final))
    checks.append(_same("order's hash", "the hash of the whole order", record.order_hash, draw.list_hash(order)))
    checks.extend(_rounds(record, order, statement.get("terms", {})))
    return Verdict(tuple(checks), order, _strength(record, chain), chain.chain_hash if chain else "")


def _strength(record: Record, chain: Chain | None) -> str:
    if record.late:
        return "late"
    if chain is None:
        return "commit-reveal"
    if record.public_round is None:
        return "drand-fallback"
    return "drand" if chain == beacon.QUICKNET_CHAIN else "other-beacon"


def _same(name: str, what: str, written: object, computed: object) -> Check:
    if written == computed:
        return Check(name, ok=True, said=f"{what} is {short(computed)}")
    return Check(name, ok=False, said=f"{what}: the file says {short(written)}, recomputed it is {short(computed)}")


def short(value: object, most: int = _SHORT) -> str:
    """Its text, cut after so many characters."""
    text = str(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _commitments(record: Record) -> Iterator[Check]:
    newer: set[str] = set()
    for number, made in enumerate(record.commitments, start=1):
        name, said = f"commitment {number}", made.said
        newer |= _NEWER & said.keys()
        if newer:  # one of the first form cannot come after, nor say a part of it
            yield _same(f"{name}: form", "what it says of rules and time", sorted(_NEWER & said.keys()), sorted(_NEWER))
        yield _same(name, f"commitment {number} ({made.made_at})", made.hash, draw.commitment(said))
        named = (said.get("algorithm"), said.get("guild"), said.get("giveaway"))
        yield _same(f"{name}: giveaway", "what it is about", named, (record.algorithm, record.guild, record.giveaway))
        yield _same(f"{name}: seed", "the hash of the seed", said.get("seed_hash"), draw.sha256(record.seed))
        first = record.commitments[0].statement.get("ticket_key_hash")
        yield _same(f"{name}: tickets", "the hash of the tickets' key", said.get("ticket_key_hash"), first)
        public = record.commitments[0].statement.get("public_round")
        yield _same(f"{name}: public round", "how it will be chosen", said.get("public_round"), public)
        # Older statements say neither; what is written beside those is not covered by any hash.
        if "made_at" in said:
            yield _same(f"{name}: time", "when it was made", made.made_at, said["made_at"])
        if "late" in said:
            yield _same(f"{name}: late", "whether members could enter before", record.late, said["late"])


def _list(record: Record, entries: Sequence[Entry]) -> Iterator[Check]:
    unsorted = next((later.ticket for earlier, later in pairwise(entries) if earlier.ticket >= later.ticket), None)
    tickets = sum(entry.weight for entry in entries)
    said = f"{len(entries)} entries with {tickets} tickets, each once and sorted"
    if unsorted is not None:
        said = f"the list is not sorted, or has an entry twice, at {unsorted}"
    yield Check("list", ok=unsorted is None, said=said)
    yield _same("list's hash", "the hash of the list", record.list_hash, draw.list_hash(record.entries))


def _weights(entries: Sequence[Entry], record: Record) -> Iterator[Check]:
    """Whose roles these were nobody can tell, but a weight must be one that the terms can give.

    Where the terms name no bonuses, each weight is 1. Only of a record of the first form that lacks the field this is
    not asked: it was taken before, and stays checkable.
    """
    terms = record.commitments[-1].statement.get("terms")
    bonus = terms.get("bonus") if isinstance(terms, dict) else None
    if bonus is None and not any(_NEWER & made.statement.keys() for made in record.commitments):
        yield Check("weights", ok=True, said="not checked: this older statement says nothing of bonuses")
        return
    extras: list[Any] = list(bonus.values()) if isinstance(bonus, dict) else [] if bonus is None else [""]
    if len(extras) > _MOST_BONUSES or not all(type(extra) is int for extra in extras):
        yield Check("weights", ok=False, said="the bonuses of the terms are none")
        return
    possible = {1}
    for extra in extras:
        possible |= {weight + extra for weight in possible}
    odd = next((entry for entry in entries if entry.weight not in possible), None)
    said = "each is 1 and bonuses of the terms" if extras else "each is 1, as the terms have no bonuses"
    if odd is not None:
        said = f"{odd.ticket} has {odd.weight}, which no bonuses of the terms make"
    yield Check("weights", ok=odd is None, said=said)


def _excluded(entries: Sequence[Entry], statement: Mapping[str, Any]) -> Check:
    """Of roles and ages nobody can tell, but members who are excluded by name stand in the statement by ticket."""
    named: set[str] = set()
    for part in ("terms", "rules"):
        said = statement.get(part)
        tickets = said.get("blacklisted_members") if isinstance(said, dict) else None
        if isinstance(tickets, list):
            named.update(ticket for ticket in tickets if isinstance(ticket, str))
    found = next((entry.ticket for entry in entries if entry.ticket in named), None)
    none = f"none of the {len(named)} members who are excluded by name is in the list"
    return Check("excluded", ok=found is None, said=f"{found} is in the list, but excluded" if found else none)


def _beacon(record: Record, chain: Chain | None) -> Iterator[Check]:
    found = record.public_round
    if chain is not None and chain.chain_hash == beacon.QUICKNET_CHAIN.chain_hash:
        yield _same("beacon", "quicknet's key, period and first round", chain, beacon.QUICKNET_CHAIN)
    if chain is None:
        yield Check("public round", ok=found is None, said="none was committed to" if found is None else "unasked for")
        return
    if found is None:
        said = f"committed to, but not had: {record.fallback or 'no reason given'}"
        yield Check("public round", ok=bool(record.fallback), said=said)
        return
    due = chain.round_after(message_time(record.list_message))
    yield _same("public round", "the first round after the list's hash was posted", found.round, due)
    signed = beacon.is_signed(chain, Pulse(found.round, found.signature))
    said = f"the signature of round {found.round} is {'' if signed else 'not '}the network's"
    yield Check("round's signature", ok=signed, said=said)
    if signed:
        computed = Pulse(found.round, found.signature).randomness
        yield _same("round's randomness", "the hash of the signature", found.randomness, computed)


def _randomness(record: Record) -> str:
    return record.public_round.randomness if record.public_round else ""


def _rounds(record: Record, order: Sequence[str], terms: Any) -> Iterator[Check]:  # noqa: ANN401  JSON
    former: set[str] = set()
    wanted = terms.get("winners") if isinstance(terms, dict) else None
    known = set(order)
    times = Counter(winner.member for taken in record.rounds for winner in taken.winners)
    twice = [member for member, count in times.items() if count > 1]
    yield Check("members", ok=not twice, said=f"member {twice[0]} won twice" if twice else "nobody won twice")
    for number, taken in enumerate(record.rounds):
        name = f"reroll {number}" if number else "winners"
        if number == 0:
            yield _same("prizes", "the number of winners", taken.asked, wanted)
        elif type(wanted) is int and taken.asked > wanted:
            yield Check(f"{name}: prizes", ok=False, said=f"{taken.asked} were asked for, of {wanted} that there are")
        winners = [winner.ticket for winner in taken.winners]
        yield _same(
            name, "who won" if number == 0 else f"who won by {name}", winners, expected_winners(taken, order, former)
        )
        former.update(winners)
        yield _passed_over(name, taken, known)


def _passed_over(name: str, taken: Round, known: Collection[str]) -> Check:
    """Whether a reason is true only the server's own people can tell; that there is one must be seen."""
    wrong = next((over.ticket for over in taken.passed_over if not over.reason or over.ticket not in known), None)
    if wrong is not None:
        return Check(f"{name}: passed over", ok=False, said=f"{wrong} has no reason, or is not in the list")
    reasons = Counter(over.reason for over in taken.passed_over)
    said = ", ".join(f"{count} for {reason}" for reason, count in sorted(reasons.items())) or "nobody"
    return Check(f"{name}: passed over", ok=True, said=f"passed over: {said}")


def expected_winners(taken: Round, order: Sequence[str], former: set[str]) -> list[str]:
    """Who has to win: the first in the order who never won before and were not passed over, as many as were asked."""
    out = former | {passed.ticket for passed in taken.passed_over}
    return [ticket for ticket in order if ticket not in out][: max(0, taken.asked)]
