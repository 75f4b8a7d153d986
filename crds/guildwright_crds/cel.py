"""The rules of a schema that no type can say, applied as the API server does: unique lists and CEL, by cel-python.

There is no second copy of a rule: what is evaluated here is what the rendered CRD carries.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import celpy
import re2
from celpy.adapter import json_to_cel
from celpy.evaluation import CELEvalError

from guildwright_crds.base import LIST_KEYS, LIST_TYPE, RULES
from guildwright_crds.yaml_places import Path

type Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Broken:
    """A rule that a value breaks. `path` is the field to blame; `about` the value that the rule is about.

    `certain` is false where the rule could not be evaluated: with something else wrong there, that says nothing.
    """

    path: Path
    about: Path
    message: str
    certain: bool = True
    first: Path | None = None


def without_nulls(value: Any, schema: Schema) -> Any:  # noqa: ANN401  # plain JSON
    """A document as the API server judges it: nulls of known fields are absent, and a whole float is an integer."""
    if isinstance(value, dict):
        fields = schema.get("properties", {})
        kept = {name: item for name, item in value.items() if item is not None or name not in fields}
        return {name: without_nulls(item, fields.get(name, {})) for name, item in kept.items()}
    if isinstance(value, list):
        return [without_nulls(item, schema.get("items", {})) for item in value]
    if schema.get("type") == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def broken_rules(value: Any, schema: Schema, path: Path = ()) -> Iterator[Broken]:  # noqa: ANN401  # plain JSON
    """Every rule of the schema that the value breaks, at every depth."""
    for rule in schema.get(RULES, ()):
        holds = evaluate(rule["rule"], value)
        if not holds:
            blamed = (*path, *(part for part in rule.get("fieldPath", "").split(".") if part))
            yield Broken(blamed, path, rule["message"], certain=holds is not None)
    if isinstance(value, dict):
        for name, child in schema.get("properties", {}).items():
            if name in value:
                yield from broken_rules(value[name], child, (*path, name))
    if isinstance(value, list):
        yield from _repeated(value, schema, path)
        for index, item in enumerate(value):
            yield from broken_rules(item, schema.get("items", {}), (*path, index))


def unknown_fields(value: Any, schema: Schema, path: Path) -> Iterator[Path]:  # noqa: ANN401  # plain JSON
    """The fields that a schema does not have, found as the API server does: also where a type is wrong."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name in schema.get("properties", {}):
                yield from unknown_fields(item, schema["properties"][name], (*path, name))
            else:
                yield (*path, name)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown_fields(item, schema.get("items", {}), (*path, index))


def _repeated(items: Iterable[Any], schema: Schema, path: Path) -> Iterator[Broken]:
    """Items of a set that are equal, and items of a map that have equal keys."""
    keys = schema.get(LIST_KEYS, ())
    if LIST_TYPE not in schema:
        return
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        if keys and not isinstance(item, dict):
            continue
        known = {key: item.get(key) for key in keys} if keys else item
        identity = json.dumps(known, sort_keys=True)
        if identity in seen:
            place = (*path, index, *keys)
            shown = " ".join(str(part) for part in known.values()) if keys else str(item)
            yield Broken(place, place, f'"{shown}" stands in this list twice', first=(*path, seen[identity], *keys))
        seen.setdefault(identity, index)


def evaluate(expression: str, value: Any) -> bool | None:  # noqa: ANN401  # plain JSON
    """Whether the value keeps a rule; None where CEL could not tell, which the API server counts as broken."""
    try:
        return bool(_program(expression).evaluate({"self": json_to_cel(value)}))
    except (CELEvalError, ArithmeticError, LookupError, OSError, TypeError, ValueError):
        return (
            None  # cel-python lets the errors of its libraries through: OSError is a folder of the time zone database
        )


@cache
def _program(expression: str) -> celpy.Runner:
    environment = celpy.Environment()
    return environment.program(environment.compile(expression), functions={"find": _find})


def _find(text: celpy.celtypes.StringType, pattern: celpy.celtypes.StringType) -> celpy.celtypes.StringType:
    """Kubernetes' extension of CEL: the first match of an RE2 pattern, or nothing."""
    matched = re2.search(str(pattern), str(text))
    return celpy.celtypes.StringType(matched.group() if matched else "")
