"""The recorded traffic as a HAR document, held against the format's own rules."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from tests.fakes.local_discord import LocalDiscord, local_discord

PAIRS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    },
}
# HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec): what every entry has to have.
ENTRY: dict[str, Any] = {
    "type": "object",
    "required": ["startedDateTime", "time", "request", "response", "cache", "timings"],
    "properties": {
        "startedDateTime": {"type": "string", "format": "date-time"},
        "time": {"type": "number", "minimum": 0},
        "request": {
            "type": "object",
            "required": [
                *("method", "url", "httpVersion", "cookies"),
                *("headers", "queryString", "headersSize", "bodySize"),
            ],
            "properties": {
                "headers": PAIRS,
                "queryString": PAIRS,
                "postData": {"type": "object", "required": ["mimeType", "text"]},
            },
        },
        "response": {
            "type": "object",
            "required": [
                *("status", "statusText", "httpVersion", "cookies", "headers"),
                *("content", "redirectURL", "headersSize", "bodySize"),
            ],
            "properties": {
                "headers": PAIRS,
                "content": {
                    "type": "object",
                    "required": ["size", "mimeType"],
                    "properties": {"text": {"type": "string"}},
                },
            },
        },
        "timings": {"type": "object", "required": ["send", "wait", "receive"]},
    },
}
LOG: dict[str, Any] = {
    "type": "object",
    "required": ["log"],
    "properties": {
        "log": {
            "type": "object",
            "required": ["version", "creator", "entries"],
            "properties": {"version": {"const": "1.2"}, "entries": {"type": "array", "items": ENTRY}},
        }
    },
}


async def har(discord: LocalDiscord, query: str = "") -> list[dict[str, Any]]:
    document = await discord.told("GET", f"/traffic.har{query}")
    jsonschema_rs.validate(LOG, document)
    entries: list[dict[str, Any]] = document["log"]["entries"]
    return entries


def rest(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if "_webSocketMessages" not in entry]


async def test_a_request_is_an_entry_with_its_bodies_headers_and_time(discord: LocalDiscord) -> None:
    await discord.rest("GET", f"/channels/{discord.channel('gatehouse')}/messages?limit=5")
    await discord.say("gatehouse", "hello")
    listed, written = rest(await har(discord))[-2:]

    assert listed["request"]["queryString"] == [{"name": "limit", "value": "5"}]
    assert listed["request"]["url"].startswith(f"http://127.0.0.1:{discord.port}/api/v10/channels/")
    assert json.loads(written["request"]["postData"]["text"]) == {"content": "hello"}
    assert json.loads(written["response"]["content"]["text"])["content"] == "hello"
    assert (written["response"]["status"], written["response"]["statusText"]) == (200, "OK")
    assert 0 < written["time"] < 10_000
    headers = {pair["name"]: pair["value"] for pair in written["request"]["headers"]}
    assert headers["authorization"] == "Bot ***"
    assert discord.token not in json.dumps(await har(discord))


async def test_a_gateway_connection_is_an_entry_with_its_payloads(discord: LocalDiscord) -> None:
    async with discord.connected() as one:
        await one.names()
    async with discord.gateway() as two:
        await two.receive()
    first, second = [entry for entry in await har(discord) if "_webSocketMessages" in entry]

    assert first["response"]["status"] == 101
    assert first["request"]["url"] == f"ws://127.0.0.1:{discord.port}/gateway?v=10&encoding=json"
    messages = [(entry["type"], json.loads(entry["data"])["op"]) for entry in first["_webSocketMessages"]]
    assert messages[:2] == [("receive", 10), ("send", 2)]
    assert ("receive", 11) in messages
    assert [json.loads(entry["data"])["op"] for entry in second["_webSocketMessages"]] == [10]


async def test_a_form_with_files_shows_its_json_and_not_its_bytes(discord: LocalDiscord) -> None:
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    parts = {
        "payload_json": (None, json.dumps({"content": "look"}), "application/json"),
        "files[0]": ("secret.bin", b"\x00\xff" * 1000, "application/octet-stream"),
    }
    answer = await discord.rest("POST", path, files=parts)
    entry = rest(await har(discord))[-1]

    assert answer.status_code == 200, answer.text
    assert json.loads(entry["request"]["postData"]["text"]) == {"content": "look"}
    assert entry["request"]["bodySize"] > 2000


async def test_tokens_are_masked_in_whatever_form_they_cross_the_wire(tmp_path: Path) -> None:
    async with local_discord(record=tmp_path) as discord:
        hook = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/webhooks", {"name": "Crier"})
        await discord.http.get("/api/v10/users/@me", headers={"authorization": discord.token})
        await discord.rest("POST", f"/webhooks/{hook['id']}/{hook['token']}?wait=true", {"content": "x"})
        await discord.callback({"id": "1", "token": "aW50ZXJhY3Rpb24"}, 5)
        entries = rest(await har(discord))[-3:]
        told = (await discord.told("GET", "/traffic"))["entries"][-3:]
    lines = (tmp_path / "rest.jsonl").read_text().splitlines()[-3:]

    assert [
        {pair["name"]: pair["value"] for pair in entry["request"]["headers"]}.get("authorization") for entry in entries
    ] == [
        "***",
        "Bot ***",
        None,
    ]
    assert entries[1]["request"]["url"].endswith(f"/api/v10/webhooks/{hook['id']}/***?wait=true")
    assert entries[2]["request"]["url"].endswith("/interactions/1/***/callback")
    for token in (discord.token, hook["token"], "aW50ZXJhY3Rpb24"):
        assert token not in json.dumps([entries, told, lines])


async def test_a_cut_connection_has_no_status(discord: LocalDiscord) -> None:
    await discord.told("POST", "/faults", {"effect": "reset"})
    with pytest.raises(httpx.TransportError):
        await discord.say("gatehouse", "x")
    entry = rest(await har(discord))[-1]

    assert (entry["response"]["status"], entry["_faults"]) == (0, ["reset"])
    assert "cut" in entry["response"]["_error"]


async def test_traffic_is_picked_by_guild(discord: LocalDiscord) -> None:
    other = await discord.told("POST", "/guilds", {"name": "Elsewhere", "owner_name": "Pat"})
    async with discord.connected() as gateway:
        await gateway.names()
        await discord.rest("GET", f"/guilds/{other['id']}")
        await discord.rest("GET", f"/guilds/{discord.guild}")
        await discord.say("gatehouse", "x")
        await gateway.names()
    entries = await har(discord, f"?guild_id={discord.guild}")

    paths = [entry["request"]["url"].partition("/api/v10")[2] for entry in rest(entries)]
    assert paths == [f"/guilds/{discord.guild}", f"/channels/{discord.channel('gatehouse')}/messages"]
    told = [json.loads(m["data"])["t"] for e in entries for m in e.get("_webSocketMessages", [])]
    assert told == ["GUILD_CREATE", "MESSAGE_CREATE"]


async def test_traffic_is_picked_by_time(discord: LocalDiscord) -> None:
    await discord.say("gatehouse", "one")
    at = datetime.fromisoformat(rest(await har(discord))[-1]["startedDateTime"]) + timedelta(minutes=30)
    await discord.told("PATCH", "/clock", {"move_seconds": 3600})
    await discord.say("gatehouse", "two")

    def said(entries: list[dict[str, Any]]) -> list[str]:
        bodies = [entry["request"].get("postData") for entry in rest(entries)]
        return [json.loads(body["text"])["content"] for body in bodies if body]

    moment = at.isoformat()
    assert said(await har(discord, f"?since={moment}")) == ["two"]
    assert said(await har(discord, f"?until={moment.replace('+00:00', 'Z')}")) == ["one"]
    answer = await discord.control("GET", "/traffic.har?since=soon")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "since")
