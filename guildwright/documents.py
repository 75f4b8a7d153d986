"""What became of each guild document, in a file beside the pids, for the playground's page to show.

The playground imports nothing of ours, so `up` leaves it a note, as it does with `processes.json`.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from guildwright import holder
from guildwright.platform.config.directory import DirectoryStore
from guildwright.platform.config.store import Change, Stored
from guildwright_crds.check import Problem

NAME = "documents.json"
DIRECTORY = "directory"  # where they are looked for; beside the guilds' ids


class NotedStore(DirectoryStore):
    """A directory of documents that notes what it hands to the publisher."""

    def __init__(self, guilds: Path, data: Path) -> None:
        super().__init__(guilds, data / "config")
        self._guilds = guilds
        self._note = data / NAME
        self._note.unlink(missing_ok=True)

    async def watch(self) -> AsyncGenerator[Change]:
        """Every change, noted first."""
        known: dict[str, dict[str, object]] = {DIRECTORY: {"path": str(self._guilds)}}
        async with aclosing(super().watch()) as changes:
            async for change in changes:
                for guild_id, stored in change.guilds.items():
                    known.pop(guild_id, None)
                    if stored is not None:
                        known[guild_id] = self._noted(stored)
                holder.replace_json(self._note, known)
                yield change

    def _noted(self, stored: Stored) -> dict[str, object]:
        return {
            "file": str(self._guilds / stored.source) if stored.source else None,
            "generation": stored.generation,
            "state": stored.state.value,
            "problems": [_said(problem) for problem in stored.problems],
        }


def _said(problem: Problem) -> str:
    place = f"{Path(problem.file).name}:{problem.line}:{problem.column}"
    return ": ".join(filter(None, (place, problem.field, problem.message.rstrip(".")))) + "."
