"""Which document is in force for which guild: the rules alone, without a file being touched."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from guildwright.platform.config.files import Reading
from guildwright.platform.config.last_good import Kept
from guildwright.platform.config.store import State, Stored, Stray
from guildwright_crds.check import Problem, with_twins
from guildwright_crds.guild_config import GuildConfigSpec


@dataclass
class Assembly:
    """Every guild's state; `waiting` are the good documents to be recorded, `gone` the guilds that lost theirs."""

    guilds: dict[str, Stored] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    waiting: dict[str, Reading] = field(default_factory=dict)
    gone: dict[str, Stored] = field(default_factory=dict)


def assemble(readings: Mapping[str, Reading], kept: Mapping[str, Kept]) -> Assembly:
    """Judge what the files say against what was last good.

    A good document is in force. Two files for one guild: neither is. A bad one leaves its guild with what was last
    good; whose a file is that names no guild tells the guild that it held last, or else the name that can be made out.
    """
    outcome = Assembly()
    claims: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings.values():
        if reading.checked.guild_id is not None:
            claims[reading.checked.guild_id].append(reading)
    for guild_id, files in claims.items():
        _judge(guild_id, files, kept.get(guild_id), outcome)
    _attribute(readings, kept, outcome)
    for guild_id, row in kept.items():
        if row.spec is not None and guild_id not in outcome.guilds:
            outcome.gone[guild_id] = live(row)
    return outcome


def _judge(guild_id: str, files: Sequence[Reading], row: Kept | None, outcome: Assembly) -> None:
    first = files[0]
    if len(files) > 1:
        outcome.guilds[guild_id] = bad(guild_id, "", first.name, _twins(files), row)
    elif first.checked.problems or first.checked.spec is None:
        outcome.guilds[guild_id] = bad(guild_id, first.version, first.name, first.checked.problems, row)
    elif row is not None and (row.source, row.version) == (first.name, first.version) and row.spec is not None:
        outcome.guilds[guild_id] = live(row)
    else:
        outcome.waiting[guild_id] = first
        uid, generation = (row.uid, row.generation) if row else ("", 0)
        outcome.guilds[guild_id] = Stored(
            guild_id, first.version, uid, generation, first.checked.spec, first.name, (), State.WAITING
        )


def _twins(files: Sequence[Reading]) -> tuple[Problem, ...]:
    judged = with_twins([reading.checked for reading in files])
    return tuple(problem for checked in judged for problem in checked.problems)


def _attribute(readings: Mapping[str, Reading], kept: Mapping[str, Kept], outcome: Assembly) -> None:
    """Find out whose the bad files are, so that no guild loses what was last good to a slip of the keyboard."""
    held = {row.source: row.guild_id for row in kept.values() if row.spec is not None}
    for reading in readings.values():
        checked = reading.checked
        if not checked.problems:
            continue
        # A folder that cannot be listed is a "file" too: it held all that was below it.
        owners = [
            guild for source, guild in held.items() if source == reading.name or source.startswith(f"{reading.name}/")
        ]
        if not owners and checked.guild_id is None and reading.guess:
            owners = [reading.guess]
        bereft = [guild for guild in owners if guild not in outcome.guilds]
        for guild in bereft:
            outcome.guilds[guild] = bad(guild, reading.version, reading.name, checked.problems, kept.get(guild))
        if not bereft and checked.guild_id is None:
            outcome.strays.append(Stray(reading.name, checked.problems))


def live(row: Kept) -> Stored:
    """The state of a guild whose document is in force."""
    return Stored(
        row.guild_id, row.version, row.uid, row.generation, row.spec or GuildConfigSpec(), row.source, (), State.LIVE
    )


def bad(guild_id: str, version: str, source: str, problems: tuple[Problem, ...], row: Kept | None) -> Stored:
    """The state of a guild whose document cannot be used."""
    if row is None or row.spec is None:
        uid, generation = (row.uid, row.generation) if row else ("", 0)
        return Stored(guild_id, version, uid, generation, GuildConfigSpec(), source, problems, State.REFUSED)
    return Stored(guild_id, version, row.uid, row.generation, row.spec, source, problems, State.KEPT)


def away(root: Path, reason: str, kept: Mapping[str, Kept]) -> Assembly:
    """Without the directory nothing is known of any document: all that was last good stays in force."""
    hint = f"put it back; an empty directory {root} would mean that no guild has a document"
    problem = Problem(str(root), 1, 1, "", f"the directory of guild documents is away ({reason})", (), hint)
    outcome = Assembly(strays=[Stray(str(root), (problem,))])
    for guild_id, row in kept.items():
        if row.spec is not None:
            outcome.guilds[guild_id] = bad(guild_id, row.version, row.source, (), row)
    return outcome
