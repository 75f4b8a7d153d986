"""`guildwright giveaway export`: a guild's giveaways with their claims and histories, to a file or to a pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from guildwright.jobs_cli.ask import DONE, REFUSED, Mistaken, Wanted, complain, with_database
from guildwright.platform.settings import Settings
from guildwright_bot.features.giveaways import export

FORMATS = ("json", "csv")


@dataclass(frozen=True)
class Asked:
    """What the person wrote."""

    guild: str
    number: int | None
    format: str
    output: Path | None
    force: bool = False


def main(settings: Settings, asked: Asked) -> int:
    """Write what is asked for; the exit code. What goes wrong is said on stderr."""
    return with_database(settings, lambda: _export(asked))


async def _export(asked: Asked) -> int:
    guild_id = Wanted(guild=asked.guild).guild_id() or 0
    if asked.format not in FORMATS:
        raise Mistaken(f"--format {asked.format!r} is none; allowed: {', '.join(FORMATS)}")
    if asked.number is not None and not [found async for found in export.exported(guild_id, asked.number)]:
        complain(f"guild {guild_id} has no giveaway {asked.number}: it never was, or is older than the retention")
        return REFUSED
    with _opened(asked) as out:
        giveaways = export.exported(guild_id, asked.number)
        if asked.format == "csv":
            count = await export.write_csv(giveaways, out)
        else:
            count = await export.write_json(guild_id, giveaways, out)
    if asked.output is not None:
        complain(f"wrote {count} giveaway{'' if count == 1 else 's'} of guild {guild_id} to {asked.output}")
    return DONE


@contextmanager
def _opened(asked: Asked) -> Iterator[TextIO]:
    """Where to write. A spreadsheet knows UTF-8 by its mark."""
    if asked.output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    if asked.output.is_dir():
        raise Mistaken(f"cannot write {asked.output}: it is a directory; name a file in it")
    special = asked.output.exists() and not asked.output.is_file()
    if asked.output.exists() and not special and not asked.force:
        raise Mistaken(f"{asked.output} is there already: name another file, or say --force to replace it")
    try:
        if special:
            with asked.output.open("w", encoding="utf-8", newline="") as out:  # a pipe or a device: never replaced
                yield out
        else:
            with _replaced(asked.output, "utf-8-sig" if asked.format == "csv" else "utf-8") as out:
                yield out
    except OSError as error:
        if error.filename is None:  # the database's
            raise
        raise Mistaken(f"cannot write {asked.output}: {error.strerror}") from None


@contextmanager
def _replaced(output: Path, encoding: str) -> Iterator[TextIO]:
    target = output.resolve()  # not the link that leads there
    part = target.with_name(f"{target.name}.part")  # a broken export leaves no file that looks whole
    try:
        with part.open("w", encoding=encoding, newline="") as out:
            yield out
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
