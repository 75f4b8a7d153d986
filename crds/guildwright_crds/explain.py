"""pydantic's errors in the words of somebody who writes YAML: what is wrong, what is allowed, how to mend it."""

import difflib
import json
import re
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from guildwright_crds.base import ALLOWED, DURATION_WORDS
from guildwright_crds.general import LOCALE_WORDS, TIME_ZONE_WORDS
from guildwright_crds.metadata import KEY_WORDS
from guildwright_crds.problems import field_path, shown
from guildwright_crds.yaml_places import Path

type Schema = Mapping[str, Any]
type Explained = tuple[str, tuple[str, ...], str | None]

_DIGITS = re.compile(r"[0-9]+")
_SNOWFLAKE_DIGITS = 15
_SIMILAR = 0.7


def schema_at(schema: Schema, path: Path) -> Schema:
    """The schema of a path; an empty one where the schema says nothing."""
    for part in path:
        if isinstance(part, int):
            schema = schema.get("items", {})
        else:
            schema = schema.get("properties", {}).get(part) or schema.get("additionalProperties") or {}
    return schema


def allowed(schema: Schema) -> tuple[str, ...]:
    """What may stand where this schema holds, in words."""
    choices = schema.get("enum") or [schema[mark] for mark in ("const", ALLOWED) if mark in schema]
    if choices:
        return tuple(str(choice) for choice in choices)
    match schema.get("type"):
        case "boolean":
            return ("true", "false")
        case "integer":
            return (f"a whole number from {schema.get('minimum')} to {schema.get('maximum')}",)
        case "array":
            return (f"a list of at most {schema.get('maxItems')} items", *allowed(schema.get("items", {})))
        case "object" if "properties" in schema:
            return (f"a mapping with the fields {', '.join(_offered(schema))}",)
        case kind:
            return (f"a {_TYPES.get(str(kind), 'text')}",)


def _offered(schema: Schema) -> tuple[str, ...]:
    """The fields that a person may want: those with a sentence of help."""
    return tuple(name for name, child in schema.get("properties", {}).items() if "description" in child)


def fitting_forms(forms: tuple[str, ...], schema: Schema) -> tuple[str, ...]:
    """Of the ways to write a scalar so that it means one thing, those that the field takes."""
    kind = schema.get("type")
    if kind == "boolean":
        return allowed(schema)
    if kind in {"string", "integer"}:
        return tuple(form for form in forms if form.startswith('"') == (kind == "string"))
    return forms


_TYPES = {"object": "mapping", "string": "text"}
_NEEDED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
}


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing (null)"
        case bool():
            return json.dumps(value)
        case int() | float():
            return f"the number {shown(value)}"
        case str():
            return f"the text {shown(value)}"
        case list():
            return "a list"
        case _:
            return "a mapping"


def explain(error: ErrorDetails, path: Path, schema: Schema, plain: str | None) -> Explained:
    """Message, what is allowed, and a hint. `plain` is the text of an unquoted scalar, `schema` the document's."""
    here = schema_at(schema, path)
    value, kind = error["input"], error["type"]
    if kind == "extra_forbidden":
        return unknown(path, schema)
    if kind == "missing":
        return f"the field {shown(path[-1])} is missing", allowed(here), None
    if error["loc"][-1] == "[key]":
        return f"{shown(value)} cannot be a key here", (KEY_WORDS,), None
    if kind in _NEEDED:
        return f"this is {_kind(value)}, where {_NEEDED[kind]} belongs", allowed(here), _retype(value, here, plain)
    return _bounds(error, here), allowed(here), _reform(value, here)


def _bounds(error: ErrorDetails, here: Schema) -> str:
    """What is wrong with a value of the right type."""
    value, limits = error["input"], error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return f"{shown(value)} is less than {limits['ge']}"
        case "less_than_equal":
            return f"{shown(value)} is more than {limits['le']}"
        case "too_long":
            return f"{limits['actual_length']} items, where at most {limits['max_length']} are allowed"
        case "string_too_long" if ALLOWED not in here:
            return f"{shown(value)} has {len(value)} characters, where at most {limits['max_length']} are allowed"
        case "literal_error" | "string_too_long" | "string_too_short" | "string_pattern_mismatch":
            return f"{shown(value)} is not allowed here"
        case _:
            return error["msg"]


def _retype(value: object, here: Schema, plain: str | None) -> str | None:
    """How to write what was probably meant, where the type is wrong."""
    written = plain if plain is not None else str(value)
    needed = here.get("type")
    if needed == "string" and isinstance(value, int | float):
        return _in_quotes(written, here)
    if needed == "array" and isinstance(value, str | int | float):
        return f"begin a list: [{shown(written)}]"
    without_quotes = {"boolean": re.compile("true|false"), "integer": _DIGITS}.get(str(needed))
    if isinstance(value, str) and without_quotes and without_quotes.fullmatch(value.lower()):
        return f"without quotes: {value.lower()}"
    return None


def _in_quotes(written: str, here: Schema) -> str | None:
    """A number, or true or false, where a text belongs."""
    if _DIGITS.fullmatch(written) and len(written) >= _SNOWFLAKE_DIGITS:
        return f'put it in quotes: "{written}"; a snowflake without them is a number, and loses its last digits'
    if here.get(ALLOWED) == DURATION_WORDS and _DIGITS.fullmatch(written):
        return f'add the unit: "{written}s" is that many seconds'
    return f'put it in quotes: "{written}"' if ALLOWED not in here else None


def _reform(value: object, here: Schema) -> str | None:
    """How to write what was probably meant, where the type is right."""
    if not isinstance(value, str):
        return None
    if here.get(ALLOWED) == DURATION_WORDS and _DIGITS.fullmatch(value):
        return f'add the unit: "{value}s" is that many seconds'
    if here.get(ALLOWED) == LOCALE_WORDS:
        shapes = {2: str.upper, 4: str.title}  # a region, a script
        language, *rest = value.replace("_", "-").split("-")
        tag = "-".join([language.lower(), *(shapes.get(len(part), str)(part) for part in rest)])
        return _did_you_mean([tag] if re.fullmatch(str(here["pattern"]), tag) else [])
    if "enum" in here or "const" in here:
        return _did_you_mean(difflib.get_close_matches(value, allowed(here), 1, _SIMILAR))
    return similar_zone(value, here)


def similar_zone(value: object, here: Schema) -> str | None:
    """A time zone that is written like the unknown one."""
    if here.get(ALLOWED) != TIME_ZONE_WORDS:
        return None
    zones = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
    cities = {zone.lower().rpartition("/")[2]: zone for zone in sorted(zones.values())}
    written = str(value).lower().replace(" ", "_")
    known = cities | zones
    found = difflib.get_close_matches(written, known, 1, _SIMILAR)
    return _did_you_mean([known[name] for name in found])


def _did_you_mean(names: list[str]) -> str | None:
    return f"did you mean {names[0]}?" if names else None


def _flat(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def similar_field(name: str, siblings: Mapping[str, Any]) -> str | None:
    """The known field that a misspelled one was meant to be."""
    flat = {_flat(sibling): sibling for sibling in siblings}
    found = difflib.get_close_matches(_flat(name), flat, 1, _SIMILAR)
    return flat[found[0]] if found else None


def unknown(path: Path, schema: Schema) -> Explained:
    """About a field that does not exist."""
    parent = schema_at(schema, path[:-1])
    name = str(path[-1])
    siblings = parent.get("properties", {})
    meant = similar_field(name, siblings)
    elsewhere = [found for found in _places(_flat(name), schema, ()) if found[:-1] != path[:-1]]
    hint = _did_you_mean([meant] if meant else [])
    if hint is None and elsewhere:
        hint = f"{elsewhere[0][-1]} belongs under {field_path(elsewhere[0][:-1]) or 'the document itself'}"
    return f"unknown field {shown(name)}", _offered(parent), hint


def _places(flat: str, schema: Schema, path: Path) -> Iterator[Path]:
    """Where in the schema a field of this name exists, outside lists and the server's own parts."""
    for name, child in schema.get("properties", {}).items():
        if _flat(name) == flat and path[:1] != ("status",):
            yield (*path, name)
        yield from _places(flat, child, (*path, name))
