"""Specs as plain JSON: merged, compared, and told apart by who set what. Pure.

A spec is taken apart as the API server takes it apart for server-side apply: a mapping into its fields, a set of ids
into its items, a list of things with a name by their names. The keys of the parts are those of `managedFields`
(`f:field`, `v:"item"`, `k:{"name":"x"}`), so that one walk serves both. What is empty says the same as what is absent.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guildwright_crds.base import LIST_KEYS, LIST_TYPE
from guildwright_crds.problems import field_path
from guildwright_crds.schema import document_schema

type Json = Any
type Schema = Mapping[str, Any]
type Fields = Mapping[str, Any]
"""A part of `fieldsV1`."""
type Path = tuple[str, ...]

SPEC: Schema = document_schema()["properties"]["spec"]


@dataclass(frozen=True)
class Difference:
    """One place where two specs differ; None on the side that does not have it."""

    path: Path
    old: Json
    new: Json

    @property
    def field(self) -> str:
        """The place in kubectl's words: `spec.commands.rules[name="ban"].enabled`."""
        return words(self.path)


def words(path: Path) -> str:
    """A path of parts in kubectl's words. An item of a set has none of its own: it is named by its list."""
    text = "spec"
    for part in path:
        kind, _, rest = part.partition(":")
        if kind == "f":
            text += field_path((rest,)) if rest.startswith("[") else f".{rest}"
        elif kind == "k":
            text += "".join(f"[{name}={json.dumps(value)}]" for name, value in json.loads(rest).items())
    return text


def parts(value: Json, schema: Schema) -> dict[str, tuple[Json, Schema]] | None:
    """What a container is made of, and None for what is one value."""
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        return {f"f:{name}": (child, known.get(name, {})) for name, child in value.items()}
    kind = schema.get(LIST_TYPE)
    if isinstance(value, list) and kind == "set":
        return {f"v:{_compact(item)}": (item, schema["items"]) for item in value}
    if isinstance(value, list) and kind == "map" and all(isinstance(item, Mapping) for item in value):
        keys = schema[LIST_KEYS]
        named = {f"k:{_compact({key: item.get(key) for key in keys})}": (item, schema["items"]) for item in value}
        return named if len(named) == len(value) else None
    return None


def whole(taken: Mapping[str, Json], like: Json) -> Json:
    """The container of the kind of `like` that is made of these parts."""
    if isinstance(like, Mapping):
        return {key.removeprefix("f:"): part for key, part in taken.items()}
    return [json.loads(key[2:]) | part if key.startswith("k:") else part for key, part in taken.items()]


def _compact(value: Json) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def merged(old: Json, patch: Json) -> Json:
    """`patch` merged into `old` as RFC 7386 has it: null removes, a list replaces."""
    if not isinstance(patch, Mapping):
        return list(patch) if isinstance(patch, tuple) else patch
    result = dict(old) if isinstance(old, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patch_between(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    """The patch that makes `old` say what `new` says; empty where they say the same."""
    patch: dict[str, Json] = dict.fromkeys(old.keys() - new.keys())
    for name, value in new.items():
        before = old.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            if below := patch_between(before, value):
                patch[name] = below
        elif name not in old or before != value:
            patch[name] = value
    return patch


def tidy(value: Json, schema: Schema = SPEC) -> Json:
    """`value` without the empty mappings and lists in it that say no more than their absence."""
    if isinstance(value, Mapping):
        known = schema.get("properties", {})
        kept = {name: tidy(child, known.get(name, {})) for name, child in value.items()}
        return {name: child for name, child in kept.items() if not _says_nothing(child, known.get(name, {}))}
    if isinstance(value, list | tuple):
        return [tidy(item, schema.get("items", {})) for item in value]
    return value


def _says_nothing(value: Json, schema: Schema) -> bool:
    """Whether a value is the empty container that is the field's default anyway."""
    return value in ({}, []) and schema.get("default") in (None, {}, [])


def differences(old: Json, new: Json, schema: Schema = SPEC, path: Path = ()) -> Iterator[Difference]:
    """Where two tidy specs differ, down to single values; the order of what has none does not count."""
    before, after = parts(old, schema), parts(new, schema)
    if before is None and old is None and after is not None:
        before = {}
    if after is None and new is None and before is not None:
        after = {}
    if before is None or after is None:
        if old != new or isinstance(old, bool) != isinstance(new, bool):
            yield Difference(path, old, new)
        return
    for key in dict.fromkeys((*before, *after)):
        was, below = before.get(key, (None, {}))
        now, also_below = after.get(key, (None, {}))
        yield from differences(was, now, below or also_below, (*path, key))


def telling(found: Iterable[Difference]) -> list[Difference]:
    """Without the name of an item of which more is said: it is part of every path below the item."""
    found = list(found)
    items = Counter(each.path[:-1] for each in found)
    return [each for each in found if not (_is_name(each.path) and items[each.path[:-1]] > 1)]


def _is_name(path: Path) -> bool:
    if len(path) < 2 or not path[-2].startswith("k:"):  # noqa: PLR2004  the item and its field
        return False
    return path[-1].removeprefix("f:") in json.loads(path[-2].removeprefix("k:"))


def joined(old: Json, new: Json, schema: Schema = SPEC) -> Json:
    """What either spec says; where both say something of one place, `new` wins."""
    before, after = parts(old, schema), parts(new, schema)
    if before is None or after is None:
        return old if new is None else new
    joint = {}
    for key in dict.fromkeys((*before, *after)):
        was, child = before.get(key, (None, None))
        now, also = after.get(key, (None, None))
        joint[key] = joined(was, now, child or also or {})
    return whole(joint, new)
