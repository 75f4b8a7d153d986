"""Holds the CRD to what was released before: every document that an API server stored then has to stay valid.

A change that may break one is named in words. What a machine cannot decide (whether a new pattern takes all that the
old one took) counts as one; where a person has made sure, `ARGUED` says why.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guildwright_crds.base import LIST_KEYS, LIST_TYPE, RULES

type Schema = Mapping[str, Any]

ARGUED: Mapping[str, str] = {}
"""A change in the words of `broken_promises`, and why no stored document breaks by it."""

_LOWEST = {"minimum": "the smallest value", "minLength": "the shortest text", "minItems": "the shortest list"}
_HIGHEST = {"maximum": "the largest value", "maxLength": "the longest text", "maxItems": "the longest list"}


def broken_promises(old: Schema, new: Schema) -> list[str]:
    """What the new CRD no longer takes of what the old one took, a sentence each; none is what we promise."""
    return [change for change in _crd(old, new) if change not in ARGUED]


def _crd(old: Schema, new: Schema) -> Iterator[str]:
    for name, part in (("the group", ("group",)), ("the scope", ("scope",)), ("the kind", ("names", "kind"))):
        yield from _same(name, _at(old["spec"], part), _at(new["spec"], part))
    yield from _same("the plural", old["spec"]["names"]["plural"], new["spec"]["names"]["plural"])
    for name in old["spec"]["names"].get("shortNames", ()):
        if name not in new["spec"]["names"].get("shortNames", ()):
            yield f"the short name {name} was removed: scripts that use it break"
    versions = {version["name"]: version for version in new["spec"]["versions"]}
    for version in old["spec"]["versions"]:
        current = versions.get(version["name"])
        if current is None or not current["served"]:
            yield f"the version {version['name']} is no longer served: its documents cannot be read"
            continue
        if "status" in version.get("subresources", {}) and "status" not in current.get("subresources", {}):
            yield f"the version {version['name']} lost its status"
        yield from _schema(_root(version), _root(current), "")


def _at(value: Any, path: Sequence[str]) -> Any:  # noqa: ANN401  # plain JSON
    for part in path:
        value = value[part]
    return value


def _root(version: Schema) -> Schema:
    root: Schema = version["schema"]["openAPIV3Schema"]
    return root


def _same(what: str, old: object, new: object) -> Iterator[str]:
    if old != new:
        yield f"{what} went from {old} to {new}"


def _schema(old: Schema, new: Schema, path: str) -> Iterator[str]:
    """Of one place and everything below it."""
    here = path or "the document"
    if old.get("type") != new.get("type"):
        yield f"{here}: the type went from {old.get('type')} to {new.get('type')}"
        return
    yield from _values(old, new, here)
    yield from _list(old, new, here)
    yield from _rules(old, new, here)
    for name in new.get("required", ()):
        if name not in old.get("required", ()):
            yield f"{here}: the field {name} is required now, and documents without it are refused"
    children = new.get("properties", {})
    for name, child in old.get("properties", {}).items():
        below = f"{path}.{name}".removeprefix(".")
        if name in children:
            yield from _schema(child, children[name], below)
        else:
            yield f"{below} was removed: what documents say there is refused, or dropped without a word"
    if "items" in old and "items" in new:
        yield from _schema(old["items"], new["items"], f"{path}[]")


def _values(old: Schema, new: Schema, here: str) -> Iterator[str]:
    for key, words in _LOWEST.items():
        if key in new and new[key] > old.get(key, float("-inf")):
            yield f"{here}: {words} went from {old.get(key, 'any')} to {new[key]}"
    for key, words in _HIGHEST.items():
        if key in new and new[key] < old.get(key, float("inf")):
            yield f"{here}: {words} went from {old.get(key, 'any')} to {new[key]}"
    for key, words in (("pattern", "pattern"), ("format", "format")):
        if key in new and new[key] != old.get(key):
            yield f"{here}: the {words} went from {old.get(key, 'any')} to {new[key]}, which may take less"
    if "enum" in new:
        lost = [value for value in old.get("enum", ()) if value not in new["enum"]]
        if lost:
            yield f"{here}: no longer allowed: {', '.join(map(str, lost))}"
        if "enum" not in old:
            yield f"{here}: only {', '.join(map(str, new['enum']))} are allowed now"


def _list(old: Schema, new: Schema, here: str) -> Iterator[str]:
    """Server-side apply has stored who owns which item, by the old meaning of the list."""
    for key, words in ((LIST_TYPE, "the kind of list"), (LIST_KEYS, "the key of its items")):
        if old.get(key) != new.get(key):
            yield f"{here}: {words} went from {old.get(key, 'any')} to {new.get(key, 'any')}"


def _rules(old: Schema, new: Schema, here: str) -> Iterator[str]:
    """A rule is new where its expression is; one about a field that did not exist breaks no document."""
    known = {rule["rule"] for rule in old.get(RULES, ())}
    for rule in new.get(RULES, ()):
        blamed = rule.get("fieldPath", "")
        if rule["rule"] not in known and _exists(old, blamed):
            yield f'{here}: the rule "{rule["message"]}" is new or was changed{f", about {blamed}" if blamed else ""}'


def _exists(schema: Schema, field: str) -> bool:
    for part in filter(None, field.split(".")):
        if part not in schema.get("properties", {}):
            return False
        schema = schema["properties"][part]
    return True
