"""A PostgreSQL with jobs in every state, and the command as a person runs it."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from guildwright.cli import app
from guildwright.platform.database import engine, migrate
from guildwright.platform.jobs import outbox, store
from tests.fakes.postgres_server import PostgresServer, empty, postgres

__all__ = ["postgres"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GUILD = 100000000000000001


@dataclass
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Its answer to a program."""
        return json.loads(self.out)


class Cli:
    """`guildwright jobs …` on one database, with the jobs `ids` of a name each."""

    def __init__(self, url: str, folder: Path, ids: dict[str, int]) -> None:
        self.url = url
        self.ids = ids
        self._env = {"DATABASE_URL": url, "GUILDWRIGHT_DATA": str(folder)}

    def __call__(self, *args: object, **env: str) -> Ran:
        result = CliRunner().invoke(app, ["jobs", *map(str, args)], env=self._env | env)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    def row(self, name: str) -> dict[str, Any]:
        """A job's row."""

        async def read() -> dict[str, Any]:
            await engine.open_url(self.url)
            try:
                return (await engine.fetch("SELECT * FROM job WHERE id = $1", self.ids[name]))[0]
            finally:
                await engine.close_database()

        return asyncio.run(read())


async def _jobs(url: str) -> dict[str, int]:
    await engine.open_url(url)
    try:
        await migrate.run_migrations([])
        await empty()
        ids = {}
        for place, (name, kind) in enumerate(
            {
                "waiting": "giveaways.end",
                "running": "giveaways.end",
                "done": "giveawaysplus.post",
                "failed": "core.audit",
                "unknown": "giveaways.log",
            }.items()
        ):
            due = NOW + timedelta(hours=place)
            guild = GUILD if name in {"waiting", "unknown"} else None
            ids[name] = await outbox.add(kind, guild_id=guild, payload={"n": place}, due=due, dedupe_key=name) or 0
        for name in ("running", "done", "failed", "unknown"):
            assert await store.claim([ids[name]], "w@host", 15.0)
        await store.finish_all([(ids["done"], 1)])
        await store.bury(ids["failed"], 1, "Traceback\n  line\nGiveUp: so it is\n")
        await store.bury(ids["unknown"], 1, "nobody knows", "unknown")
        return ids
    finally:
        await engine.close_database()


@pytest.fixture
def jobs(postgres: PostgresServer, tmp_path: Path) -> Cli:
    """The command, and jobs in every state."""
    return Cli(postgres.url, tmp_path, asyncio.run(_jobs(postgres.url)))
