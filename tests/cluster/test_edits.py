"""The tally of edits and answers says so when nothing was counted, instead of nothing lost."""

import time
from typing import Any

import pytest

from tests.cluster import edits
from tests.cluster.control_plane import Answer

pytestmark = pytest.mark.cluster


class Trial:
    """A release whose API server and bot say what they are told to say."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        self.status, self.answer = status, answer

    def edit(self, *_: Any) -> Answer:
        return Answer(self.status, {})

    def command(self, *_: Any) -> dict[str, Any]:
        return self.answer

    def obeys(self, *_: Any) -> bool:
        return True


class Faulty(Trial):
    """One whose answers lack what they promise, after a first that is right."""

    asked = 0

    def command(self, *_: Any) -> dict[str, Any]:
        self.asked += 1
        return {"status": "replied"} if self.asked == 1 else {}


def counted(trial: Any, monkeypatch: pytest.MonkeyPatch) -> edits.Tally:
    for pause in ("EDIT_EVERY", "ASK_EVERY"):
        monkeypatch.setattr(edits, pause, 0.01)
    with edits.Unrest(trial, [{"id": "1"}]).during() as tally:
        edits.wait_for("some of both", lambda: tally.edits + tally.turned_away and tally.answers + len(tally.silences))
        time.sleep(0.1)
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
        counted(Faulty(200, {}), monkeypatch)
