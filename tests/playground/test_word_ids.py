"""Words where ids belong, and routes that are none: each said as Discord says it, the latter counted."""

from typing import Any

import pytest

from guildwright.playground.rest.word_ids import Routes
from tests.fakes.local_discord import LocalDiscord

WORDS = [
    ("GET", "/users/olive", {"user_id": "olive"}),
    ("GET", "/channels/general/messages", {"channel_id": "general"}),
    ("PUT", "/guilds/here/members/olive/roles/3", {"guild_id": "here", "user_id": "olive"}),
    ("GET", "/guilds/-5", {"guild_id": "-5"}),
    ("GET", "/guilds/1_000", {"guild_id": "1_000"}),
    ("GET", "/guilds/99999999999999999999", {"guild_id": "99999999999999999999"}),
]


@pytest.mark.parametrize(("method", "path", "wrong"), WORDS)
async def test_a_word_in_an_id_s_place_is_named(
    discord: LocalDiscord, method: str, path: str, wrong: dict[str, str]
) -> None:
    answer = await discord.rest(method, path)

    def said(word: str) -> dict[str, Any]:
        return {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": f'Value "{word}" is not snowflake.'}]}

    assert answer.status_code == 400
    assert answer.json() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {name: said(word) for name, word in wrong.items()},
    }


async def test_a_stranger_hears_of_the_token_first(discord: LocalDiscord) -> None:
    answer = await discord.http.get("/api/v10/users/olive")

    open_to_all = await discord.http.get("/api/v10/webhooks/mine/token")

    assert (answer.status_code, answer.json()["code"]) == (401, 0)
    assert open_to_all.json()["errors"]["webhook_id"]["_errors"][0]["code"] == "NUMBER_TYPE_COERCE"


async def test_words_that_belong_there_are_no_ids(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "x")
    path = f"/channels/{discord.channel('gatehouse')}/messages/{message['id']}/reactions"

    assert (await discord.rest("PUT", f"{path}/👍/@me")).status_code == 204
    assert (await discord.rest("GET", "/users/@me/guilds")).status_code == 200


async def test_routes_that_are_none_are_counted_each_by_itself(discord: LocalDiscord) -> None:
    for method, path in (("GET", "/guilds/1/soups"), ("GET", "/guilds/2/soups"), ("BREW", "/coffee")):
        answer = await discord.rest(method, path)
        assert (answer.status_code, answer.json()) == (404, {"message": "404: Not Found", "code": 0})

    routes = (await discord.told("GET", "/unknown"))["routes"]

    assert routes == [{"route": "GET /guilds/{id}/soups", "count": 2}, {"route": "BREW /coffee", "count": 1}]
    assert await discord.effects() == {"unknown_routes": 3}
    recorded = [entry["status"] for entry in (await discord.told("GET", "/traffic"))["entries"][-3:]]
    assert recorded == [404] * 3
    await discord.told("DELETE", "/effects")
    assert (await discord.told("GET", "/unknown"))["routes"] == []


def test_a_path_that_some_route_takes_as_it_is_is_left_alone() -> None:
    routes = Routes(["/users/{user_id:int}", "/users/{word:str}", "/guilds/{guild_id:int}/x"])

    routes.check("/users/olive")
    routes.check("/elsewhere/olive")
