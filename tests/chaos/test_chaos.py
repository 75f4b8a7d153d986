"""A short chaos run, and what it stands on: the steps come from the code, and the judge overlooks nothing."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guildwright.platform.jobs.outcomes import Unavailable
from guildwright.platform.jobs.registry import Consumer
from guildwright.platform.jobs.run import JobRun
from tests.chaos import judge
from tests.chaos.hooks import HookedRun, Side, hooked
from tests.chaos.judge import Evidence, Row
from tests.chaos.lives import LIVES, Life, Round
from tests.chaos.places import FEATURE, Place, places
from tests.chaos.plans import Step, plans
from tests.fakes.bot import deps

SENDING = {"giveaways.post", "giveaways.closed", "giveaways.announce"}
POSTS = ("gw:giveaways:enter:7", "gw:giveaways:ticket:7", "gw:giveaways:claim:7:0")
ENDED = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIFE = Life("claimed", winners=1, entrants=("ana", "bo"), leavers=1)


def message(number: int, custom_id: str = "", content: str = "") -> Row:
    row = [{"components": [{"custom_id": custom_id}]}] if custom_id else []
    return {"id": str(number), "content": content, "components": row}


def round_() -> Round:
    return Round(1, LIFE, giveaway=7, entered={"ana": "11", "bo": "12", "leaver": "13"}, left={"leaver": "13"})


def good() -> Evidence:
    """A life as it should be: Ana won and claimed."""
    return Evidence(
        giveaway={"state": "closed", "ends_at": ENDED, "winners": 1},
        claims=[{"member_id": 11, "round": 0, "state": "claimed"}],
        jobs=[{"kind": kind, "state": "done"} for kind in (*sorted(SENDING), "giveaways.end")],
        messages=[message(number, name, "<@11>") for number, name in enumerate(POSTS)],
        created=3,
        deleted=0,
    )


class Bystander:
    """Watches every job, and does nothing."""

    async def prize(self, run: JobRun) -> str:
        return f"prize of job {run.id}"

    async def reach(self, run: HookedRun, place: Place, side: Side) -> None:
        pass


def wrong(seen: Evidence) -> str:
    return "\n".join(judge.violations(round_(), seen, SENDING))


def test_a_good_life_has_no_violation() -> None:
    assert wrong(good()) == ""


async def test_what_a_watched_run_began_decides_whether_it_counts_as_tried() -> None:
    """Else the job would be tried again as if for the first time, and would not look for its own message."""
    run = JobRun(1, "giveaways.announce", 7, {"giveaway": 7}, attempt=1, fence=1, due=ENDED)
    lost = Unavailable("the answer was lost")

    async def handler(run: JobRun) -> None:
        run.nonce("message")
        raise lost

    [consumer] = hooked(deps(), lambda _: [Consumer("giveaways.announce", handler)], Bystander())
    with pytest.raises(Unavailable):
        await consumer.run([run])

    assert not run.had_no_effect(lost)


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"giveaway": {"state": "drawing", "ends_at": ENDED, "winners": 1}}, "is drawing, not closed"),
        ({"jobs": [*good().jobs, {"kind": "giveaways.refresh", "state": "dead"}]}, "is dead"),
        ({"jobs": [*good().jobs, {"kind": "giveaways.expire", "state": "running"}]}, "is running"),
        ({"claims": []}, "0 winners of 2"),
        ({"claims": [{"member_id": 13, "round": 0, "state": "claimed"}]}, "had left the guild"),
        ({"claims": [{"member_id": 99, "round": 0, "state": "claimed"}]}, "without having entered"),
        ({"claims": [{"member_id": 12, "round": 0, "state": "claimed"}]}, "were not told: ['12']"),
        ({"claims": [*good().claims, {"member_id": 12, "round": 1, "state": "claimed"}]}, "more prizes"),
        ({"claims": [*good().claims, {"member_id": 11, "round": 1, "state": "expired"}]}, "won twice"),
        ({"claims": [{"member_id": 11, "round": 0, "state": "open"}]}, "while a claim is open"),
        ({"messages": good().messages[:1], "created": 1}, "3 jobs that post"),
        ({"messages": good().messages[:2], "created": 2}, "winners were not posted"),
        ({"messages": [message(9 - n, name, "<@11>") for n, name in enumerate(POSTS)]}, "before the hash"),
        ({"messages": [*good().messages, message(3, "gw:giveaways:enter:7")], "created": 4}, "2 messages with gw"),
        ({"messages": [*good().messages, *[message(n, content="hash") for n in (3, 4)]]}, "2 messages 'hash'"),
        ({"created": 4}, "4 made"),
    ],
)
def test_the_judge_sees_each_broken_promise(broken: dict[str, object], said: str) -> None:
    assert said in wrong(replace(good(), **broken))


def test_a_deleted_giveaway_leaves_no_message() -> None:
    played = Round(1, Life("deleted", entrants=("ana",), deleted="running"), giveaway=7, entered={"ana": "11"})
    seen = replace(good(), giveaway={"state": "deleted", "ends_at": ENDED, "winners": 1}, claims=[])
    assert any("messages are left" in text for text in judge.violations(played, seen, SENDING))


def test_the_steps_are_read_from_the_code() -> None:
    found = places()
    assert len(found) > 15
    for place in found:
        assert place.what.rpartition(".")[2] in (FEATURE / place.file).read_text().splitlines()[place.line - 1]
    assert {"run.step", "run.finish", "discord.send_message_once"} <= {place.what for place in found}


def test_with_rounds_enough_every_step_is_killed_before_and_after() -> None:
    seen = [
        Step(life.name, "giveaways.post", Place("consumers.py", line, what))
        for life in LIVES[:2]
        for line, what in ((1, "run.step"), (2, "discord.send_message_once"), (3, "run.finish"))
    ]
    made = [plan for _, plan in plans(seen, 60, seed=1)]
    killed = {(plan["line"], plan["side"]) for plan in made if plan["act"] == "kill"}
    assert killed == {(line, side) for line in (1, 2, 3) for side in ("before", "after")}
    assert {plan["act"] for plan in made} > {"lose_answer", "flush", "redis", "postgres", "clock +1 h", "clock -1 h"}
    assert plans(seen, 60, seed=1) == plans(seen, 60, seed=1) != plans(seen, 60, seed=2)


@pytest.mark.integration
@pytest.mark.long
def test_a_few_rounds_of_chaos_break_no_promise(tmp_path: Path) -> None:
    """How long the other rounds take is what the command is for: `python -m tests.chaos.giveaways --rounds 200`."""
    argv = [sys.executable, "-m", "tests.chaos.giveaways", "--rounds", "10", "--at-once", "10"]
    done = subprocess.run([*argv, "--keep", str(tmp_path)], capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "violations 0" in done.stdout.splitlines()[-1]
