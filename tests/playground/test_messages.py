"""Creating, reading, editing and deleting messages as a bot."""

from datetime import timedelta

import pytest

from guildwright.playground.posting import NONCE_WINDOW
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord


async def test_a_created_message_is_returned_read_and_counted(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "hello", embeds=[{"title": "A tankard", "color": 0x8A5A0A}])

    read = await discord.ask("GET", f"/channels/{made['channel_id']}/messages/{made['id']}")

    assert read == made
    assert read["embeds"] == [{"type": "rich", "title": "A tankard", "color": 0x8A5A0A}]
    assert await discord.effects() == {"messages_created": 1}


async def test_history_is_newest_first_and_pages_by_before_after_and_around(discord: LocalDiscord) -> None:
    ids = [(await discord.say("gatehouse", f"{number}"))["id"] for number in range(7)]
    path = f"/channels/{discord.channel('gatehouse')}/messages"

    async def page(query: str) -> list[str]:
        return [message["id"] for message in await discord.ask("GET", path + query)]

    assert await page("") == ids[::-1]
    assert await page("?limit=2") == [ids[6], ids[5]]
    assert await page(f"?limit=2&before={ids[4]}") == [ids[3], ids[2]]
    assert await page(f"?limit=2&after={ids[1]}") == [ids[3], ids[2]]
    assert await page(f"?limit=3&around={ids[3]}") == [ids[4], ids[3], ids[2]]


async def test_a_nonce_comes_back_to_its_sender_but_not_in_the_history(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "once", nonce="n-1", enforce_nonce=True)

    history = await discord.ask("GET", f"/channels/{made['channel_id']}/messages")

    assert made["nonce"] == "n-1"
    assert "nonce" not in history[0]


async def test_an_enforced_nonce_gives_the_first_message_again(discord: LocalDiscord) -> None:
    first = await discord.say("gatehouse", "once", nonce="n-1", enforce_nonce=True)
    again = await discord.say("gatehouse", "twice", nonce="n-1", enforce_nonce=True)
    elsewhere = await discord.say("giveaways", "once", nonce="n-1", enforce_nonce=True)
    careless = await discord.say("gatehouse", "once", nonce="n-1")

    assert again["id"] == first["id"]
    assert again["content"] == "once"
    assert len({first["id"], elsewhere["id"], careless["id"]}) == 3
    assert (await discord.effects())["messages_created"] == 3


async def test_an_edit_changes_only_what_it_names(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "old", embeds=[{"title": "kept"}])

    edited = await discord.ask("PATCH", f"/channels/{made['channel_id']}/messages/{made['id']}", {"content": "new"})

    assert (edited["content"], edited["embeds"]) == ("new", made["embeds"])
    assert edited["edited_timestamp"]
    assert (await discord.effects())["messages_edited"] == 1


async def test_a_bot_edits_no_message_of_others(discord: LocalDiscord) -> None:
    channel = discord.channel("gatehouse")
    theirs = await discord.told(
        "POST", f"/channels/{channel}/messages", {"user_id": discord.user("ana"), "content": "hi"}
    )

    response = await discord.rest("PATCH", f"/channels/{channel}/messages/{theirs['id']}", {"content": "ha"})

    assert (response.status_code, response.json()["code"]) == (403, 50005)


async def test_a_deleted_message_is_unknown_and_a_second_delete_is_refused(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "gone")
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"

    await discord.ask("DELETE", path)

    for method in ("GET", "DELETE"):
        response = await discord.rest(method, path)
        assert (response.status_code, response.json()["code"]) == (404, 10008)
    assert (await discord.effects())["messages_deleted"] == 1


async def test_bulk_delete_counts_every_message(discord: LocalDiscord) -> None:
    made = [await discord.say("gatehouse", f"{number}") for number in range(3)]
    ids = [message["id"] for message in made]

    await discord.ask("POST", f"/channels/{made[0]['channel_id']}/messages/bulk-delete", {"messages": ids})

    assert await discord.ask("GET", f"/channels/{made[0]['channel_id']}/messages") == []
    assert (await discord.effects())["messages_deleted"] == 3


async def test_bulk_delete_takes_two_to_a_hundred_messages_of_two_weeks(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    ids = [(await slow_discord.say("gatehouse", f"{number}"))["id"] for number in range(2)]
    path = f"/channels/{slow_discord.channel('gatehouse')}/messages/bulk-delete"

    few = await slow_discord.rest("POST", path, {"messages": ids[:1]})
    many = await slow_discord.rest("POST", path, {"messages": ["1"] * 101})
    clock.set(clock.now() + timedelta(days=14, minutes=1))
    old = await slow_discord.rest("POST", path, {"messages": ids})

    assert [answer.json()["code"] for answer in (few, many, old)] == [50016, 50016, 50034]


async def test_an_id_that_stands_twice_in_a_set_of_ids_is_refused(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "once")
    path = f"/channels/{made['channel_id']}/messages"

    deleted = await discord.rest("POST", f"{path}/bulk-delete", {"messages": [made["id"]] * 2})
    pinged = await discord.rest("POST", path, {"content": "x", "allowed_mentions": {"users": ["1", 1]}})

    code = "SET_TYPE_ALREADY_CONTAINS_VALUE"
    assert (deleted.status_code, deleted.json()["errors"]["messages"]["_errors"][0]["code"]) == (400, code)
    users = pinged.json()["errors"]["allowed_mentions"]["users"]
    assert (pinged.status_code, users["_errors"][0]["code"]) == (400, code)
    assert "messages_deleted" not in {name for name, count in (await discord.effects()).items() if count}


async def test_a_nonce_is_remembered_within_its_window_only(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    first = await slow_discord.say("gatehouse", "once", nonce="n", enforce_nonce=True)
    clock.set(clock.now() + NONCE_WINDOW + timedelta(seconds=1))

    later = await slow_discord.say("gatehouse", "twice", nonce="n", enforce_nonce=True)

    assert later["id"] != first["id"]


BUTTON = {"type": 2, "style": 1, "label": "Enter", "custom_id": "a"}

REFUSED: dict[str, tuple[Json, str]] = {
    "a text of 2,001 characters": ({"content": "x" * 2001}, "content"),
    "an eleventh embed": ({"embeds": [{"title": "x"}] * 11}, "embeds"),
    "an embed title of 257": ({"embeds": [{"title": "x" * 257}]}, "embeds.0.title"),
    "6,001 characters in embeds": ({"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]}, "embeds"),
    "an embed without anything": ({"embeds": [{}]}, "embeds.0.description"),
    "a javascript link": ({"embeds": [{"title": "x", "url": "javascript:alert(1)"}]}, "embeds.0.url"),
    "a field without value": ({"embeds": [{"fields": [{"name": "x"}]}]}, "embeds.0.fields.0.value"),
    "a sixth row": ({"components": [{"type": 1, "components": [BUTTON]}] * 6}, "components"),
    "a sixth button": (
        {"components": [{"type": 1, "components": [BUTTON | {"custom_id": str(n)} for n in range(6)]}]},
        "components.0.components",
    ),
    "a custom_id twice": (
        {"components": [{"type": 1, "components": [BUTTON, BUTTON]}]},
        "components.0.components.1.custom_id",
    ),
    "a button outside a row": ({"components": [BUTTON]}, "components.0.type"),
    "a button without label": (
        {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "custom_id": "a"}]}]},
        "components.0.components.0.label",
    ),
    "a custom_id of 101": (
        {"components": [{"type": 1, "components": [BUTTON | {"custom_id": "x" * 101}]}]},
        "components.0.components.0.custom_id",
    ),
    "26 options": (
        {
            "components": [
                {
                    "type": 1,
                    "components": [
                        {"type": 3, "custom_id": "s", "options": [{"label": "x", "value": str(n)} for n in range(26)]},
                    ],
                },
            ],
        },
        "components.0.components.0.options",
    ),
    "a nonce of 26": ({"content": "x", "nonce": "n" * 26}, "nonce"),
    "an unknown reference": ({"content": "x", "message_reference": {"message_id": "1"}}, "message_reference"),
    "content beside new components": (
        {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]},
        "content",
    ),
    "conflicting mentions": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions",
    ),
    "content that is a list": ({"content": []}, "content"),
    "embeds that are a text": ({"embeds": "x"}, "embeds"),
    "a flag for interactions alone": ({"content": "x", "flags": 64}, "flags"),
    "a flag that only Discord sets": ({"content": "x", "flags": 1}, "flags"),
    "a voice message": ({"content": "x", "flags": 1 << 13}, "flags"),
    "a poll": ({"content": "x", "poll": {"question": {"text": "?"}, "answers": []}}, "poll"),
    "a poll of nothing": ({"content": "x", "poll": {}}, "poll"),
    "an attachment without its file": (
        {"content": "x", "attachments": [{"id": 0, "filename": "a.png"}]},
        "attachments.0",
    ),
    "a file component of no file": (
        {"flags": 1 << 15, "components": [{"type": 13, "file": {"url": "attachment://a.txt"}}]},
        "components.0.file.url",
    ),
}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("what", REFUSED)
async def test_discord_s_limits_are_kept(shared_discord: LocalDiscord, what: str) -> None:
    body, place = REFUSED[what]

    response = await shared_discord.rest("POST", f"/channels/{shared_discord.channel('gatehouse')}/messages", body)

    refusal = response.json()
    assert (response.status_code, refusal["code"]) == (400, 50035), what
    node = refusal["errors"]
    for step in place.split("."):
        node = node[step]
    assert node["_errors"][0]["code"]
    assert await shared_discord.effects() == {}


async def test_an_empty_message_is_refused(discord: LocalDiscord) -> None:
    path = f"/channels/{discord.channel('gatehouse')}/messages"
    bodies: list[Json] = [{}, {"content": ""}, {"content": "  \n "}, {"embeds": []}]
    for body in bodies:
        response = await discord.rest("POST", path, body)
        assert (response.status_code, response.json()["code"]) == (400, 50006), body


async def test_new_style_components_are_returned_with_ids(discord: LocalDiscord) -> None:
    container = {
        "type": 17,
        "components": [
            {"type": 10, "content": "**Prize**"},
            {"type": 14},
            {"type": 9, "components": [{"type": 10, "content": "Claim it"}], "accessory": BUTTON},
        ],
    }
    path = f"/channels/{discord.channel('gatehouse')}/messages"

    made = await discord.ask("POST", path, {"flags": 1 << 15, "components": [container]})

    shown = made["components"][0]
    assert shown["id"] == 1
    assert [part["id"] for part in shown["components"]] == [2, 3, 4]
    assert shown["components"][1] == {"type": 14, "id": 3, "divider": True, "spacing": 1}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'"x"', b"null", b"1e999"])
async def test_rubbish_is_a_refusal_and_no_failure(shared_discord: LocalDiscord, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    response = await shared_discord.rest(
        "POST", f"/channels/{shared_discord.channel('gatehouse')}/messages", content=body, headers=headers
    )

    assert response.status_code == 400
    assert response.json()["code"] in {50035, 50109, 50006}
