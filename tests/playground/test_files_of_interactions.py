"""Files in interactions: options and inputs that take them, and answers of the bot that bring some."""

import base64
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.local_discord import Json, LocalDiscord, local_discord

COMMAND: Json = {
    "name": "show",
    "description": "Show",
    "options": [
        {"type": 11, "name": "first", "description": "F"},
        {"type": 11, "name": "second", "description": "S"},
    ],
}
UPLOAD: Json = {"type": 19, "custom_id": "proof", "max_values": 2}
MODAL: Json = {"custom_id": "m", "title": "M", "components": [{"type": 18, "label": "Proof", "component": UPLOAD}]}


def file(name: str, text: str, **more: str) -> Json:
    return {"filename": name, "content": base64.b64encode(text.encode()).decode()} | more


async def running(discord: LocalDiscord, *files: Json, **options: object) -> Json:
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [COMMAND])
    place = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "show"}
    return place | {"options": options, "files": list(files)}


def answering(discord: LocalDiscord, kind: int, data: Json) -> Callable[[Json], Awaitable[None]]:
    async def answer(interaction: Json) -> None:
        first = interaction["type"] == 2
        response = await discord.callback(interaction, kind if first else 4, data if first else {"content": "Thanks"})
        assert response.status_code == 204, response.text

    return answer


async def send(discord: LocalDiscord, method: str, path: str, body: Json, *files: tuple[str, bytes, str]) -> Json:
    """The bot sends a form to the webhook of an interaction."""
    parts: list[Any] = [("payload_json", (None, json.dumps(body), "application/json"))]
    parts += [(f"files[{number}]", entry) for number, entry in enumerate(files)]
    response = await discord.http.request(method, f"/api/v10{path}", files=parts)
    assert response.is_success, response.text
    told: Json = response.json() if response.content else {}
    return told


async def test_an_option_that_takes_a_file_arrives_as_an_attachment_that_is_served(discord: LocalDiscord) -> None:
    body = await running(discord, file("a.txt", "Aa"), file("b.txt", "Bb", content_type="text/x-b"), first=1, second=0)

    async with discord.answering(answering(discord, 4, {"content": "Seen"})) as came:
        await discord.told("POST", "/commands", body)

    data = came[0]["data"]
    chosen = {option["name"]: data["resolved"]["attachments"][option["value"]] for option in data["options"]}
    assert {name: entry["filename"] for name, entry in chosen.items()} == {"first": "b.txt", "second": "a.txt"}
    assert (chosen["first"]["size"], chosen["first"]["ephemeral"]) == (2, True)
    assert chosen["first"]["content_type"].startswith("text/x-b")
    assert (await discord.http.get(chosen["second"]["url"])).text == "Aa"


async def test_an_input_of_a_modal_takes_files(discord: LocalDiscord) -> None:
    async with discord.answering(answering(discord, 9, MODAL)) as came:
        opened = await discord.told("POST", "/commands", await running(discord))
        modal = {"user_id": discord.user("ana"), "modal_id": opened["modal"]["modal_id"]}
        files = [file("1.txt", "one"), file("2.txt", "two")]
        many = await discord.control(
            "POST", "/modals", modal | {"files": [*files, *files], "values": {"proof": list("012")}}
        )
        none = await discord.control("POST", "/modals", modal)
        await discord.told("POST", "/modals", modal | {"files": files, "values": {"proof": ["0", "1"]}})

    values = came[1]["data"]["components"][0]["component"]["values"]
    assert [came[1]["data"]["resolved"]["attachments"][value]["filename"] for value in values] == ["1.txt", "2.txt"]
    for refused in (many, none):
        assert (refused.status_code, refused.json()["error"]["field"]) == (422, "values.proof")


@pytest.mark.parametrize(
    ("files", "options", "field"),
    [
        ([], {"first": 0}, "options.first"),
        ([file("a", "a")], {"first": "a"}, "options.first"),
        ([file("a", "a")], {"first": True}, "options.first"),
        ([file("a", "a")], {"first": 0, "second": 0}, "options.second"),
        ([file("a", "a")], {}, "files.0"),
        ([{"filename": "a", "content": "not base64!"}], {"first": 0}, "files[0].content"),
    ],
)
async def test_files_and_options_have_to_match(
    discord: LocalDiscord, files: list[Json], options: Json, field: str
) -> None:
    response = await discord.control("POST", "/commands", await running(discord, *files, **options))

    assert (response.status_code, response.json()["error"]["field"]) == (422, field), response.text


async def test_a_member_writes_with_files(discord: LocalDiscord) -> None:
    body = {"user_id": discord.user("ana"), "files": [file("note.txt", "hello", description="a note")]}

    message = await discord.told("POST", f"/channels/{discord.channel('gatehouse')}/messages", body)

    entry = message["attachments"][0]
    assert (message["content"], entry["filename"], entry["description"]) == ("", "note.txt", "a note")
    assert (await discord.http.get(entry["url"])).text == "hello"


async def test_answers_edits_and_follow_ups_bring_files(discord: LocalDiscord) -> None:
    async def answer(interaction: Json) -> None:
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
        body = {"type": 4, "data": {"content": "x", "attachments": [{"id": 0, "description": "d"}]}}
        await send(discord, "POST", path, body, ("one.txt", b"1", "text/plain"))

    async with discord.answering(answer) as came:
        result = await discord.told("POST", "/commands", await running(discord))
    hook = f"/webhooks/{discord.application}/{came[0]['token']}"
    edited = await send(discord, "PATCH", f"{hook}/messages/@original", {}, ("two.txt", b"2", "text/plain"))
    more = await send(discord, "POST", hook, {"flags": 64}, ("three.txt", b"3", "text/plain"))

    assert [entry["description"] for entry in result["message"]["attachments"]] == ["d"]
    assert [entry["filename"] for entry in edited["attachments"]] == ["two.txt"]
    assert [entry["filename"] for entry in more["attachments"]] == ["three.txt"]


async def test_a_file_of_an_option_is_still_served_after_a_restart(tmp_path: Path) -> None:
    async with local_discord(tmp_path / "data.sqlite3") as discord:
        async with discord.answering(answering(discord, 4, {"content": "Seen"})) as came:
            await discord.told("POST", "/commands", await running(discord, file("a.txt", "Aa"), first=0))
        (entry,) = came[0]["data"]["resolved"]["attachments"].values()
    async with local_discord(tmp_path / "data.sqlite3") as discord:
        path = entry["url"].partition("/attachments")[2]
        assert (await discord.http.get(f"/attachments{path}")).text == "Aa"
