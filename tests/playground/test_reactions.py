"""Reactions: by bots and people, one by one and all at once."""

import asyncio
from urllib.parse import quote

from guildwright.playground import symbols
from guildwright.playground.page.emojis import EMOJIS
from guildwright.playground.records import Emoji
from tests.fakes.local_discord import Json, LocalDiscord

SUN, MOON = "☀️", "🌙"


async def posted(discord: LocalDiscord) -> tuple[Json, str]:
    """A message and the path of its reactions."""
    made = await discord.say("gatehouse", "which?")
    return made, f"/channels/{made['channel_id']}/messages/{made['id']}/reactions"


async def react(discord: LocalDiscord, message: Json, user: str, emoji: str) -> None:
    body = {"user_id": discord.user(user), "emoji": emoji}
    await discord.told("POST", f"/messages/{message['id']}/reactions", body)


def emoji_of(discord: LocalDiscord, guild_id: int | None) -> Emoji:
    emoji = Emoji(id=discord.play.ids.next(), guild_id=guild_id, name="oak", user_id=int(discord.user("olive")))
    with discord.play.store.change() as change:
        return change.put(emoji)


async def test_reactions_keep_their_places_and_say_who_set_them(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    await discord.ask("PUT", f"{path}/{quote(SUN)}/@me")
    await discord.ask("PUT", f"{path}/{quote(MOON)}/@me")
    await react(discord, message, "ana", SUN)

    now = await discord.ask("GET", path.removesuffix("/reactions"))
    who = await discord.ask("GET", f"{path}/{quote(SUN)}")

    assert [(entry["emoji"]["name"], entry["count"], entry["me"]) for entry in now["reactions"]] == [
        (SUN, 2, True),
        (MOON, 1, True),
    ]
    assert {user["username"] for user in who} == {"ana", "Guildwright"}
    assert await discord.ask("GET", f"{path}/{quote(SUN)}?type=1") == []


async def test_all_of_one_emoji_go_and_then_all_of_all(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    for emoji in (SUN, MOON):
        await discord.ask("PUT", f"{path}/{quote(emoji)}/@me")
        await react(discord, message, "ana", emoji)
    async with discord.connected() as gateway:
        await discord.ask("DELETE", f"{path}/{quote(SUN)}")
        one = await gateway.expect("MESSAGE_REACTION_REMOVE_EMOJI")
        await discord.ask("DELETE", path)
        every = await gateway.expect("MESSAGE_REACTION_REMOVE_ALL")

    assert one["emoji"] == {"id": None, "name": SUN}
    assert every["message_id"] == message["id"]
    assert "reactions" not in await discord.ask("GET", path.removesuffix("/reactions"))
    assert (await discord.effects())["reactions_removed"] == 4


async def test_a_moderating_bot_takes_a_member_s_reaction_away(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    await react(discord, message, "ana", SUN)

    async with discord.connected() as gateway:
        await discord.ask("DELETE", f"{path}/{quote(SUN)}/{discord.user('ana')}")
        told = await gateway.expect("MESSAGE_REACTION_REMOVE")

    assert told["user_id"] == discord.user("ana")
    assert (await discord.effects())["reactions_removed"] == 1


async def test_what_is_no_emoji_or_not_the_bot_s_to_use_is_unknown(discord: LocalDiscord) -> None:
    _, path = await posted(discord)
    own, foreign = emoji_of(discord, int(discord.guild)), emoji_of(discord, 1)

    for emoji in ("oak", "é", "oak:1", f"oak:{foreign.id}", "x" * 17):
        refused = await discord.rest("PUT", f"{path}/{quote(emoji)}/@me")
        assert (refused.status_code, refused.json()["code"]) == (400, 10014), emoji
    await discord.ask("PUT", f"{path}/oak:{own.id}/@me")


async def test_only_one_whole_emoji_is_a_reaction(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    wrong = ("👍👍", "👍hello", "$", "+", "==", "©", "👍/", "1", "\ufe0f")

    for emoji in (*map(quote, wrong), "%ff", quote("👍%2f")):
        refused = await discord.rest("PUT", f"{path}/{emoji.replace('/', '%2F')}/@me")
        assert (refused.status_code, refused.json()["code"]) == (400, 10014), emoji
    for emoji in wrong:
        body = {"user_id": discord.user("ana"), "emoji": emoji}
        told = await discord.control("POST", f"/messages/{message['id']}/reactions", body)
        assert told.status_code == 422, emoji

    for emoji in ("1️⃣", "©️", "🇩🇪", "🇩", "👍🏽", "👨‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"):
        await discord.ask("PUT", f"{path}/{quote(emoji)}/@me")


async def test_an_emoji_is_one_reaction_however_it_is_written(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    await discord.ask("PUT", f"{path}/{quote('❤')}/@me")
    await react(discord, message, "ana", "❤️")

    now = await discord.ask("GET", path.removesuffix("/reactions"))
    assert [(entry["emoji"]["name"], entry["count"]) for entry in now["reactions"]] == [("❤️", 2)]

    await discord.ask("DELETE", f"{path}/{quote('❤')}")
    assert "reactions" not in await discord.ask("GET", path.removesuffix("/reactions"))


async def test_a_custom_emoji_is_one_reaction_whatever_it_is_called(discord: LocalDiscord) -> None:
    message, path = await posted(discord)
    own = emoji_of(discord, int(discord.guild))
    async with discord.connected() as gateway:
        await discord.ask("PUT", f"{path}/oak:{own.id}/@me")
        await discord.ask("DELETE", f"{path}/oak:{own.id}/@me")
        await discord.ask("PUT", f"{path}/wrong:{own.id}/@me")
        told = [await gateway.expect("MESSAGE_REACTION_ADD") for _ in range(2)]
    await react(discord, message, "ana", f"other:{own.id}")

    now = await discord.ask("GET", path.removesuffix("/reactions"))

    assert [event["emoji"]["name"] for event in told] == ["oak", "oak"]
    assert [(entry["emoji"], entry["count"]) for entry in now["reactions"]] == [
        ({"id": str(own.id), "name": "oak"}, 2),
    ]


def test_the_picker_offers_only_emojis_that_are_taken() -> None:
    assert [emoji for emoji, _ in EMOJIS if symbols.written(emoji) != emoji] == []


async def test_a_message_has_twenty_kinds_of_reaction_at_most(discord: LocalDiscord) -> None:
    _, path = await posted(discord)
    for number in range(20):
        await discord.ask("PUT", f"{path}/{quote(chr(0x1F400 + number))}/@me")

    refused = await discord.rest("PUT", f"{path}/{quote(SUN)}/@me")

    assert (refused.status_code, refused.json()["code"]) == (403, 30010)


async def test_in_an_archived_thread_nobody_reacts(discord: LocalDiscord) -> None:
    body = {"name": "aside", "type": 11}
    thread = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/threads", body)
    message = await discord.ask("POST", f"/channels/{thread['id']}/messages", {"content": "x"})
    await discord.ask("PATCH", f"/channels/{thread['id']}", {"archived": True})

    path = f"/channels/{thread['id']}/messages/{message['id']}"
    reacted, edited = await asyncio.gather(
        discord.rest("PUT", f"{path}/reactions/{quote(SUN)}/@me"), discord.rest("PATCH", path, {"content": "y"})
    )

    assert [reacted.json()["code"], edited.json()["code"]] == [50083, 50083]
