"""A bot made with somebody else's library, as a process that a test tells what to do and asks what it sees.

It reads a step per line (`{"number", "do", …}`) and writes a fact per line: `{"answer": number, …}`,
`{"event": name, …}` or `{"log": level, "text": …}`, which is whatever the library warned of.
"""

import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Self

from tests.fakes.playground_process import PlaygroundProcess

type Json = dict[str, Any]

PATIENCE = 40.0  # seconds for one step: the libraries wait out rate limits
# What is no complaint. Routes share a bucket: a library learns of it from its first 429. The test reads with the bot's
# token, so that hikari finds more gone from a bucket than it took. And discord.py counts from the heartbeat before,
# when the answer is there before it has looked at its clock.
_FINE = (
    r"hikari.rest: rate limited on bucket|discord.http: We are being rate limited",
    r"hikari.ratelimits: bucket .* greatly changed its slide period",
    r"discord.gateway: Can't keep up, shard ID None websocket is 41",
)


class Client:
    """One such process, between `with` and its end."""

    def __init__(self, library: str, playground: PlaygroundProcess, node_modules: Path) -> None:
        self.library = library
        self.events: list[Json] = []
        self.log: list[str] = []
        self._answers: queue.Queue[Json | None] = queue.Queue()
        self._number = 0
        self._heard = (0, 0)
        self.forgiven: tuple[str, ...] = ()
        self._stderr = playground.data / f"{library}.stderr"
        argv = [sys.executable, "-m", f"tests.clients.{library}.bot"]
        if library == "discord_js":
            argv = ["node", "bot.mjs"]
        facts = playground.facts
        self._argv = [*argv, facts["api"], facts["token"]]
        self._folder = node_modules if library == "discord_js" else Path(__file__).parents[2]

    def __enter__(self) -> Self:
        with self._stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                self._argv, cwd=self._folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        assert self._process.stdout
        threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def _listen(self, facts: IO[str]) -> None:
        for line in facts:
            fact = json.loads(line)
            if "answer" in fact:
                self._answers.put(fact)
            elif "log" in fact:
                self.log.append(f"{fact['log']}: {fact['text']}")
            else:
                self.events.append(fact)
        self._answers.put(None)

    def do(self, step: str, **arguments: object) -> Json:
        """Have it do something; what it saw then."""
        self._number += 1
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"number": self._number, "do": step, **arguments}) + "\n")
        self._process.stdin.flush()
        try:
            answer = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError(f"{self.library} does not finish {step!r}: {self.complaints()}") from None
        assert answer, f"{self.library} ended in {step!r}: {self.complaints()}"
        assert answer.pop("answer") == self._number
        assert "failed" not in answer, f"{self.library} failed in {step!r}: {answer['failed']}"
        return answer

    def wait_for(self, event: str, count: int = 1) -> Json:
        """The latest event of that name, once there are so many."""
        self.wait_until(lambda client: client.count(event) >= count)
        return [fact for fact in self.events if fact["event"] == event][-1]

    def wait_until(self, happened: Callable[[Self], bool]) -> None:
        """Poll until it is so."""
        deadline = time.monotonic() + PATIENCE
        while not happened(self):
            assert self._process.poll() is None, f"{self.library} ended: {self.complaints()}"
            assert time.monotonic() < deadline, f"{self.library} did not come so far: {self.events} {self.complaints()}"
            time.sleep(0.02)

    def count(self, event: str) -> int:
        """How often that event was told."""
        return sum(fact["event"] == event for fact in self.events)

    def complaints(self) -> list[str]:
        """What the library warned of, and what it wrote to its standard error."""
        return [*self.log, *self._stderr.read_text().splitlines()]

    def new_complaints(self) -> list[str]:
        """Those that were not asked for yet, without `_FINE`."""
        written = self._stderr.read_text().splitlines()
        found = [*self.log[self._heard[0] :], *written[self._heard[1] :]]
        self._heard = (len(self.log), len(written))
        expected = (*_FINE, *self.forgiven)
        return [text for text in found if not any(re.search(pattern, text) for pattern in expected)]

    def leave(self) -> None:
        """Have it end in good order."""
        self.do("leave")
        assert self._process.wait(PATIENCE) == 0, self.complaints()
