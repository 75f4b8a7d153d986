"""Autocomplete choices."""

from guildwright.playground.bodies.fields import Fields
from guildwright.playground.errors import Faults
from guildwright.playground.records import Json

MOST_CHOICES = 25


def read(data: Json) -> tuple[Json, ...]:
    """The checked choices."""
    faults = Faults()
    entries = Fields(data, faults, "data").objects("choices", MOST_CHOICES)
    choices = []
    for entry in entries:
        value = entry.body.get("value")
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            entry.missing("value")
        choices.append({"name": entry.text("name", 100, shortest=1, needed=True), "value": value})
    faults.check()
    return tuple(choices)
