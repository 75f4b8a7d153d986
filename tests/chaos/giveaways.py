"""Do giveaways survive everything? Run `uv run python -m tests.chaos.giveaways --rounds 200 [--seed 1]`.

Real processes: PostgreSQL, Redis, the local Discord, a shard and two workers. First every kind of life is led in calm,
which shows the steps; each step that the code has must be among them. Then each round is one giveaway whose worker is
killed before or after one of the steps, or loses an answer, its Redis, its database, or the right time there. At the
end of each round nothing may be lost, doubled, wrong or stuck. The last line has the figures; a violation exits with 1.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos import judge
from tests.chaos.lives import LIVES, Player, Round
from tests.chaos.places import Place, places
from tests.chaos.plans import notes, plans, steps
from tests.chaos.stage import Stage, servers, stage

_SENDS = "discord.send_message_once"
_ELSEWHERE = {"giveaways.log", "giveaways.stopped"}  # write into the log channel, or to the host


@dataclass
class Asked:
    """The command line."""

    rounds: int
    seed: int
    at_once: int
    minutes: float
    keep: Path | None


@dataclass
class Run:
    """One chaos run."""

    stage: Stage
    asked: Asked
    calm: list[Round] = field(default_factory=list)
    struck: list[Round] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    sending: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """All rounds."""
        ends = time.monotonic() + self.asked.minutes * 60
        serving = asyncio.create_task(self._serve())
        try:
            self.calm = [Round(number, life) for number, life in enumerate(LIVES, 1)]
            await asyncio.gather(*(self._play(played) for played in self.calm))
            seen = steps(notes(self.stage.up.folder), self.calm)
            self.sending = {step.kind for step in seen if step.place.what == _SENDS} - _ELSEWHERE
            missing = self._missing()
            for played in self.calm:
                await self._judge(played)
            _say(f"{len(seen)} steps in {len(LIVES)} lives, {len(places())} places in the code, {len(missing)} unseen")
            gate = asyncio.Semaphore(self.asked.at_once)
            made = plans(seen, self.asked.rounds, self.asked.seed)
            numbered = [Round(number, life, plan) for number, (life, plan) in enumerate(made, 101)]
            await asyncio.gather(*(self._strike(played, gate, ends) for played in numbered))
            self.wrong += await judge.log_violations(self.stage, self.calm + self.struck)
            self._nowhere(enough=self.asked.rounds >= 2 * len(seen))
            self._processes()
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    def _missing(self) -> list[Place]:
        """The steps in the code that no round went through yet."""
        return sorted(places() - {step.place for step in steps(notes(self.stage.up.folder), self.calm + self.struck)})

    def _nowhere(self, *, enough: bool) -> None:
        """A step of a second try is gone through after a blow only: it has to be once each step was struck twice."""
        found = [f"no life goes through {place}" for place in self._missing()]
        if enough:
            self.wrong += found
        elif found:
            _say("\n".join(f"{text}: more rounds may" for text in found))

    async def _strike(self, played: Round, gate: asyncio.Semaphore, ends: float) -> None:
        async with gate:
            if time.monotonic() > ends:
                return
            self.struck.append(played)
            await self._play(played)
            await self._judge(played)
            done = sum(1 for one in self.struck if one.lateness is not None or one.struck)
            _say(f"{done:4} {played}{'' if played.struck else ' not reached'} {played.violations or ''}")

    async def _play(self, played: Round) -> None:
        try:
            await Player(self.stage, played).play()
        except TimeoutError:
            played.violations.append("is stuck")

    async def _judge(self, played: Round) -> None:
        with suppress(FileNotFoundError):
            (self.stage.up.folder / "plans" / played.prize).unlink()
        if not played.giveaway:
            played.violations.append("was never started")
            return
        seen = await judge.gather(self.stage, played)
        played.violations += judge.violations(played, seen, self.sending)
        played.lateness = judge.lateness(played, seen)

    async def _serve(self) -> None:
        """Do to the servers what workers ask for at their steps."""
        folder = self.stage.up.folder
        while True:
            for file in sorted((folder / "asked").iterdir()):
                act, done = file.read_text(), folder / "done" / file.name
                if act:
                    file.unlink()
                    await self.stage.disturb(act, done.touch)
            await asyncio.sleep(0.02)

    def _processes(self) -> None:
        for process in (*self.stage.workers, self.stage.shard):
            for code in process.ended_by_itself:
                self.wrong.append(f"{process.name} ended by itself with exit code {code}")

    def report(self) -> int:
        """Print what was found; how many violations."""
        acts = Counter(played.plan["act"] for played in self.struck if played.struck)
        _say(", ".join(f"{count} {act}" for act, count in sorted(acts.items())))
        rounds = self.calm + self.struck
        wrong = [f"{played}: {text}" for played in rounds for text in played.violations] + self.wrong
        for text in wrong:
            _say(f"VIOLATION {text}")
        born = sum(process.born for process in self.stage.workers)
        _say(
            f"rounds {len(self.struck)} (struck {sum(acts.values())}, calm {len(self.calm)}, workers born {born}, "
            f"seed {self.asked.seed}), violations {len(wrong)}, "
            f"p99 lateness {_p99(self.calm)} calm, {_p99(self.struck)} struck"
        )
        return len(wrong)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _p99(rounds: Iterable[Round]) -> str:
    late = sorted(played.lateness for played in rounds if played.lateness is not None)
    if len(late) < 2:
        return "unknown"
    return f"{statistics.quantiles(late, n=100, method='inclusive')[98]:.2f} s"


async def _run(asked: Asked, folder: Path) -> int:
    with_servers = servers(folder)
    up = await asyncio.to_thread(with_servers.__enter__)
    try:
        async with stage(up) as made:
            run = Run(made, asked)
            await run.run()
            return run.report()
    finally:
        await asyncio.to_thread(with_servers.__exit__, None, None, None)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="which step befalls which life, and in which order")
    parser.add_argument("--at-once", type=int, default=8, help="rounds at the same time")
    parser.add_argument("--minutes", type=float, default=60, help="no round begins later than this")
    parser.add_argument("--keep", type=Path, help="folder for notes and logs; without it they are thrown away")
    asked = Asked(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="gw-chaos-") as folder:
        return 1 if asyncio.run(_run(asked, asked.keep or Path(folder))) else 0


if __name__ == "__main__":
    sys.exit(main())
