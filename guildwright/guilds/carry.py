"""`guildwright guilds import` and `export`: between files and the store, all checked before anything is written."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from guildwright.guilds.ask import DONE, FAULT, REFUSED, Mistaken, as_yaml, authored, complain, in_words, told
from guildwright.guilds.documents import Pair, judged, pairs
from guildwright.platform.config.document import patched
from guildwright.platform.config.files import replace
from guildwright.platform.config.specs import differences, patch_between
from guildwright.platform.config.store import CannotWrite, ConfigStore, StaleWrite, StoreAway, Stored
from guildwright_crds.check import Checked, check_paths, printable


async def bring(store: ConfigStore, paths: Sequence[Path], *, dry_run: bool) -> int:
    """Make the store say what the files say; of guilds that no file is about, nothing changes."""
    checked, problems = judged(paths)
    if problems:
        complain(*told(problems), "nothing was imported")
        return REFUSED
    found, _ = await pairs(store, checked)
    changing = [pair for pair in found if not pair.same]
    refused = [pair for pair in changing if not await _would_take(store, pair)]
    if refused:
        complain("nothing was imported")
        return REFUSED
    unheard: OSError | None = None
    for index, pair in enumerate(changing):
        try:
            if not dry_run:
                await store.write(pair.guild_id, patch_for(pair), pair.stored.version)
        except (CannotWrite, StaleWrite, StoreAway, OSError) as error:
            complain(f"{pair.file}: {error}", *_not_done(changing, index))
            return FAULT if isinstance(error, StoreAway | OSError) else REFUSED
        unheard = unheard or _said(pair)
    if unheard:  # that nobody listens stops no import halfway
        raise unheard
    tail = " (dry run: nothing was written)" if dry_run else ""
    typer.echo(f"{len(found)} checked, {len(changing)} changed, {len(found) - len(changing)} the same{tail}")
    return DONE


async def _would_take(store: ConfigStore, pair: Pair) -> bool:
    """Whether the store takes it, tried without writing; else what is wrong is said."""
    try:
        await store.write(pair.guild_id, patch_for(pair), pair.stored.version, dry_run=True)
    except CannotWrite as error:
        complain(pair.file, *(f"  {line}" for line in told(error.problems, error.guild_id)))
        return False
    except StaleWrite as error:
        complain(f"{pair.file}: {error}")
        return False
    return True


def patch_for(pair: Pair) -> dict[str, Any]:
    """The patch that makes the store's document say what the file says."""
    if not pair.stored.problems:
        return patch_between(pair.kept, pair.said)
    # What the unusable document says beside is not known, but its mistakes are named.
    named = (problem.field.removeprefix("spec.").split(".")[0] for problem in pair.stored.problems)
    return {name: None for name in named if name.isidentifier()} | pair.said


def _said(pair: Pair) -> OSError | None:
    """Print what became different; why it cannot be printed, where that is so."""
    try:
        typer.echo(f"guild {pair.guild_id}: {'changed' if pair.exists else 'new'} from {pair.file}")
        for each in pair.differences() if pair.exists else ():
            typer.echo(f"  {each.field}: {in_words(each.old)} → {in_words(each.new)}")
    except OSError as error:
        return error
    return None


def _not_done(changing: Sequence[Pair], index: int) -> list[str]:
    left = ", ".join(pair.file for pair in changing[index:])
    return [f"{index} of {len(changing)} were imported; not these: {left}", "mend it and import again"]


async def take_out(store: ConfigStore, folder: Path, *, dry_run: bool) -> int:
    """Write every document into a folder, one file each; what is about something else there is never replaced."""
    stored, strays = await store.list(), await store.strays()
    unusable = [problem for one in stored for problem in one.problems]
    unusable += [problem for stray in strays for problem in stray.problems]
    texts, taken = await asyncio.to_thread(_planned, folder, [one for one in stored if not one.problems])
    if taken:
        complain(*taken, "nothing was exported")
        return REFUSED
    if not dry_run:
        await asyncio.to_thread(_write, folder, texts)
    for path in texts:
        typer.echo(f"{'would write' if dry_run else 'wrote'} {printable(path)}")
    good = sum(not one.problems for one in stored)
    typer.echo(f"{good} documents, {len(texts)} files written, {good - len(texts)} the same")
    if unusable:
        complain(*told(unusable), "documents that cannot be used were left out")
    return REFUSED if unusable else DONE


def _planned(folder: Path, stored: Sequence[Stored]) -> tuple[dict[Path, str], list[str]]:
    """The files to be written, and why some must not be."""
    if folder.exists() and not folder.is_dir():
        raise Mistaken(f"{printable(folder)} is no directory")
    there = {one.guild_id: one for one in check_paths([folder]) if one.guild_id} if folder.exists() else {}
    texts: dict[Path, str] = {}
    taken = []
    for one in stored:
        spec, file = authored(one.spec), there.get(one.guild_id)
        path = Path(file.file) if file else folder / f"{one.guild_id}.yaml"
        if file is None and path.exists():
            taken.append(
                f"{printable(path)} is not the document of guild {one.guild_id}: move it away, or name another"
            )
        elif file is not None and file.problems:
            taken += [
                *told(file.problems),
                f"{printable(path)} is not replaced, since it cannot be read: mend it first",
            ]
        else:
            try:
                text = _text(one.guild_id, spec, path, file)
            except ValueError as error:
                taken.append(f"{printable(path)} is not replaced: {error}; mend it by hand first")
                continue
            if text:
                texts[path] = text
    return texts, taken


def _text(guild_id: str, spec: Mapping[str, Any], path: Path, file: Checked | None) -> str | None:
    """What the file is to hold, its author's comments kept; None where it says so already."""
    if file is None or file.spec is None:
        return as_yaml(guild_id, dict(spec))
    there = authored(file.spec)
    if not any(differences(there, spec)):
        return None
    return patched(path.read_text(encoding="utf-8"), patch_between(there, spec))


def _write(folder: Path, texts: Mapping[Path, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for done, (path, text) in enumerate(texts.items()):
        try:
            replace(path, text.encode())
        except OSError as error:
            raise Mistaken(
                f"{printable(path)}: {error.strerror}; {done} of {len(texts)} files were written: "
                "mend it and export again"
            ) from error
