"""Reading loosely typed JSON fields: each look-up notes a fault in Discord's words instead of raising."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from guildwright.playground.errors import Faults
from guildwright.playground.ids import digits

_LARGEST_LINK = 2048
_WORDS = {"true": True, "false": False}
_DIGITS = re.compile(r"-?[0-9]{1,19}")


class Fields:
    """One JSON object and the place where its faults belong."""

    def __init__(self, body: Mapping[str, Any], faults: Faults, path: str = "") -> None:
        self.body = body
        self.faults = faults
        self.path = path

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path and name else self.path or name

    def fault(self, name: str, code: str, message: str) -> None:
        """Note a fault of a field."""
        self.faults.add(self.at(name), code, message)

    def unsupported(self, *names: str) -> None:
        """Say what this playground does not keep, instead of losing it silently."""
        for name in names:
            if self.body.get(name) not in (None, []):
                self.fault(name, "PLAYGROUND_UNSUPPORTED", f"The playground does not support {name} yet.")

    def missing(self, name: str) -> None:
        """Note that a field is required."""
        self.fault(name, "BASE_TYPE_REQUIRED", "This field is required")

    def text(self, name: str, longest: int, *, shortest: int = 0, needed: bool = False) -> str | None:
        """A string within its bounds; None when absent, null or wrong."""
        value = self.body.get(name)
        if value is None:
            if needed:
                self.missing(name)
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)  # which Discord reads as a text: the values of Red's help menu are numbers
        if not isinstance(value, str):
            self.fault(name, "STRING_TYPE_CONVERT", f'Could not interpret "{value}" as string.')
            return None
        if not value and needed and shortest:
            self.missing(name)
        elif len(value) > longest:
            self.fault(name, "BASE_TYPE_MAX_LENGTH", f"Must be {longest} or fewer in length.")
        elif len(value) < shortest:
            self.fault(name, "BASE_TYPE_BAD_LENGTH", f"Must be between {shortest} and {longest} in length.")
        return value

    def number(self, name: str, low: int, high: int, *, needed: bool = False) -> int | None:
        """A whole number within its bounds."""
        value = self.body.get(name)
        if value is None:
            if needed:
                self.missing(name)
            return None
        value = _whole(value)
        if value is None:
            self.fault(name, "NUMBER_TYPE_COERCE", f'Value "{self.body[name]}" is not int.')
            return None
        if value < low:
            self.fault(name, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            self.fault(name, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """True or false, also as a text: discord.py and its kin send a prune's `compute_prune_count` so."""
        value = self.body.get(name)
        if value is None:
            return default
        value = _WORDS.get(value, value) if isinstance(value, str) else value
        if not isinstance(value, bool):
            self.fault(name, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return value

    def snowflake(self, name: str, *, needed: bool = False) -> int | None:
        """An id, given as a string or a number."""
        value = self.body.get(name)
        if value is None:
            if needed:
                self.missing(name)
            return None
        number = digits(value)
        if number is None:
            self.fault(name, "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
        return number

    def snowflakes(self, name: str, most: int = 100) -> tuple[int, ...]:
        """A list of ids."""
        values = self.items(name, most)
        for index, value in enumerate(values):
            if digits(value) is None:
                self.fault(f"{name}.{index}", "NUMBER_TYPE_COERCE", f'Value "{value}" is not snowflake.')
                return ()
        return tuple(int(value) for value in values)

    def snowflake_set(self, name: str, most: int = 100) -> tuple[int, ...]:
        """A list of ids, each of them once."""
        values = self.snowflakes(name, most)
        if len(set(values)) < len(values):
            self.fault(name, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
        return values

    def items(self, name: str, most: int, *, least: int = 0) -> list[Any]:
        """A list within its bounds; empty when absent, null or wrong."""
        value = self.body.get(name)
        if value is None:
            if least:
                self.missing(name)
            return []
        if not isinstance(value, list):
            self.fault(name, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        if not least <= len(value) <= most:
            words = f"Must be between {least} and {most} in length." if least else f"Must be {most} or fewer in length."
            self.fault(name, "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH", words)
        return value

    def numbers(self, name: str, allowed: set[int]) -> list[int]:
        """A list of numbers out of a set."""
        values = [_whole(value) for value in self.items(name, len(allowed))]
        for index, value in enumerate(values):
            if value not in allowed:
                known = ", ".join(str(entry) for entry in sorted(allowed))
                self.fault(f"{name}.{index}", "BASE_TYPE_CHOICES", f"Value must be one of {{{known}}}.")
                return []
        return [value for value in values if value is not None]

    def objects(self, name: str, most: int, *, least: int = 0) -> list["Fields"]:
        """A list of objects within its bounds."""
        found = []
        for index, value in enumerate(self.items(name, most, least=least)[: most + 1]):
            if isinstance(value, dict):
                found.append(Fields(value, self.faults, self.at(f"{name}.{index}")))
            else:
                self.fault(f"{name}.{index}", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return found

    def object(self, name: str) -> "Fields | None":
        """A nested object."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(name, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
            return None
        return Fields(value, self.faults, self.at(name))

    def link(
        self,
        name: str,
        *,
        schemes: tuple[str, ...] = ("http", "https"),
        needed: bool = False,
        longest: int = _LARGEST_LINK,
    ) -> str | None:
        """A URL with an allowed scheme."""
        value = self.text(name, longest, needed=needed)
        if value is None:
            return None
        try:
            scheme = urlsplit(value).scheme
        except ValueError:
            scheme = ""
        if scheme not in schemes:
            known = "', '".join(schemes)
            message = f"Scheme \"{scheme}\" is not supported. Scheme must be one of ('{known}')."
            self.fault(name, "URL_TYPE_INVALID_SCHEME" if scheme else "URL_TYPE_INVALID_URL", message)
        return value

    def choice(self, name: str, allowed: set[int], *, needed: bool = False) -> int | None:
        """A number out of a set."""
        value = self.body.get(name)
        if value is None:
            if needed:
                self.missing(name)
            return None
        value = _whole(value)
        if value not in allowed:
            known = ", ".join(str(entry) for entry in sorted(allowed))
            self.fault(name, "BASE_TYPE_CHOICES", f"Value must be one of {{{known}}}.")
            return None
        return value


def _whole(value: object) -> int | None:
    """A whole number, which Discord also takes as a text; some libraries send it so."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
