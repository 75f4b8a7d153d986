"""`guildwright giveaway record`: a draw's record once more, for who lost the file or has one too large for Discord."""

from dataclasses import dataclass
from pathlib import Path

import typer

from guildwright.jobs_cli.ask import DONE, REFUSED, Mistaken, Wanted, complain, with_database
from guildwright.platform.settings import Settings
from guildwright.platform.texts import Texts
from guildwright_bot.features.giveaways import draws, store
from guildwright_bot.features.giveaways.messages import Writer


@dataclass(frozen=True)
class Asked:
    """What the person wrote."""

    guild: str
    number: int
    output: Path | None
    force: bool


def main(settings: Settings, asked: Asked) -> int:
    """Write the record as it stands now; the exit code."""
    return with_database(settings, lambda: _record(asked))


async def _record(asked: Asked) -> int:
    guild_id = Wanted(guild=asked.guild).guild_id() or 0
    giveaway = await store.find(guild_id, asked.number)
    if giveaway is None:
        complain(f"guild {guild_id} has no giveaway {asked.number}: it never was, or is older than the retention")
        return REFUSED
    written = await draws.file(giveaway, Writer(Texts.load(), "en").about_record())
    if written is None:
        complain(f"giveaway {asked.number} of guild {guild_id} is not drawn yet, or is older than draws with a record")
        return REFUSED
    name, body = written
    path = asked.output or Path(name)
    if path.exists() and not asked.force:
        raise Mistaken(f"{path} is there already: name another file, or say --force to replace it")
    try:
        path.write_bytes(body)
    except OSError as error:
        raise Mistaken(f"cannot write {path}: {error.strerror}") from None
    typer.echo(f"wrote {path}; check it with: guildwright giveaway verify {path}")
    return DONE
