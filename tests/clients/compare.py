"""Holds what a client library says against what the playground holds, so that a wrong field cannot hide.

Both sides are Discord's JSON with three changes: things with an id are dictionaries by id, moments are milliseconds,
and lists without an order are sorted. A client may leave out what its library does not keep; it may not know more.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

type Json = dict[str, Any]

# Dictionaries by id: here a key that only one side has is a thing that only one side has.
COLLECTIONS = frozenset(
    "roles channels threads members emojis voice_states presences messages overwrites reactions".split()  # noqa: SIM905
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def differences(said: Json, held: Json) -> list[str]:
    """Every field in which the client's word and the playground's differ, by its path."""
    return [*_compare(said, held, "", exact=False)]


def _compare(said: Any, held: Any, path: str, *, exact: bool) -> Iterator[str]:
    if not (isinstance(said, dict) and isinstance(held, dict)):
        if said != held:
            yield f"{path}: the client says {said!r}, the playground holds {held!r}"
        return
    for key in sorted(said.keys() - held.keys()):
        yield f"{path}/{key}: only the client knows it: {said[key]!r}"
    for key in sorted(held.keys() - said.keys()) if exact else ():
        yield f"{path}/{key}: the client does not know it: {held[key]!r}"
    for key in sorted(said.keys() & held.keys()):
        yield from _compare(said[key], held[key], f"{path}/{key}", exact=key in COLLECTIONS)


def fields_compared(said: Any) -> int:
    """How many values a comparison looks at: a dump of nothing has no differences either."""
    return sum(map(fields_compared, said.values())) if isinstance(said, dict) else 1


def moment(at: str | datetime | None) -> int | None:
    """A moment (ISO 8601, if it is text) in whole milliseconds, the finest that every library keeps."""
    at = datetime.fromisoformat(at) if isinstance(at, str) else at
    return None if at is None else (at - _EPOCH) // timedelta(milliseconds=1)
