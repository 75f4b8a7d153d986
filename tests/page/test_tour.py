"""The guided tour ticks what has really happened, and believes nothing else."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from guildwright.playground.page.desk import Desk
from guildwright.playground.page.killing import Kill, target
from guildwright.playground.page.tour import STEPS, Progress, Tour, moment, tour
from guildwright.playground.playground import Options, Playground
from guildwright.playground.records import Interaction, Message
from tests.fakes.clock import FakeClock
from tests.fakes.hall import Hall


class Newcomer:
    """Takes the tour, and does what it says when the test does."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = FakeClock()
        self.processes = tmp_path / "processes.json"
        play = Playground(Options(processes_file=self.processes), self.clock)
        self.hall = Hall(play, Desk(play))
        self.guild = self.hall.seat().guild
        self.at = Progress(since=moment(play))
        self.pass_time(1)

    def pass_time(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))

    def look(self) -> Tour:
        """How far it is; the browser keeps it."""
        seen = tour(self.hall.play, self.guild, self.at)
        self.at = Progress.read(seen.progress.kept())
        return seen

    def drawn(self, user: str, since: int | None = None) -> str:
        """The same as that member reads it."""
        at = replace(self.at, since=since or self.at.since)
        look, desk = self.hall.seat(user), self.hall.desk
        return desk.draw.html("tour.html", desk.look(look), tour=tour(self.hall.play, self.guild, at))

    def told(self, user: str, reply: str, command: str | None = "giveaway start", **more: Any) -> Interaction:
        """A member runs a command, or presses a button, and is answered in private."""
        play = self.hall.play
        self.pass_time(1)
        number = play.ids.next()
        answer: Message = self.hall.write("guildwright", private_to=user, content=reply)
        record = Interaction(
            id=number,
            token=f"token-{number}",
            type=2 if command else 3,
            guild_id=self.guild.id,
            channel_id=answer.channel_id,
            user_id=self.hall.user_id(user),
            data={},
            command_name=command,
            callback=4,
            reply_id=answer.id,
            **more,
        )
        with play.store.change() as change:
            change.put(record)
        return record

    def note(self, generation: int, state: str = "live", problems: tuple[str, ...] = ()) -> None:
        """What `up` writes beside its pids."""
        entry = {"file": "guilds/oak.yaml", "generation": generation, "state": state, "problems": problems}
        self.processes.with_name("documents.json").write_text(json.dumps({str(self.guild.id): entry}))


def now(seen: Tour) -> str | None:
    return seen.now.key if seen.now else None


def test_the_first_step_waits_for_a_command_that_was_answered(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    assert now(newcomer.look()) == "command"
    newcomer.told("ana", "Started.")
    newcomer.hall.write("guildwright", content="A giveaway")
    seen = newcomer.look()
    assert (now(seen), seen.said) == ("win", ["Ana ran /giveaway start."])
    assert newcomer.look().said == [], "a step is told once"


def test_a_refusal_is_no_command_that_was_run_and_another_seat_is_offered(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.hall.declare({"name": "giveaway", "options": [{"type": 1, "name": "start", "description": "Open"}]})
    newcomer.told("ana", "You may not start giveaways.")
    newcomer.pass_time(5)
    seen = newcomer.look()
    assert (now(seen), seen.said) == ("command", [])
    drawn = newcomer.drawn("ana")
    assert "nothing came of it" in drawn
    assert "act as <bdi>Bo</bdi>" in drawn
    assert "act as <bdi>Ana</bdi>" in newcomer.drawn("cy", since=newcomer.at.since + 20_000)


def test_the_second_step_says_where_nothing_runs_that_one_could_win(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.hall.declare({"name": "giveaway", "options": [{"type": 1, "name": "start", "description": "Open"}]})
    newcomer.at = Progress(since=newcomer.at.since, skipped=frozenset({"command"}))
    assert "No giveaway runs" in newcomer.drawn("cy")
    over = {"type": 2, "style": 1, "label": "Enter or leave", "custom_id": "enter", "disabled": True}
    newcomer.hall.write("guildwright", components=[{"type": 1, "components": [over]}])
    assert "No giveaway runs" in newcomer.drawn("cy")
    newcomer.hall.write("guildwright", components=[{"type": 1, "components": [{**over, "disabled": False}]}])
    assert "No giveaway runs" not in newcomer.drawn("cy")


def test_a_guild_without_a_document_is_told_where_one_belongs_and_adding_it_counts(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.at = Progress(since=newcomer.at.since, skipped=frozenset({"command", "win", "rule"}))
    assert "runs alone" in newcomer.drawn("ana")
    newcomer.processes.with_name("documents.json").write_text(json.dumps({"directory": {"path": "my/guilds"}}))
    drawn = newcomer.drawn("ana")
    assert "runs alone" not in drawn
    assert "my/guilds" in drawn
    assert f'name: "{newcomer.guild.id}"' in drawn
    newcomer.look()
    newcomer.note(1)
    assert newcomer.look().said == ["Generation 1 of the document is in force."]


def test_what_happened_before_the_tour_counts_for_nothing(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.told("ana", "Started.")
    newcomer.pass_time(1)
    newcomer.at = Progress(since=moment(newcomer.hall.play))
    assert now(newcomer.look()) == "command"


def test_who_is_named_by_the_bot_has_won_only_if_they_had_entered(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.at = Progress(since=newcomer.at.since, skipped=frozenset({"command"}))
    cy = newcomer.hall.user_id("cy")
    newcomer.pass_time(1)
    newcomer.hall.write("guildwright", content=f"<@{cy}> won.")
    assert now(newcomer.look()) == "win"
    newcomer.told("cy", "You are in.", command=None)
    newcomer.pass_time(1)
    newcomer.hall.write("guildwright", content=f"<@{cy}> won.")
    seen = newcomer.look()
    assert (now(seen), seen.said) == ("rule", ["Cy won."])


def test_a_private_answer_is_a_refusal_only_where_the_command_leads_to_something_for_others(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.at = Progress(since=newcomer.at.since, skipped=frozenset({"command", "win"}))
    newcomer.told("cy", "Nothing runs.", command="giveaway list")
    newcomer.told("ana", "Started.")
    newcomer.pass_time(1)
    newcomer.hall.write("guildwright", content="A giveaway")
    newcomer.pass_time(10)
    assert now(newcomer.look()) == "rule"
    newcomer.told("cy", "You may not start giveaways.")
    assert now(newcomer.look()) == "rule", "something may still come of it"
    newcomer.pass_time(5)
    seen = newcomer.look()
    assert (now(seen), seen.said) == ("config", ["Cy was refused, and nobody else was told."])


def test_a_ping_of_everyone_that_reaches_nobody_breaks_a_rule_too(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.pass_time(1)
    newcomer.hall.write("cy", content="@everyone look", allowed_mentions={"parse": []})
    assert newcomer.look().said == ["Cy wrote @everyone, and nobody was pinged."]


def test_the_document_counts_once_its_new_generation_is_in_force(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.at = Progress(since=newcomer.at.since, skipped=frozenset({"command", "win", "rule"}))
    assert newcomer.look().document is None
    newcomer.note(3)
    assert now(newcomer.look()) == "config"
    newcomer.note(3, "last good kept", ("oak.yaml:8:5: claimTimeout must be a duration",))
    seen = newcomer.look()
    assert now(seen) == "config"
    assert seen.document
    assert seen.document.refused
    newcomer.note(4)
    seen = newcomer.look()
    assert (now(seen), seen.said) == ("kill", ["Generation 4 of the document is in force."])


def test_the_bot_is_back_when_it_speaks_after_it_was_killed(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    play = newcomer.hall.play
    play.recorder.gateway_received({"op": 2, "d": {}})
    newcomer.at = Progress(since=newcomer.at.since, killed=(play.recorder.after(0)[-1].number, moment(play)))
    newcomer.pass_time(1.5)
    assert newcomer.look().said == []
    play.recorder.gateway_received({"op": 6, "d": {}})
    assert newcomer.look().said == [], "it has said RESUME, and is not connected"
    assert STEPS.keys() - newcomer.at.done == STEPS.keys()


def test_only_a_process_that_our_own_parent_runs_is_killed(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    assert target(newcomer.hall.play) is Kill.NOTHING
    newcomer.processes.write_text(json.dumps({"up": 1, "shard": os.getpid()}))
    assert target(newcomer.hall.play) is Kill.NOTHING
    newcomer.processes.write_text(json.dumps({"up": os.getppid(), "shard": os.getpid()}))
    assert target(newcomer.hall.play) is Kill.PROCESS


def test_nonsense_from_a_browser_is_the_beginning_of_the_tour(tmp_path: Path) -> None:
    newcomer = Newcomer(tmp_path)
    newcomer.at = Progress.read(
        {"since": "x", "done": "all,", "skipped": "?", "killed": "1.2.3", "generation": "9" * 40}
    )
    seen = newcomer.look()
    assert now(seen) == "command"
    assert newcomer.at.since
