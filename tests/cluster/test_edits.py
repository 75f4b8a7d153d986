"""The tally of edits and answers says so when nothing was counted, and what was lost or not answered in time."""

from typing import Any

import pytest
import urllib3

from tests.cluster import edits
from tests.cluster.community import told
from tests.cluster.control_plane import Answer

pytestmark = pytest.mark.cluster


class Trial:
    """A release whose API server and bot say what they are told to say."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.status, self.answer = status, answer
        self.spec: dict[str, Any] | None = None
        self.edited = self.asked = 0

    def edit(self, _: Any, spec: dict[str, Any]) -> Answer:
        self.edited += 1
        if self.status == 200:
            self.spec = spec
        return Answer(self.status, {})

    def stored(self, _: Any) -> dict[str, Any] | None:
        return self.spec

    def command(self, *_: Any) -> dict[str, Any]:
        self.asked += 1
        return self.answer

    def obeys(self, _: Any, number: int) -> bool:
        return self.spec is not None and told(self.spec) == number


class Faulty(Trial):
    """One whose answers lack what they promise, after a first that is right."""

    def command(self, *_: Any) -> dict[str, Any]:
        return super().command() if not self.asked else super().command() and {}


class LosesAnswers(Trial):
    """One that takes every edit after the first and says so to nobody."""

    def edit(self, guild: Any, spec: dict[str, Any]) -> Answer:
        answer = super().edit(guild, spec)
        if told(spec) > 1:
            raise urllib3.exceptions.ProtocolError
        return answer


class Forgetful(Trial):
    """One that goes back to the first edit, though it accepted more."""

    def stored(self, _: Any) -> dict[str, Any] | None:
        self.spec = edits.numbered(1)
        return self.spec


class Slow(Trial):
    """A bot that answers in time but for the first few commands."""

    def __init__(self, code: str, times: int) -> None:
        super().__init__(200, {"status": "replied"})
        self.code, self.times = code, times

    def command(self, *_: Any) -> dict[str, Any]:
        answer = super().command()
        return answer if self.asked > self.times else {"status": "failed", "error": {"code": self.code}}


def counted(trial: Any, monkeypatch: pytest.MonkeyPatch) -> edits.Tally:
    for pause in ("EDIT_EVERY", "ASK_EVERY"):
        monkeypatch.setattr(edits, pause, 0.01)
    with edits.Unrest(trial, [{"id": "1"}]).during() as tally:
        edits.wait_for("two of both", lambda: min(trial.edited, trial.asked) > 1)
    return tally


def test_edits_and_answers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = counted(Trial(200, {"status": "replied"}), monkeypatch)

    assert (tally.edits > 0, tally.answers > 0, tally.lost, tally.silences) == (True, True, 0, [])


@pytest.mark.parametrize(("status", "answer"), [(503, "replied"), (200, "silent")])
def test_where_nothing_was_edited_or_answered_nothing_is_proven(
    monkeypatch: pytest.MonkeyPatch, status: int, answer: str
) -> None:
    with pytest.raises(AssertionError, match=r"no edit was accepted|no command was answered"):
        counted(Trial(status, {"status": answer}), monkeypatch)


def test_a_fault_in_the_middle_is_not_taken_for_peace(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="status"):
        counted(Faulty(200, {"status": "replied"}), monkeypatch)


def test_an_edit_that_was_taken_though_its_answer_was_lost_is_none_that_was_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edits, "SETTLES_WITHIN", 0.2)

    tally = counted(LosesAnswers(200, {"status": "replied"}), monkeypatch)

    assert (tally.edits, tally.turned_away > 0, tally.lost) == (1, True, 0)


def test_a_document_that_is_older_than_the_last_accepted_edit_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert counted(Forgetful(200, {"status": "replied"}), monkeypatch).lost == 1


@pytest.mark.parametrize(
    ("answers", "nobody", "late", "silences"), [(30, 1, 0, 1), (5, 0, 1, 0), (28, 0, 2, 0), (5, 0, 2, 2)]
)
def test_a_late_answer_now_and_then_is_the_machines_but_nobody_there_is_ours(
    answers: int, nobody: int, late: int, silences: int
) -> None:
    tally = edits.Tally(answers=answers, nobody=["gone"] * nobody, late=["late"] * late)

    assert len(tally.silences) == silences


@pytest.mark.parametrize(("code", "late", "nobody"), [("no_answer", 1, 0), ("bot_absent", 0, 1)])
def test_late_and_nobody_there_are_told_apart(
    monkeypatch: pytest.MonkeyPatch, code: str, late: int, nobody: int
) -> None:
    tally = counted(Slow(code, 1), monkeypatch)

    assert (len(tally.late), len(tally.nobody), tally.answers > 0) == (late, nobody, True)
