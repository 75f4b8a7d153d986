"""Tells other features what happened: one outbox row per listener, in the transaction that made it true.

A fact is a frozen dataclass of a feature's `events.py`. A feature listens by naming the fact beside one of its job
kinds in `HEARS` of its `consumers.py`; the consumer of that kind gets the fact's fields as its payload.
"""

from dataclasses import fields
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from guildwright.platform.jobs import outbox
from guildwright_bot.features import FEATURES

_LARGEST_JSON_INT = 2**53


class Fact(Protocol):
    """Anything that happened in a guild."""

    @property
    def guild_id(self) -> int:
        """Where it happened."""
        ...


async def publish(fact: Fact, *, key: str, now: datetime) -> None:
    """Add a job for each listener. `key` names this very event, such as "7:2" for the second draw of giveaway 7."""
    name = type(fact).__name__
    for kind in listeners().get(name, ()):
        payload = {"fact": name, **_payload(fact)}
        await outbox.add(kind, guild_id=fact.guild_id, payload=payload, due=now, dedupe_key=f"{name}:{key}")


@cache
def listeners() -> dict[str, tuple[str, ...]]:
    """Job kinds by the fact that they hear."""
    found: dict[str, tuple[str, ...]] = {}
    for feature in FEATURES:
        heard = import_module(f"guildwright_bot.features.{feature}.consumers").HEARS
        for fact, kind in heard:
            found[fact.__name__] = (*found.get(fact.__name__, ()), kind)
    return found


def _payload(fact: Any) -> dict[str, Any]:  # noqa: ANN401  any dataclass
    return {field.name: _json(getattr(fact, field.name)) for field in fields(fact)}


def _json(value: object) -> object:
    """Snowflakes as strings: JSON numbers lose their last digits."""
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    return str(value) if isinstance(value, int) and abs(value) >= _LARGEST_JSON_INT else value
