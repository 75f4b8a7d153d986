"""The draw itself, pure and repeatable: text, whole numbers and SHA-256, so that anybody can check it with `sha256sum`.

No floats and no random generator: equal input gives an equal order on every machine and in every language. What is
hashed is always text, as docs/giveaways.md shows it; a change here is a new `ALGORITHM`, since published records must
stay checkable.

What a *statement* says is no part of that: it is hashed as it stands in the record, whatever its fields are. So it has
gained some (rules, made_at, late) under the same name, and older records, whose statements lack them, match as ever.
"""

import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import NamedTuple

ALGORITHM = "guildwright-draw-1"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_TICKET_BYTES = 9  # 12 characters; two of 500,000 members share a ticket once in 10^10 draws
_POSITION_BYTES = 4
_LINE = re.compile(r"([A-Za-z0-9_-]{12}) ([1-9][0-9]{0,2})")
_EXACT = 2**53  # beyond it a number in JSON is not the same number to every reader

type Plain = bool | int | str | Sequence["Plain"] | Mapping[str, "Plain"] | None


class Entry(NamedTuple):
    """A place in the draw: a pseudonym that its member knows, and how often it counts."""

    ticket: str
    weight: int


def sha256(text: str) -> str:
    """64 hexadecimal digits: what `printf '%s' TEXT | sha256sum` prints."""
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Plain) -> str:
    """The one JSON text of a value: RFC 8785, which for names in ASCII and no fractions is just this."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> Plain:
    """What a commitment says of a value: ids as text, durations in seconds, sets sorted.

    Raises:
        TypeError: there is no such rule for it.
    """
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case timedelta():
            return int(value.total_seconds())
        case Mapping():
            return {str(name): plain(inner) for name, inner in value.items()}
        case AbstractSet():
            return sorted(str(inner) for inner in value)
        case list() | tuple():
            return [plain(inner) for inner in value]
    raise TypeError(f"no rule for {type(value).__name__} in a commitment")


def statement(  # noqa: PLR0913  all that is committed to
    *,
    guild_id: int,
    number: int,
    terms: Plain,
    rules: Plain,
    public_round: Plain,
    seed: str,
    ticket_key: str,
    made_at: str,
    late: bool,
) -> dict[str, Plain]:
    """What is fixed before anybody enters. It can be shown at once: of the secrets it has the hashes.

    Args:
        guild_id: Where.
        number: Which giveaway.
        terms: What the host chose for it.
        rules: What the guild asks of whoever enters.
        public_round: How the public round will be chosen.
        seed: Secret until the draw.
        ticket_key: Secret for ever.
        made_at: When it is said.
        late: Whether members could enter before the first statement.
    """
    return {
        "algorithm": ALGORITHM,
        "guild": str(guild_id),
        "giveaway": number,
        "terms": terms,
        "rules": rules,
        "public_round": public_round,
        "seed_hash": sha256(seed),
        "ticket_key_hash": sha256(ticket_key),
        "made_at": made_at,
        "late": late,
    }


def commitment(said: Plain) -> str:
    """The hash that the giveaway's message shows of a statement."""
    return sha256(canonical(said))


class Tickets:
    """The pseudonyms of one giveaway: 12 characters each. Without the key nobody can tell whose they are."""

    def __init__(self, ticket_key: str) -> None:
        self._keyed = hmac.new(bytes.fromhex(ticket_key), digestmod="sha256")

    def of(self, member_id: int) -> str:
        """A member's."""
        hashed = self._keyed.copy()
        hashed.update(b"%d" % member_id)
        encoded = binascii.b2a_base64(hashed.digest()[:_TICKET_BYTES], newline=False)
        return encoded.translate(_URL_SAFE).decode()


def ticket(ticket_key: str, member_id: int) -> str:
    """A member's pseudonym in one giveaway."""
    return Tickets(ticket_key).of(member_id)


def lines(entries: Iterable[Entry]) -> list[str]:
    """The list as it is published, one line for each place, sorted."""
    return [f"{entry.ticket} {entry.weight}" for entry in sorted(entries)]


def read_lines(listed: Iterable[str]) -> list[Entry]:
    """A published list.

    Raises:
        ValueError: naming the first line that is none.
    """
    entries = []
    for number, line in enumerate(listed, start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f'line {number} is {line[:40]!r}, not a ticket and a weight as in "AbC-dEf_0123 1"')
        entries.append(Entry(found[1], int(found[2])))
    return entries


def list_hash(listed: Iterable[str]) -> str:
    """The hash of a list that is posted before the draw: SHA-256 of its lines, each with its end."""
    return sha256("".join(f"{line}\n" for line in listed))


def final_seed(seed: str, hash_of_list: str, randomness: str = "") -> str:
    """What decides the draw: the secret seed, the frozen list, and the public round where there is one."""
    return sha256(f"{ALGORITHM}:{seed}:{hash_of_list}:{randomness}")


def key(final: str, entry: Entry) -> bytes:
    """Where an entry stands: the least hash of its tickets.

    With n tickets each entry has n independent chances at the least hash of all, so this is weighted sampling without
    replacement, exactly, with no division.
    """
    if entry.weight == 1:
        return hashlib.sha256(f"{final}:{entry.ticket}:1".encode()).digest()
    begun = hashlib.sha256(f"{final}:{entry.ticket}:".encode())
    return min(_number(begun, number) for number in range(1, entry.weight + 1))


def _number(begun: "hashlib._Hash", number: int) -> bytes:
    hashed = begun.copy()
    hashed.update(b"%d" % number)
    return hashed.digest()


def order(final: str, entries: Sequence[Entry]) -> list[int]:
    """Positions in `entries` in the order of the draw: the winners, then everybody who may be drawn after them."""
    # One bytes object each: nothing for the garbage collector to walk through, half a million times over.
    keyed = (
        key(final, entry) + entry.ticket.encode() + position.to_bytes(_POSITION_BYTES)
        for position, entry in enumerate(entries)
    )
    return [int.from_bytes(each[-_POSITION_BYTES:]) for each in in_order(keyed)]


def in_order(items: Iterable[bytes]) -> Iterator[bytes]:
    """The items sorted, in many small sorts: a large one would not let other threads run for half a second."""
    heaps: dict[int, list[bytes]] = {}
    for item in items:
        heaps.setdefault(item[0], []).append(item)
    for first in sorted(heaps):
        yield from sorted(heaps[first])
