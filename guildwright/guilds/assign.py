"""`guildwright guilds set`: `path=value` and `path-` → a patch, typed by the schema, judged as `check` judges."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typer

from guildwright.guilds.ask import DONE, Mistaken, authored, guild_of, in_words
from guildwright.platform.config.specs import SPEC, differences, telling
from guildwright.platform.config.store import ConfigStore, StaleWrite, Stored
from guildwright_crds.explain import schema_at, unknown
from guildwright_crds.schema import document_schema

TRIES = 5  # the change does not depend on what was read, so it is repeated on what is there now
_PART = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_HOW = 'write path=value, such as giveaways.claimTimeout=24h, or "path-" to remove one'

type Path = tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is to be changed. `value` None removes."""

    path: Path
    value: Any


def asked_for(assignments: Sequence[str], unset: Sequence[str]) -> list[Asked]:
    """What the arguments ask for.

    Raises:
        Mistaken: one cannot be read, or two are about the same field.
    """
    asked = [_asked(text) for text in assignments] + [Asked(_path(text, text), None) for text in unset]
    if not asked:
        raise Mistaken(f"nothing to change: {_HOW}")
    for index, one in enumerate(asked):
        for other in asked[:index]:
            shorter = min(len(one.path), len(other.path))
            if one.path[:shorter] == other.path[:shorter]:
                raise Mistaken(f"{'.'.join(other.path)} and {'.'.join(one.path)} cannot be changed in one command")
    return asked


def _asked(text: str) -> Asked:
    name, found, value = text.partition("=")
    if found:
        path = _path(name, text)
        return Asked(path, _typed(value, schema_at(SPEC, path), text))
    if text.endswith("-"):
        return Asked(_path(text[:-1], text), None)
    raise Mistaken(f"{text!r} says no value: {_HOW}")


def _path(name: str, text: str) -> Path:
    parts = tuple(name.strip().split("."))
    parts = parts[1:] if len(parts) > 1 and parts[0] == "spec" else parts
    if not all(_PART.fullmatch(part) for part in parts):
        hint = "; a list is written whole, as JSON" if "[" in name else ""
        raise Mistaken(f"{text!r}: {name!r} is no path such as giveaways.claimTimeout{hint}")
    return parts


def _typed(value: str, schema: Mapping[str, Any], text: str) -> Any:  # noqa: ANN401  plain JSON
    """The value as the schema has it; what it cannot be stays a text, and the check says what is wrong with it."""
    match schema.get("type"):
        case "boolean" if value in ("true", "false"):
            return value == "true"
        case "integer" if re.fullmatch(r"-?[0-9]{1,40}", value):
            return int(value)
        case "array" if not value.lstrip().startswith("[") and schema["items"].get("type") == "string":
            return [part.strip() for part in value.split(",") if part.strip()]
        case "array" | "object":
            return _json(value, text, schema)
    return value


def _json(value: str, text: str, schema: Mapping[str, Any]) -> Any:  # noqa: ANN401  plain JSON
    try:
        return json.loads(value)
    except ValueError as error:
        like = '["ID", "ID"]' if schema.get("items", {}).get("type") == "string" else '[{"name": …}]'
        like = '{"field": …}' if schema.get("type") == "object" else like
        raise Mistaken(f"{text!r}: the value is no JSON ({error}); write {like} in single quotes") from None


def patch_of(asked: Iterable[Asked], stored: Stored) -> dict[str, Any]:
    """The patch. What is not there need not be removed, but a field that cannot be there is a mistake.

    Raises:
        Mistaken: a field to be removed does not exist in any document.
    """
    patch: dict[str, Any] = {}
    present = authored(stored.spec)
    for one in asked:
        if one.value is None and not stored.problems:
            _known(one.path)
            if not _has(present, one.path):
                continue
        node = patch
        for part in one.path[:-1]:
            node = node.setdefault(part, {})
        node[one.path[-1]] = one.value
    return patch


def _known(path: Path) -> None:
    for end in range(1, len(path) + 1):
        if not schema_at(SPEC, path[:end]):
            message, allowed, hint = unknown(("spec", *path[:end]), document_schema())
            fields = f"; allowed: {', '.join(allowed)}" if allowed else ""
            raise Mistaken(f"spec.{'.'.join(path[:end])}: {message}{fields}" + (f" ({hint})" if hint else ""))


def _has(document: Any, path: Path) -> bool:  # noqa: ANN401  plain JSON
    for part in path:
        if not isinstance(document, Mapping) or part not in document:
            return False
        document = document[part]
    return True


async def assign(
    store: ConfigStore, guild: str, assignments: Sequence[str], unset: Sequence[str], *, dry_run: bool
) -> int:
    """Change the document, creating it where there is none, and print what became different."""
    guild, asked = guild_of(guild), asked_for(assignments, unset)
    for tries in range(TRIES):
        before = await store.read(guild)
        patch = patch_of(asked, before)
        if not patch:
            typer.echo(f"guild {guild}: nothing to change")
            return DONE
        try:
            after = await store.write(guild, patch, before.version, dry_run=dry_run)
        except StaleWrite:
            if tries == TRIES - 1:
                raise
            continue
        _say(guild, before, after, dry_run=dry_run)
        return DONE
    raise AssertionError  # pragma: no cover


def _say(guild: str, before: Stored, after: Stored, *, dry_run: bool) -> None:
    found = telling(differences(authored(before.spec), authored(after.spec)))
    tail = " (dry run: nothing was written)" if dry_run else ""
    typer.echo(f"guild {guild}: {f'{after.source}{tail}' if found else f'nothing to change{tail}'}")
    for each in found:
        typer.echo(f"  {each.field}: {in_words(each.old)} → {in_words(each.new)}")
