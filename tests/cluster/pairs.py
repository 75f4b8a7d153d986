"""For every CEL rule of the CRD a document that keeps it and one that breaks it and nothing else.

The rules are read from the rendered CRD. Bounds of durations and lists without @everyone are turned into documents by
themselves; any other rule needs its line in `BY_HAND`, and the test of this names those that have none.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from guildwright_crds.base import RULES, parse_duration, render_duration
from guildwright_crds.schema import crd
from tests.cluster.mutations import FULL, GUILD, ROLE, Path

SCHEMA = crd()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Rule:
    """A rule, where it stands, and the field that it blames: "spec.commands.rules[].enabled"."""

    place: str
    message: str
    blamed: str

    def __str__(self) -> str:
        return f"{self.blamed}: {self.message}"


@dataclass(frozen=True)
class Pair:
    """Documents that keep a rule, documents that break it, and the path that the API server must name for those."""

    good: tuple[Any, ...]
    bad: tuple[Any, ...]
    field: str


def rules(schema: Any = SCHEMA, place: str = "") -> Iterator[Rule]:
    """Every rule of the schema, at every depth."""
    for rule in schema.get(RULES, ()):
        yield Rule(place, rule["message"], f"{place}{rule.get('fieldPath', '')}".removeprefix("."))
    for name, child in schema.get("properties", {}).items():
        yield from rules(child, f"{place}.{name}".removeprefix("."))
    if "items" in schema:
        yield from rules(schema["items"], f"{place}[]")


def _put(path: Path, value: Any) -> Any:
    """A good document with one field changed."""
    document: Any = deepcopy(FULL)
    del document["status"]
    document["metadata"] = {"name": GUILD}
    here = document
    for part in path[:-1]:
        here = here[part] if isinstance(part, int) else here.setdefault(part, {})
    here[path[-1]] = value
    return document


def _path(blamed: str) -> Path:
    """Of a list, the first item."""
    return tuple(int(part) if part.isdecimal() else part for part in blamed.replace("[]", ".0").split("."))


def _pair(blamed: str, good: tuple[Any, ...], bad: tuple[Any, ...]) -> Pair:
    path = _path(blamed)
    return Pair(
        tuple(_put(path, value) for value in good),
        tuple(_put(path, value) for value in bad),
        blamed.replace("[]", "[0]"),
    )


def _named(name: str, enabled: bool) -> Any:
    return _put(("spec", "commands", "rules"), [{"name": name, "enabled": enabled}])


BY_HAND = {
    "metadata.name": Pair(
        tuple(_put(("metadata", "name"), name) for name in ("9199999999999999999", "1" + "0" * 16)),
        tuple(_put(("metadata", "name"), name) for name in ("oak", "1" * 16, "0" + "1" * 17, "9200000000000000000")),
        "metadata.name",
    ),
    "spec.general.timeZone": _pair(
        "spec.general.timeZone", ("UTC", "America/Argentina/Buenos_Aires"), ("Mars/Olympus", "Local", "Berlin")
    ),
    "spec.commands.rules[].enabled": Pair(
        (_named("help", True), _named("setup", True), _named("ban", False)),
        (_named("help", False), _named("setup", False)),
        "spec.commands.rules[0].enabled",
    ),
}


def pair(rule: Rule) -> Pair | None:
    """The documents for a rule; None where nobody has written them."""
    if found := re.fullmatch(r"must be between (\w+) and (\w+)", rule.message):
        low, high = map(parse_duration, found.groups())
        below = (render_duration(low - SECOND),) if low else ()
        return _pair(rule.blamed, found.groups(), (*below, render_duration(high + SECOND)))
    if rule.message.startswith("must not contain @everyone"):
        return _pair(rule.blamed, ([], [ROLE]), ([GUILD], [ROLE, GUILD]))
    return BY_HAND.get(rule.blamed)
