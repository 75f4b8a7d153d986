"""The validator itself: traffic that Discord would not know is caught, and what Discord knows passes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contract import spec
from tests.contract.validate import validate_record, violations
from tests.fakes.local_discord import local_discord

type Json = dict[str, Any]


@pytest.fixture(autouse=True)
def documents() -> None:
    """Without Discord's documents there is nothing to test here; the end of the run says so."""
    if not spec.available("the validator"):
        pytest.skip("no Discord documents")


ROLE: Json = {
    "number": 1,
    "at": "2026-01-01T00:00:00+00:00",
    "kind": "rest",
    "method": "PUT",
    "path": "/api/v10/guilds/1/members/2/roles/3",
    "query": "",
    "request": None,
    "request_type": None,
    "status": 204,
    "response": None,
}
TYPING: Json = ROLE | {"method": "POST", "path": "/api/v10/channels/1/typing"}
COMMANDS: Json = ROLE | {
    "path": "/api/v10/applications/1/commands",
    "request": [{"name": "ping", "description": "Say pong"}],
    "request_type": "application/json",
    "status": 200,
    "response": [],
}
HISTORY: Json = ROLE | {"method": "GET", "path": "/api/v10/channels/1/messages", "status": 200, "response": []}
REFUSED: Json = ROLE | {"status": 403, "response": {"message": "Missing Permissions", "code": 50013}}
NESTED: Json = COMMANDS | {
    "status": 400,
    "response": {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {"0": {"name": {"_errors": [{"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}]}}},
    },
}
HELLO: Json = {
    "number": 1,
    "kind": "gateway_received",
    "payload": {"op": 10, "d": {"heartbeat_interval": 41250}, "s": None, "t": None},
}
DELETED: Json = {
    "number": 1,
    "kind": "gateway_received",
    "payload": {"op": 0, "t": "MESSAGE_DELETE", "s": 1, "d": {"id": "1", "channel_id": "2"}},
}
BEAT: Json = {"number": 1, "kind": "gateway_sent", "payload": {"op": 1, "d": 5}}
PRESENCE: Json = {
    "number": 1,
    "kind": "gateway_sent",
    "payload": {"op": 3, "d": {"since": None, "afk": False, "status": "online", "game": None}},
}
GOOD = [
    ROLE,
    TYPING,
    COMMANDS,
    HISTORY,
    HISTORY | {"query": "limit=5"},
    REFUSED,
    NESTED,
    HELLO,
    DELETED,
    BEAT,
    PRESENCE,
]


def altered(entry: Json, **changes: object) -> Json:
    return entry | changes


def payload(entry: Json, **changes: object) -> Json:
    return entry | {"payload": entry["payload"] | changes}


BAD: dict[str, tuple[Json, str]] = {
    "an operation that is none": (altered(ROLE, path="/api/v10/guilds/1/wizards"), "no such operation"),
    "a method that is none": (altered(ROLE, method="PATCH"), "no such operation"),
    "an id that is a word": (altered(ROLE, path="/api/v10/guilds/one/members/2/roles/3"), "path: guild_id"),
    "an id with a leading zero": (altered(ROLE, path="/api/v10/guilds/01/members/2/roles/3"), "path: guild_id"),
    "an unknown query": (altered(HISTORY, query="limt=5"), "query: limt"),
    "a limit that is a word": (altered(HISTORY, query="limit=many"), "query: limit"),
    "a limit of 101": (altered(HISTORY, query="limit=101"), "query: limit"),
    "a body where none belongs": (altered(ROLE, request={"x": 1}, request_type="application/json"), "takes no body"),
    "a missing body": (altered(COMMANDS, request=None), "the body is missing"),
    "a body that is no JSON by name": (altered(COMMANDS, request_type="text/plain"), "content type"),
    "a misspelled field": (altered(COMMANDS, request=[{"name": "a", "descripton": "b"}]), "descripton"),
    "a missing field": (altered(COMMANDS, request=[{"description": "b"}]), "name"),
    "a text that is too long": (altered(COMMANDS, request=[{"name": "x" * 33, "description": "b"}]), "request /0/name"),
    "an option of no type": (
        altered(COMMANDS, request=[{"name": "a", "description": "b", "options": [{"type": 99, "name": "c"}]}]),
        "request /0/options",
    ),
    "a status that is not declared": (altered(ROLE, status=200), "status 200"),
    "a failure of the server": (altered(ROLE, status=500), "status 500"),
    "a body with 204": (altered(ROLE, response={}), "has no body"),
    "no body with 200": (altered(HISTORY, response=None), "without a body"),
    "a refusal of the wrong shape": (altered(REFUSED, response={"error": "no"}), "response"),
    "a message without its fields": (altered(HISTORY, response=[{"id": "1"}]), "response /0"),
    "a number for a snowflake": (payload(DELETED, d={"id": 1, "channel_id": "2"}), "MESSAGE_DELETE"),
    "an event without its data": (payload(DELETED, d={"id": "1"}), "channel_id"),
    "an event that is none": (payload(DELETED, t="MESSAGE_EXPLODE"), "MESSAGE_EXPLODE"),
    "an opcode that is none": (payload(HELLO, op=77), "op 77"),
    "a heartbeat that is a text": (payload(BEAT, d="5"), "op 1"),
    "a presence without a status": (payload(PRESENCE, d={"since": None, "afk": False, "game": None}), "op 3"),
}


def test_what_discord_knows_passes() -> None:
    assert list(violations(GOOD)) == []


@pytest.mark.parametrize("what", BAD)
def test_what_discord_does_not_know_is_caught(what: str) -> None:
    entry, word = BAD[what]

    found = list(violations([entry]))

    assert found, what
    assert any(word in problem for problem in found), found


def test_a_record_is_read_from_its_folder_and_a_cut_line_is_no_exchange(tmp_path: Path) -> None:
    bad = altered(ROLE, status=500, number=7)
    lines = [json.dumps(ROLE), json.dumps(bad), json.dumps(ROLE)[:40]]
    (tmp_path / "rest.jsonl").write_text("\n".join(lines))
    (tmp_path / "gateway.jsonl").write_text(json.dumps(HELLO) + "\n")

    problems = validate_record(tmp_path)

    assert len(problems) == 1
    assert problems[0].startswith("#7 PUT /guilds/1/members/2/roles/3 → 500")


def test_an_empty_record_is_a_mistake_and_no_success(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="nothing was recorded"):
        validate_record(tmp_path)


async def test_a_playground_that_answers_wrongly_is_caught() -> None:
    async with local_discord() as discord:
        await discord.say("gatehouse", "hello")
        assert discord.wrong_answers() == []
        answer = discord.play.recorder.after(0)[-1].response
        assert isinstance(answer, dict)
        del answer["author"]
        assert "author" in discord.wrong_answers()[0]
        answer["author"] = {}
        assert discord.wrong_answers()
        discord.play.recorder.forget()
