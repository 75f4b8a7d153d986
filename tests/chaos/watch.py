"""Notes every step of a worker's jobs, and strikes at one of them, in the process of the worker.

The plan of a round says at which step what happens. It is a file that the first process to come by takes away, so that
it happens once.
"""

import asyncio
import json
import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import redis

from guildwright.platform.database.engine import fetch
from guildwright.platform.jobs.run import JobRun
from tests.chaos.hooks import HookedRun, Side
from tests.chaos.places import Place

_ACT_WITHIN = 10.0  # seconds


@dataclass(frozen=True)
class Surroundings:
    """What the acts reach: the folder that is shared with the run, and the servers."""

    folder: Path
    redis_url: str
    control: str


class PlannedWatch:
    """Notes steps and carries out plans."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._prizes: dict[int, str] = {}
        self._notes = os.open(around.folder / f"seen-{os.getpid()}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def prize(self, run: JobRun) -> str:
        """The round that a job belongs to is named by the prize; "" for jobs of no giveaway."""
        giveaway = int(run.payload.get("giveaway") or run.payload.get("giveaway_id") or 0)
        if giveaway and giveaway not in self._prizes:
            rows = await fetch("SELECT prize FROM giveaway WHERE id = $1", giveaway)
            self._prizes[giveaway] = rows[0]["prize"] if rows else ""
        return self._prizes.get(giveaway, "")

    async def reach(self, run: HookedRun, place: Place, side: Side) -> None:
        """A job is before or after a step."""
        note = {"kind": run.kind, "file": place.file, "line": place.line, "what": place.what, "side": side}
        note |= {"prize": run.prize, "attempt": run.attempt, "at": time.monotonic()}
        os.write(self._notes, json.dumps(note).encode() + b"\n")
        file = self._around.folder / "plans" / run.prize
        with suppress(FileNotFoundError):
            plan = json.loads(file.read_text())
            if all(plan[key] == note[key] for key in ("kind", "file", "line", "side")):
                file.rename(self._around.folder / "hits" / run.prize)
                await self._act(plan["act"], run.prize)

    async def _act(self, act: str, prize: str) -> None:
        match act:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "flush":
                with redis.Redis.from_url(self._around.redis_url) as client, suppress(redis.RedisError):
                    client.flushall()
            case "lose_answer" | "reset":
                # The next request of all is ours: nothing else runs before it is sent.
                async with httpx.AsyncClient(timeout=_ACT_WITHIN) as http:
                    answer = await http.post(f"{self._around.control}/faults", json={"effect": act})
                    answer.raise_for_status()
            case _:
                await self._ask_for(act, prize)

    async def _ask_for(self, act: str, prize: str) -> None:
        """Have the run do it, and go on once it has begun."""
        (self._around.folder / "asked" / prize).write_text(act)
        done = self._around.folder / "done" / prize
        with suppress(TimeoutError):
            async with asyncio.timeout(_ACT_WITHIN):
                while not done.exists():  # noqa: ASYNC110  another process makes it
                    await asyncio.sleep(0.01)
