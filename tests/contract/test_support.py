"""The table of what the playground serves claims nothing that no test has seen."""

from pathlib import Path

import pytest

from tests.contract import seen, spec, support
from tests.contract.seen import Seen
from tests.contract.validate import violations

GET = {
    "number": 1,
    "kind": "rest",
    "method": "GET",
    "path": "/api/v10/channels/1/messages",
    "query": "",
    "status": 200,
    "response": [],
}
REFUSED = GET | {"status": 403, "response": {"message": "Missing Access", "code": 50001}}
WRONG = GET | {"path": "/api/v10/guilds/1/roles", "response": [{"id": 1}]}


@pytest.fixture
def documents() -> None:
    """Needs Discord's documents; without them the end of the run says so."""
    if not spec.available("the table of what the playground serves"):
        pytest.skip("no Discord documents")


@pytest.mark.usefixtures("documents")
def test_only_an_answer_as_documented_counts_as_validated() -> None:
    noted = Seen()

    assert len([*violations([GET, REFUSED, WRONG], noted)]) > 0

    assert noted.operations == {"GET /channels/{channel_id}/messages"}
    assert noted.refusals == {"GET /channels/{channel_id}/messages": {"50001": "Missing Access"}}


def test_a_claim_that_a_run_has_not_seen_is_named() -> None:
    claimed, run = Seen(), Seen()
    claimed.exchange("GET /a", 200, None)
    claimed.exchange("GET /a", 403, {"code": 50013, "message": "Missing Permissions"})
    claimed.event({"t": "READY"})
    run.exchange("GET /a", 403, {"code": 50001, "message": "Missing Access"})

    assert run.lacks(claimed) == ["answered: GET /a", "event: READY", "refused with 50013: GET /a"]
    run.add(claimed)
    assert run.lacks(claimed) == []


def test_notes_of_all_processes_are_put_together(tmp_path: Path) -> None:
    for number, event in enumerate(("READY", "RESUMED")):
        notes = Seen()
        notes.event({"t": event})
        (tmp_path / f"{number}.json").write_text(notes.as_json())

    assert seen.gathered(tmp_path).events == {"READY", "RESUMED"}
    with pytest.raises(AssertionError, match="no notes"):
        seen.gathered(tmp_path / "elsewhere")


@pytest.mark.usefixtures("documents")
def test_the_table_says_of_an_endpoint_what_is_so() -> None:
    notes = Seen()
    notes.exchange("GET /channels/{channel_id}/messages", 200, [])
    notes.exchange("GET /channels/{channel_id}/messages", 403, {"code": 50001, "message": "Missing Access"})
    lines = support.table(notes).splitlines()

    assert "| `GET /channels/{channel_id}/messages` | yes | yes | 50001 |" in lines
    assert "| `POST /channels/{channel_id}/messages` | yes |  |  |" in lines
    assert "| `GET /guilds/{guild_id}/scheduled-events` |  |  |  |" in lines
    assert "| `MESSAGE_CREATE` | yes |  |" in lines
    assert "| 50001 | Missing Access |" in lines
