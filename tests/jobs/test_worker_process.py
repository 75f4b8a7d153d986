"""The worker as a process: it waits for its servers instead of dying, says what it waits for, and ends in time."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from guildwright.platform.config.keys import COMPLETE, Marker
from guildwright.platform.database import migrate
from guildwright_bot.features import piccolo_apps
from tests.fakes.discord_rest import TOKEN, FakeDiscord, fake_discord
from tests.fakes.job_bench import Bench
from tests.fakes.postgres_server import PostgresServer

pytestmark = pytest.mark.integration

ENDED_WITHIN = 6  # seconds; `up` kills after 2.5, but on a machine that is not busy with other tests


class Worker:
    """One `guildwright worker`, seen from outside."""

    def __init__(self, home: Path, **env: str) -> None:
        self.file = home / "health.json"
        self.log = home / "worker.log"
        self._env = {
            "GUILDWRIGHT_HEALTH_FILE": str(self.file),
            "GUILDWRIGHT_LOG_FORMAT": "json",
            "DISCORD_TOKEN": TOKEN,
            **env,
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "guildwright", "worker", env=self._env, stderr=self.log.open("ab")
        )

    async def end(self) -> tuple[int, float]:
        """SIGTERM; exit code and seconds."""
        assert self.process
        began = asyncio.get_running_loop().time()
        self.process.terminate()
        code = await asyncio.wait_for(self.process.wait(), timeout=30)
        return code, asyncio.get_running_loop().time() - began

    async def ask(self, path: str) -> Any:
        """The JSON answer of its health server, None while there is none."""
        if not self.file.exists():
            return None
        where = json.loads(self.file.read_text())
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(f"http://{where['host']}:{where['port']}{path}") as answer:
                    return await (answer.json() if path != "/metrics" else answer.text())
            except aiohttp.ClientError:
                return None

    async def until_checks(self, within: float = 60, **expected: bool) -> None:
        """Poll /readyz until its checks are as said."""
        last: Any = None
        async with asyncio.timeout(within):
            while True:
                last = await self.ask("/readyz")
                if last and all(last["checks"][name]["ok"] is ok for name, ok in expected.items()):
                    return
                assert self.process
                assert self.process.returncode is None, self.log.read_text()
                await asyncio.sleep(0.05)


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with fake_discord() as fake:
        yield fake


@pytest.fixture
async def worker(bench: Bench, postgres: PostgresServer, discord: FakeDiscord, tmp_path: Path) -> AsyncIterator[Worker]:
    """A worker that is not started yet, on servers of which none knows a config."""
    await migrate.run_migrations(piccolo_apps())
    made = Worker(tmp_path, DATABASE_URL=postgres.url, REDIS_URL=bench.redis.url, GUILDWRIGHT_DISCORD_API=discord.url)
    yield made
    if made.process and made.process.returncode is None:
        made.process.kill()
        await made.process.wait()


async def _publish_config(bench: Bench) -> None:
    await bench.client.set(COMPLETE, Marker("2026-01-01T00:00:00Z", 0, "epoch", 1).to_json())


async def test_it_becomes_ready_works_and_ends_in_time(worker: Worker, bench: Bench) -> None:
    await _publish_config(bench)
    await worker.start()
    await worker.until_checks(postgres=True, redis=True, config=True, discord=True, jobs=True)

    assert "guildwright_job_lateness_seconds" in await worker.ask("/metrics")
    code, seconds = await worker.end()

    assert code == 0
    assert seconds < ENDED_WITHIN
    assert not worker.file.exists()


async def test_it_lives_on_while_postgres_and_redis_are_gone_and_works_when_they_are_back(
    worker: Worker, bench: Bench, postgres: PostgresServer
) -> None:
    await _publish_config(bench)
    await worker.start()
    await worker.until_checks(jobs=True)
    assert worker.process
    pid = worker.process.pid

    postgres.end()
    bench.redis.kill()
    await worker.until_checks(postgres=False, redis=False)
    assert await worker.ask("/livez") == {"live": True, "pid": pid}

    postgres.start()
    await postgres.answers()
    bench.redis.start()
    await worker.until_checks(postgres=True, redis=True, jobs=True)
    assert (await worker.ask("/livez"))["pid"] == pid


async def test_without_a_complete_config_it_takes_no_job_and_says_what_it_waits_for(
    worker: Worker, bench: Bench
) -> None:
    await worker.start()
    await worker.until_checks(config=False, jobs=False, discord=True)

    await _publish_config(bench)

    await worker.until_checks(config=True, jobs=True)


async def test_it_can_be_stopped_while_it_still_waits(worker: Worker, bench: Bench, postgres: PostgresServer) -> None:
    postgres.end()
    bench.redis.kill()
    await worker.start()
    await worker.until_checks(postgres=False, redis=False)

    code, seconds = await worker.end()
    bench.redis.start()
    postgres.start()
    await postgres.answers()

    assert code == 0
    assert seconds < ENDED_WITHIN


async def test_a_refused_token_is_said_once_and_nothing_more_is_sent(
    worker: Worker, bench: Bench, discord: FakeDiscord
) -> None:
    await _publish_config(bench)
    for _ in range(50):
        discord.will_answer(401, {"message": "401: Unauthorized", "code": 0})
    await worker.start()
    await worker.until_checks(jobs=True, discord=False)
    for _ in range(5):
        await worker.ask("/readyz")

    assert len(discord.seen) == 1
    assert TOKEN not in worker.log.read_text()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DISCORD_TOKEN", "", "DISCORD_TOKEN is not set"),
        ("DISCORD_TOKEN", "no-token-at-all-but-long-enough", "DISCORD_TOKEN is no bot token"),
        ("REDIS_URL", "", "REDIS_URL is not set"),
        ("DATABASE_URL", "", "DATABASE_URL is not set"),
        ("GUILDWRIGHT_HEALTH_HOST", "203.0.113.1", "cannot"),
    ],
)
async def test_a_wrong_setting_is_one_clear_line_and_exit_code_one(
    worker: Worker, name: str, value: str, said: str
) -> None:
    worker._env[name] = value
    await worker.start()
    assert worker.process
    assert await asyncio.wait_for(worker.process.wait(), timeout=30) == 1

    text = worker.log.read_text()
    assert said in text
    assert "Traceback" not in text
