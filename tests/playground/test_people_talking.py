"""What people do with messages and threads through the control API: as in Discord, and as bots hear of it."""

import pytest

from tests.fakes.local_discord import Json, LocalDiscord


async def written(discord: LocalDiscord, user: str, content: str, channel: str = "gatehouse") -> Json:
    body = {"user_id": discord.user(user), "content": content}
    message: Json = await discord.told("POST", f"/channels/{discord.channel(channel)}/messages", body)
    return message


async def code_of(discord: LocalDiscord, method: str, path: str, body: object = None) -> tuple[int, str]:
    answer = await discord.control(method, path, body)
    return answer.status_code, answer.json()["error"]["code"]


async def test_people_edit_their_own_messages_only(discord: LocalDiscord) -> None:
    message = await written(discord, "ana", "tomorow")
    path = f"/messages/{message['id']}"
    mended = await discord.told("PATCH", path, {"user_id": discord.user("ana"), "content": "tomorrow"})
    assert (mended["content"], mended["edited_timestamp"] is not None) == ("tomorrow", True)
    for user, content, refused in (("bo", "x", (403, "forbidden")), ("ana", "", (400, "discord_50006"))):
        body = {"user_id": discord.user(user), "content": content}
        assert await code_of(discord, "PATCH", path, body) == refused


async def test_a_moderators_deletion_is_in_the_audit_log_and_ones_own_is_not(discord: LocalDiscord) -> None:
    first, second, third = [await written(discord, "ana", content) for content in ("one", "two", "three")]
    await discord.told("DELETE", f"/messages/{first['id']}/as/{discord.user('ana')}")
    await discord.told("DELETE", f"/messages/{second['id']}/as/{discord.user('bo')}")
    cy = discord.user("cy")
    assert await code_of(discord, "DELETE", f"/messages/{third['id']}/as/{cy}") == (403, "forbidden")
    entries = (await discord.told("GET", f"/guilds/{discord.guild}/audit-log"))["entries"]
    deletions = [entry for entry in entries if entry["action"] == "MESSAGE_DELETE"]
    assert [(entry["user_id"], entry["target_id"]) for entry in deletions] == [
        (discord.user("bo"), discord.user("ana"))
    ]


async def test_a_pin_of_a_person_is_announced_in_the_channel_in_their_name(discord: LocalDiscord) -> None:
    message = await written(discord, "ana", "keep this")
    path = f"/messages/{message['id']}/pin"
    assert await code_of(discord, "POST", path, {"user_id": discord.user("cy")}) == (403, "forbidden")
    pinned = await discord.told("POST", path, {"user_id": discord.user("olive")})
    assert pinned["pinned"] is True
    newest = (await discord.ask("GET", f"/channels/{message['channel_id']}/messages?limit=1"))[0]
    assert (newest["type"], newest["author"]["id"]) == (6, discord.user("olive"))
    assert (await discord.told("POST", path, {"user_id": discord.user("olive"), "remove": True}))["pinned"] is False


async def test_a_thread_from_a_message_has_its_id_and_the_bot_sees_it(discord: LocalDiscord) -> None:
    message = await written(discord, "ana", "let us talk")
    body = {"user_id": discord.user("cy"), "name": "Talk", "message_id": message["id"]}
    path = f"/channels/{message['channel_id']}/threads"
    thread = await discord.told("POST", path, body)
    assert thread["id"] == message["id"]
    assert await code_of(discord, "POST", path, body) == (409, "has_thread")
    seen = await discord.ask("GET", f"/channels/{thread['id']}")
    assert (seen["name"], seen["type"], seen["owner_id"]) == ("Talk", 11, discord.user("cy"))
    members = {entry["user_id"] for entry in await discord.ask("GET", f"/channels/{thread['id']}/thread-members")}
    assert members == {discord.user("cy")}


async def test_a_thread_is_joined_left_archived_and_woken_by_whom_discord_lets(discord: LocalDiscord) -> None:
    made = {"user_id": discord.user("ana"), "name": "Plans"}
    thread = await discord.told("POST", f"/channels/{discord.channel('gatehouse')}/threads", made)
    path = f"/threads/{thread['id']}"
    await discord.told("PATCH", path, {"user_id": discord.user("cy"), "member": True})
    await discord.told("PATCH", path, {"user_id": discord.user("ana"), "member": False})
    members = {entry["user_id"] for entry in await discord.ask("GET", f"/channels/{thread['id']}/thread-members")}
    assert members == {discord.user("cy")}
    cy_archives = {"user_id": discord.user("cy"), "archived": True}
    assert await code_of(discord, "PATCH", path, cy_archives) == (403, "forbidden")
    await discord.told("PATCH", path, {"user_id": discord.user("ana"), "archived": True})
    state = (await discord.ask("GET", f"/channels/{thread['id']}"))["thread_metadata"]
    assert (state["archived"], state["locked"]) == (True, False)
    await discord.told("PATCH", path, {"user_id": discord.user("cy"), "archived": False})
    ana_locks = {"user_id": discord.user("ana"), "locked": True}
    assert await code_of(discord, "PATCH", path, ana_locks) == (403, "forbidden")
    await discord.told("PATCH", path, {"user_id": discord.user("olive"), "locked": True, "name": "Old plans"})
    assert (await discord.ask("GET", f"/channels/{thread['id']}"))["name"] == "Old plans"


@pytest.mark.parametrize(
    ("user", "channel", "body", "refused"),
    [
        ("ana", "gatehouse", {"name": " "}, (422, "invalid")),
        ("ana", "gatehouse", {"name": "x" * 101}, (422, "invalid")),
        ("cy", "gatehouse", {"name": "x", "private": True}, (403, "forbidden")),
        ("ana", "Hearth", {"name": "x"}, (422, "invalid")),
        ("ana", "mod-log", {"name": "x"}, (403, "forbidden")),
        ("ana", "gatehouse", {"name": "x", "message_id": "1"}, (404, "unknown_message")),
    ],
)
async def test_a_thread_that_cannot_be_is_refused(
    discord: LocalDiscord, user: str, channel: str, body: Json, refused: tuple[int, str]
) -> None:
    whole = {"user_id": discord.user(user), **body}
    assert await code_of(discord, "POST", f"/channels/{discord.channel(channel)}/threads", whole) == refused


async def test_whoever_comes_back_has_the_flag_of_those_who_rejoined(discord: LocalDiscord) -> None:
    cy, members = discord.user("cy"), f"/guilds/{discord.guild}/members"
    assert (await discord.ask("GET", f"{members}/{cy}"))["flags"] == 0
    await discord.told("DELETE", f"{members}/{cy}")
    await discord.told("POST", members, {"user_id": cy})
    assert (await discord.ask("GET", f"{members}/{cy}"))["flags"] == 1
    await discord.told("POST", members, {"name": "Dee"})
    assert (await discord.ask("GET", f"{members}/{discord.user('dee')}"))["flags"] == 0
