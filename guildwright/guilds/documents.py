"""The documents that a person names on the command line, judged, beside what the store has of the same guilds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guildwright.guilds.ask import Mistaken, authored
from guildwright.platform.config.specs import Difference, differences, telling
from guildwright.platform.config.store import ConfigStore, State, Stored
from guildwright_crds.check import Checked, Problem, check_paths, printable
from guildwright_crds.guild_config import GuildConfigSpec


@dataclass(frozen=True)
class Pair:
    """One guild: what its file says and what the store has."""

    guild_id: str
    file: str
    said: dict[str, Any]
    stored: Stored

    @property
    def exists(self) -> bool:
        """Whether the store has a document of the guild."""
        return self.stored.state is not State.DEFAULTS

    @property
    def kept(self) -> dict[str, Any]:
        """What the store's document says, where it can be used."""
        return {} if self.stored.problems else authored(self.stored.spec)

    def differences(self) -> list[Difference]:
        """From the store's to the file's."""
        return telling(differences(self.kept, self.said))

    @property
    def same(self) -> bool:
        """Whether the store says already what the file says."""
        return self.exists and not self.stored.problems and not self.differences()


def judged(paths: Sequence[Path]) -> tuple[list[Checked], list[Problem]]:
    """The documents in files and folders, and everything that is wrong with any of them.

    Raises:
        Mistaken: there is none.
    """
    checked = check_paths(paths)
    if not checked:
        raise Mistaken(f"no .yaml or .yml file in {', '.join(printable(path) for path in paths)}")
    return checked, [problem for one in checked for problem in one.problems]


async def pairs(store: ConfigStore, checked: Sequence[Checked]) -> tuple[list[Pair], list[Stored]]:
    """Each file beside the store's document, and what else the store has."""
    present = {stored.guild_id: stored for stored in await store.list()}
    found = []
    for one in checked:
        assert one.guild_id is not None  # noqa: S101  the file was found good
        assert one.spec is not None  # noqa: S101
        stored = present.pop(one.guild_id, None)
        if stored is None:
            stored = Stored(one.guild_id, "", "", 0, GuildConfigSpec(), "", (), State.DEFAULTS)
        found.append(Pair(one.guild_id, one.file, authored(one.spec), stored))
    return found, list(present.values())
