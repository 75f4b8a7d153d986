"""The control API, as a stranger with nothing but its document uses it."""

import asyncio
import json
from typing import Any

import jsonschema_rs
import pytest

from tests.fakes.local_discord import LocalDiscord
from tests.fakes.waiting import eventually


async def document(discord: LocalDiscord) -> dict[str, Any]:
    loaded: dict[str, Any] = (await discord.http.get("/control/openapi.json")).json()
    return loaded


async def test_every_operation_says_what_it_does_takes_and_returns(discord: LocalDiscord) -> None:
    paths = (await document(discord))["paths"]

    for path, methods in paths.items():
        assert path.startswith("/control/")
        assert not path.startswith("/control/schema")
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            if "requestBody" in operation:
                assert "$ref" in json.dumps(operation["requestBody"]), where
            status, success = next(entry for entry in operation["responses"].items() if entry[0] < "300")
            assert "$ref" in json.dumps(success) or status == "204" or path.endswith("/events"), where
            for status in ("404", "422"):
                assert "ErrorBody" in json.dumps(operation["responses"][status]), where


async def test_answers_match_their_own_document(discord: LocalDiscord) -> None:
    schema = await document(discord)
    await discord.say("gatehouse", "hello", embeds=[{"title": "x"}])
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "ping", "description": "p"}])
    gatehouse, ana = discord.channel("gatehouse"), discord.user("ana")
    looks = {
        "/control/state": "/state",
        "/control/guilds/{guild_id}": f"/guilds/{discord.guild}",
        "/control/channels/{channel_id}/messages": f"/channels/{gatehouse}/messages",
        "/control/commands": f"/commands?user_id={ana}&channel_id={gatehouse}",
        "/control/effects": "/effects",
        "/control/traffic": "/traffic",
        "/control/gateway": "/gateway",
        "/control/processes": "/processes",
        "/control/users/{user_id}/private": f"/users/{ana}/private",
    }
    registry = jsonschema_rs.Registry([("urn:control", schema)])
    for template, path in looks.items():
        escaped = template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
        pointer = f"#/paths/{escaped}/get/responses/200/content/application~1json/schema"
        validator = jsonschema_rs.Draft202012Validator({"$ref": f"urn:control{pointer}"}, registry=registry)
        assert [error.message for error in validator.iter_errors(await discord.told("GET", path))] == [], template


async def test_the_readable_page_needs_no_script_and_nothing_from_elsewhere(discord: LocalDiscord) -> None:
    page = await discord.http.get("/control/")

    assert page.status_code == 200
    assert "<script" not in page.text
    assert "//" not in page.text.replace("http://", "").replace("https://", "") or "src=" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in (await document(discord))["paths"]:
        assert path in page.text


RUBBISH: dict[str, tuple[str, str, object, int, str | None]] = {
    "no such route": ("GET", "/nope", None, 404, None),
    "a wrong method": ("PATCH", "/state", {}, 405, None),
    "an id that is none": ("GET", "/guilds/x", None, 422, "guild_id"),
    "an unknown guild": ("GET", "/guilds/1", None, 404, "guild_id"),
    "an unknown channel": ("GET", "/channels/1/messages", None, 404, "channel_id"),
    "a limit of none": ("GET", "/channels/CHANNEL/messages?limit=0", None, 422, "limit"),
    "a limit that is a word": ("GET", "/channels/CHANNEL/messages?limit=x", None, 422, "limit"),
    "a missing field": ("POST", "/channels/CHANNEL/messages", {"content": "x"}, 422, "user_id"),
    "a field of the wrong type": ("POST", "/channels/CHANNEL/messages", {"user_id": 1, "content": "x"}, 422, "user_id"),
    "an unknown field": ("POST", "/channels/CHANNEL/messages", {"user_id": "USER", "content": "x", "z": 1}, 422, "z"),
    "nothing to say": ("POST", "/channels/CHANNEL/messages", {"user_id": "USER", "content": " "}, 400, None),
    "too much to say": (
        "POST",
        "/channels/CHANNEL/messages",
        {"user_id": "USER", "content": "x" * 2001},
        422,
        "content",
    ),
    "acting as the bot": ("POST", "/channels/CHANNEL/messages", {"user_id": "BOT", "content": "x"}, 403, "user_id"),
    "a list for a body": ("POST", "/guilds", [], 422, None),
    "a nameless guild": ("POST", "/guilds", {"name": ""}, 422, "name"),
    "permissions that are words": (
        "POST",
        "/guilds/GUILD/roles",
        {"name": "x", "permissions": "all"},
        422,
        "permissions",
    ),
    "a colour beyond white": ("POST", "/guilds/GUILD/roles", {"name": "x", "color": 1 << 24}, 422, "color"),
    "a member twice": ("POST", "/guilds/GUILD/members", {"user_id": "USER"}, 409, "user_id"),
    "a birth tomorrow": (
        "POST",
        "/guilds/GUILD/members",
        {"name": "x", "created_at": "2999-01-01T00:00:00Z"},
        422,
        "created_at",
    ),
    "an overwrite for no role": (
        "POST",
        "/guilds/GUILD/channels",
        {"name": "x", "overwrites": [{"id": "1"}]},
        404,
        "overwrites.0.id",
    ),
    "an overwrite for no member": (
        "POST",
        "/guilds/GUILD/channels",
        {"name": "x", "overwrites": [{"id": "GUILD"}, {"id": "1", "type": 1}]},
        404,
        "overwrites.1.id",
    ),
    "a birth in words": ("POST", "/guilds/GUILD/members", {"name": "x", "created_at": "today"}, 422, "created_at"),
    "an unknown role": ("PUT", "/guilds/GUILD/members/USER/roles/1", None, 404, "role_id"),
    "inviting twice": ("PUT", "/guilds/GUILD/bot", {}, 409, None),
    "an unknown message": (
        "POST",
        "/components",
        {"user_id": "USER", "message_id": "1", "custom_id": "x"},
        404,
        "message_id",
    ),
    "an unknown modal": ("POST", "/modals", {"user_id": "USER", "modal_id": "1"}, 404, "modal_id"),
    "an unknown command": (
        "POST",
        "/commands",
        {"user_id": "USER", "channel_id": "CHANNEL", "command": "x"},
        404,
        "command",
    ),
    "an unknown session": ("DELETE", "/gateway/x", None, 404, None),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", RUBBISH)
async def test_rubbish_is_refused_with_code_message_and_field(shared_discord: LocalDiscord, what: str) -> None:
    method, path, body, status, field = RUBBISH[what]
    names = {
        "CHANNEL": shared_discord.channel("gatehouse"),
        "USER": shared_discord.user("ana"),
        "BOT": shared_discord.application,
        "GUILD": shared_discord.guild,
    }
    text = json.dumps(body)
    for name, real in names.items():
        path, text = path.replace(name, real), text.replace(f'"{name}"', f'"{real}"')

    response = await shared_discord.control(method, path, None if body is None else json.loads(text))

    assert response.status_code == status, response.text
    error = response.json()["error"]
    assert set(error) == {"code", "message", "field"}
    assert error["message"]
    assert error["field"] == field


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b'"x"', b"[" * 5000])
async def test_a_body_that_is_no_json_object_is_a_refusal(shared_discord: LocalDiscord, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await shared_discord.http.post("/control/commands", content=body, headers=headers)

    assert response.status_code in {400, 422}
    assert response.json()["error"]["message"]


async def test_changes_are_told_as_events(discord: LocalDiscord) -> None:
    async with discord.http.stream("GET", "/control/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        listening = asyncio.create_task(first_event(lines))
        await eventually(lambda: discord.play.feed.listeners)
        await discord.say("gatehouse", "hello")
        async with asyncio.timeout(30):
            name, data = await listening

    assert (name, data["message"]["content"]) == ("message_create", "hello")
    assert data["channel_id"] == discord.channel("gatehouse")


async def first_event(lines: Any) -> tuple[str, Any]:
    name = ""
    async for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


async def test_the_world_can_be_arranged(discord: LocalDiscord) -> None:
    guild = await discord.told("POST", "/guilds", {"name": "Second", "owner_name": "Zoe", "invite_bot": False})
    path = f"/guilds/{guild['id']}"
    role = await discord.told("POST", f"{path}/roles", {"name": "Guard", "permissions": "8192"})
    member = await discord.told(
        "POST", f"{path}/members", {"name": "Old Tim", "roles": [role["id"]], "created_at": "2016-05-01T00:00:00Z"}
    )
    channel = await discord.told("POST", f"{path}/channels", {"name": "cellar", "private": True})
    await discord.told("DELETE", f"{path}/members/{member['user']['id']}/roles/{role['id']}")
    invited = await discord.told("PUT", f"{path}/bot", {"permissions": "3072"})
    await discord.told("DELETE", f"{path}/members/{member['user']['id']}")

    assert member["user"]["created_at"].startswith("2016-05-01T00:00:00")
    assert (guild["bot_present"], invited["bot_present"], channel["private"]) == (False, True, True)
    bot = next(entry for entry in invited["members"] if entry["user"]["bot"])
    assert int(bot["permissions"]) & 3072 == 3072
    after = await discord.told("GET", path)
    assert {entry["user"]["name"] for entry in after["members"]} == {"Zoe", "Guildwright"}


async def test_effects_are_counted_per_place_and_can_be_reset(discord: LocalDiscord) -> None:
    await discord.say("gatehouse", "one")
    await discord.say("giveaways", "two")

    effects = await discord.told("GET", f"/effects?guild_id={discord.guild}")
    before = await discord.told("DELETE", "/effects")

    assert effects["totals"] == {"messages_created": 2}
    places = {place["channel_id"]: place["count"] for place in effects["places"]}
    assert places == {discord.channel("gatehouse"): 1, discord.channel("giveaways"): 1}
    assert before == effects
    assert await discord.effects() == {}


async def test_an_unknown_route_of_discord_is_counted(discord: LocalDiscord) -> None:
    response = await discord.rest("GET", "/nothing/here")

    assert (response.status_code, response.json()) == (404, {"message": "404: Not Found", "code": 0})
    assert await discord.effects() == {"unknown_routes": 1}


async def test_traffic_shows_both_ways_without_the_token(discord: LocalDiscord) -> None:
    async with discord.connected():
        await discord.say("gatehouse", "seen")
        traffic = await discord.told("GET", "/traffic")
    kinds = {entry["kind"] for entry in traffic["entries"]}
    written = next(entry for entry in traffic["entries"] if entry["method"] == "POST")

    assert kinds == {"rest", "gateway_received", "gateway_sent"}
    assert (written["request"]["content"], written["status"]) == ("seen", 200)
    assert discord.token not in json.dumps(traffic)
    assert (await discord.told("GET", f"/traffic?after={traffic['last']}"))["entries"] == []
