"""Autocomplete choices."""

from collections.abc import Iterable

from guildwright.playground.bits import OptionType
from guildwright.playground.bodies.fields import Fields
from guildwright.playground.bodies.localizations import localizations
from guildwright.playground.errors import Faults
from guildwright.playground.records import Json

MOST_CHOICES = 25
_LARGEST_NUMBER = (1 << 53) - 1


def focused_type(options: Iterable[Json]) -> OptionType:
    """The type of the option that is being typed, at whatever depth."""
    for option in options:
        if option.get("focused"):
            return OptionType(option["type"])
        if option.get("options"):
            return focused_type(option["options"])
    return OptionType.STRING


def read(data: Json, kind: OptionType) -> tuple[Json, ...]:
    """The checked choices, each with a value of the option's type."""
    faults = Faults()
    entries = Fields(data, faults, "data").objects("choices", MOST_CHOICES)
    choices = []
    for entry in entries:
        choice: Json = {"name": entry.text("name", 100, shortest=1, needed=True), "value": _value(entry, kind)}
        named = localizations(entry, "name_localizations", 100)
        choices.append(choice | ({"name_localizations": named} if named else {}))
    faults.check()
    return tuple(choices)


def _value(entry: Fields, kind: OptionType) -> object:
    value = entry.body.get("value")
    if kind == OptionType.STRING:
        return entry.text("value", 100, needed=True)
    if kind == OptionType.INTEGER:
        return entry.number("value", -_LARGEST_NUMBER, _LARGEST_NUMBER, needed=True)
    if value is None:
        entry.missing("value")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        entry.fault("value", "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
    return value
