"""`guildwright guilds diff`: what would change if files were imported. Exit codes are those of diff: 0, 1, and 2."""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer

from guildwright.guilds.ask import DONE, FAULT, REFUSED, as_yaml, authored, complain, in_words, told
from guildwright.guilds.documents import Pair, judged, pairs
from guildwright.platform.config.specs import Difference
from guildwright.platform.config.store import ConfigStore, Stored


async def diff(store: ConfigStore, paths: Sequence[Path], *, everything: bool, unified: bool, as_json: bool) -> int:
    """Print the differences from the store to the files; with `everything`, also guilds that no file is about."""
    checked, problems = judged(paths)
    if problems:
        complain(*told(problems))
        return FAULT
    found, others = await pairs(store, checked)
    different = [pair for pair in found if not pair.same]
    others = others if everything else []
    if as_json:
        typer.echo(json.dumps([*map(_as_json, different), *map(_only_stored, others)], indent=2, ensure_ascii=False))
    else:
        for line in _lines(different, others, unified=unified):
            typer.echo(line)
    return REFUSED if different or others else DONE


def _lines(different: Iterable[Pair], others: Iterable[Stored], *, unified: bool) -> Iterator[str]:
    for pair in different:
        yield from _unified(pair) if unified else _field_by_field(pair)
    for stored in others:
        if unified:
            before = as_yaml(stored.guild_id, authored(stored.spec)).splitlines()
            yield from difflib.unified_diff(before, [], stored.source, "/dev/null", lineterm="")
        else:
            yield f"guild {stored.guild_id}: only in the store ({stored.source})"


def _field_by_field(pair: Pair) -> Iterator[str]:
    if not pair.exists:
        yield f"guild {pair.guild_id}: only in {pair.file}"
    elif pair.stored.problems:
        yield f"guild {pair.guild_id}: the store's document ({pair.stored.source}) cannot be used; {pair.file} has"
    else:
        yield f"guild {pair.guild_id}: {pair.stored.source} → {pair.file}"
    for each in pair.differences():
        yield f"  {_change(each)}"


def _change(each: Difference) -> str:
    if each.old is None:
        return f"+ {each.field}: {in_words(each.new)}"
    if each.new is None:
        return f"- {each.field}: {in_words(each.old)}"
    return f"~ {each.field}: {in_words(each.old)} → {in_words(each.new)}"


def _unified(pair: Pair) -> Iterator[str]:
    before = as_yaml(pair.guild_id, pair.kept).splitlines() if pair.exists else []
    after = as_yaml(pair.guild_id, pair.said).splitlines()
    yield from difflib.unified_diff(before, after, pair.stored.source or "/dev/null", pair.file, lineterm="")


def _as_json(pair: Pair) -> dict[str, object]:
    fields = [{"field": each.field, "store": each.old, "file": each.new} for each in pair.differences()]
    return {"guild": pair.guild_id, "store": pair.stored.source or None, "file": pair.file, "differences": fields}


def _only_stored(stored: Stored) -> dict[str, object]:
    return {"guild": stored.guild_id, "store": stored.source, "file": None, "differences": []}
