"""Channels of every type: made, changed, moved and deleted; their overwrites."""

import msgspec
import pytest

from guildwright.playground.bits import NOTHING, ChannelType, Permission
from guildwright.playground.records import Overwrite
from tests.fakes.local_discord import Json, LocalDiscord


async def make(discord: LocalDiscord, name: str, kind: ChannelType, **body: object) -> Json:
    path = f"/guilds/{discord.guild}/channels"
    channel: Json = await discord.ask("POST", path, {"name": name, "type": int(kind), **body})
    return channel


def own_role(discord: LocalDiscord, *, plus: Permission = NOTHING, minus: Permission = NOTHING) -> None:
    """Change what the bot holds."""
    role = discord.play.memory.roles[int(discord.role("Guildwright"))]
    with discord.play.store.change() as change:
        rights = (role.permissions | int(plus)) & ~int(minus)
        change.put(msgspec.structs.replace(role, permissions=rights))


KINDS: dict[str, tuple[ChannelType, Json, Json]] = {
    "a text channel": (
        ChannelType.GUILD_TEXT,
        {"name": "Wood Works", "topic": "chairs", "nsfw": True, "rate_limit_per_user": 10},
        {"name": "wood-works", "topic": "chairs", "nsfw": True, "rate_limit_per_user": 10},
    ),
    "a voice channel": (
        ChannelType.GUILD_VOICE,
        {"name": "Fire Side", "bitrate": 96000, "user_limit": 5},
        {"name": "Fire Side", "bitrate": 96000, "user_limit": 5, "rtc_region": None},
    ),
    "a category": (ChannelType.GUILD_CATEGORY, {"name": "The Yard"}, {"name": "The Yard"}),
    "announcements": (
        ChannelType.GUILD_ANNOUNCEMENT,
        {"name": "news", "default_auto_archive_duration": 60},
        {"default_auto_archive_duration": 60},
    ),
    "a forum": (
        ChannelType.GUILD_FORUM,
        {"name": "ideas", "flags": 16, "default_forum_layout": 2, "default_reaction_emoji": {"emoji_name": "🪑"}},
        {"flags": 16, "default_forum_layout": 2, "default_reaction_emoji": {"emoji_id": None, "emoji_name": "🪑"}},
    ),
}


@pytest.mark.parametrize("what", KINDS)
async def test_a_channel_of_each_type_keeps_what_it_was_made_with(discord: LocalDiscord, what: str) -> None:
    kind, body, shown = KINDS[what]
    async with discord.connected() as gateway:
        made = await make(discord, kind=kind, **body)
        told = await gateway.expect("CHANNEL_CREATE")

    assert told == made
    assert {name: made[name] for name in shown} == shown
    assert await discord.ask("GET", f"/channels/{made['id']}") == made


async def test_a_forum_gives_its_tags_ids_and_keeps_those_it_knows(discord: LocalDiscord) -> None:
    made = await make(discord, "ideas", ChannelType.GUILD_FORUM, available_tags=[{"name": "bug"}])
    (bug,) = made["available_tags"]
    tags = [bug | {"name": "fault"}, {"name": "wish", "emoji_name": "✨"}]

    edited = await discord.ask("PATCH", f"/channels/{made['id']}", {"available_tags": tags})

    assert [(tag["id"] == bug["id"], tag["name"]) for tag in edited["available_tags"]] == [
        (True, "fault"),
        (False, "wish"),
    ]


async def test_text_becomes_announcements_and_nothing_else_changes_its_type(discord: LocalDiscord) -> None:
    gatehouse, yard = discord.channel("gatehouse"), await make(discord, "yard", ChannelType.GUILD_CATEGORY)

    assert (await discord.ask("PATCH", f"/channels/{gatehouse}", {"type": 5}))["type"] == 5
    for path, kind in ((gatehouse, 2), (yard["id"], 0)):
        refused = await discord.rest("PATCH", f"/channels/{path}", {"type": kind})
        assert refused.json()["errors"]["type"]["_errors"][0]["code"] == "BASE_TYPE_CHOICES"


async def test_a_channel_in_a_category_has_its_overwrites_until_it_brings_its_own(discord: LocalDiscord) -> None:
    hidden = {"id": discord.guild, "type": 0, "deny": str(int(Permission.SEND_MESSAGES)), "allow": "0"}
    yard = await make(discord, "yard", ChannelType.GUILD_CATEGORY, permission_overwrites=[hidden])

    inside = await make(discord, "well", ChannelType.GUILD_TEXT, parent_id=yard["id"])
    own = await make(discord, "gate", ChannelType.GUILD_TEXT, parent_id=yard["id"], permission_overwrites=[])
    await discord.ask("DELETE", f"/channels/{yard['id']}")

    assert inside["permission_overwrites"] == [hidden]
    assert own["permission_overwrites"] == []
    assert (await discord.ask("GET", f"/channels/{inside['id']}"))["parent_id"] is None


async def test_channels_are_moved_and_take_over_the_overwrites_of_a_category(discord: LocalDiscord) -> None:
    hidden = {"id": discord.guild, "type": 0, "deny": str(int(Permission.SEND_MESSAGES)), "allow": "0"}
    yard = await make(discord, "yard", ChannelType.GUILD_CATEGORY, permission_overwrites=[hidden])
    moves = [{"id": discord.channel("gatehouse"), "position": 9, "parent_id": yard["id"], "lock_permissions": True}]

    await discord.ask("PATCH", f"/guilds/{discord.guild}/channels", moves)
    wrong = await discord.rest("PATCH", f"/guilds/{discord.guild}/channels", [{"id": "1", "position": 1}])

    moved = await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}")
    assert (moved["position"], moved["parent_id"], moved["permission_overwrites"]) == (9, yard["id"], [hidden])
    assert (wrong.status_code, wrong.json()["code"]) == (400, 50035)


async def test_a_parent_is_a_category_of_the_guild_and_holds_fifty_channels(discord: LocalDiscord) -> None:
    yard = await make(discord, "yard", ChannelType.GUILD_CATEGORY)
    path = f"/guilds/{discord.guild}/channels"
    for parent in ("1", discord.channel("gatehouse")):
        refused = await discord.rest("POST", path, {"name": "x", "parent_id": parent})
        assert refused.json()["errors"].keys() == {"parent_id"}
    nested = await discord.rest("POST", path, {"name": "x", "type": 4, "parent_id": yard["id"]})
    for number in range(50):
        await make(discord, f"c{number}", ChannelType.GUILD_TEXT, parent_id=yard["id"])
    full = await discord.rest("POST", path, {"name": "x", "parent_id": yard["id"]})

    assert nested.json()["errors"].keys() == {"parent_id"}
    assert full.json()["errors"]["parent_id"]["_errors"][0]["code"] == "CHANNEL_PARENT_MAX_CHANNELS"


async def test_an_overwrite_is_set_changed_and_taken_away_and_noted_each_time(discord: LocalDiscord) -> None:
    artisan = discord.role("Artisan")
    path = f"/channels/{discord.channel('gatehouse')}/permissions/{artisan}"
    send, embed = str(int(Permission.SEND_MESSAGES)), str(int(Permission.EMBED_LINKS))

    await discord.ask("PUT", path, {"type": 0, "deny": send})
    await discord.ask("PUT", path, {"type": 0, "deny": embed})
    shown = (await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}"))["permission_overwrites"]
    await discord.ask("DELETE", path)
    again = await discord.rest("DELETE", path)

    assert shown == [{"id": artisan, "type": 0, "allow": "0", "deny": embed}]
    assert (again.status_code, again.json()["code"]) == (404, 10009)
    entries = list(discord.play.memory.audit_log[int(discord.guild)].values())
    assert [entry.action for entry in entries] == [13, 14, 15]
    assert entries[1].options == {"id": artisan, "type": "0", "role_name": "Artisan"}
    assert entries[1].changes == ({"key": "deny", "old_value": send, "new_value": embed},)


async def test_nobody_allows_or_denies_what_they_do_not_hold(discord: LocalDiscord) -> None:
    channel = discord.channel("gatehouse")
    path = f"/channels/{channel}/permissions/{discord.role('Artisan')}"
    kick, roles = str(int(Permission.KICK_MEMBERS)), str(int(Permission.MANAGE_ROLES))
    own_role(discord, minus=Permission.KICK_MEMBERS)

    lacking = await discord.rest("PUT", path, {"type": 0, "deny": kick})
    handed_on = await discord.rest("PUT", path, {"type": 0, "allow": roles})
    stranger = await discord.rest("PUT", f"/channels/{channel}/permissions/1", {"type": 1})
    given = Overwrite(id=int(discord.application), type=1, allow=int(roles))
    record = discord.play.memory.channels[int(channel)]
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, overwrites=(given,)))
    anything = await discord.rest("PUT", path, {"type": 0, "allow": roles, "deny": kick})
    own_role(discord, minus=Permission.MANAGE_ROLES)
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, overwrites=()))
    helpless = await discord.rest("PUT", path, {"type": 0})

    assert [lacking.json()["code"], handed_on.json()["code"], helpless.json()["code"]] == [50013, 50013, 50013]
    assert (stranger.status_code, stranger.json()["code"]) == (404, 10009)
    assert anything.status_code == 204


async def test_what_is_done_to_channels_is_in_the_audit_log(discord: LocalDiscord) -> None:
    made = await make(discord, "well", ChannelType.GUILD_TEXT)
    path = f"/channels/{made['id']}"
    await discord.rest("PATCH", path, {"topic": "deep"}, headers={"x-audit-log-reason": "facts"})
    await discord.rest("PATCH", path, {"topic": "deep"})
    await discord.ask("DELETE", path)

    entries = list(discord.play.memory.audit_log[int(discord.guild)].values())
    assert [entry.action for entry in entries] == [10, 11, 12]
    assert (entries[1].reason, entries[1].changes) == ("facts", ({"key": "topic", "new_value": "deep"},))


async def test_a_community_keeps_its_rules(discord: LocalDiscord) -> None:
    guild = discord.play.memory.guilds[int(discord.guild)]
    with discord.play.store.change() as change:
        settings = {"rules_channel_id": discord.channel("gatehouse")}
        change.put(msgspec.structs.replace(guild, settings=settings))

    refused = await discord.rest("DELETE", f"/channels/{discord.channel('gatehouse')}")

    assert (refused.status_code, refused.json()["code"]) == (400, 50074)


async def test_a_bot_that_comes_to_see_a_channel_is_told_of_its_threads(discord: LocalDiscord) -> None:
    channel = discord.channel("gatehouse")
    thread = await discord.ask("POST", f"/channels/{channel}/threads", {"name": "aside", "type": 11})
    record = discord.play.memory.channels[int(channel)]
    hidden = Overwrite(id=int(discord.guild), type=0, deny=int(Permission.VIEW_CHANNEL))
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, overwrites=(hidden,)))

    async with discord.connected() as gateway:
        before = await gateway.expect("GUILD_CREATE")
        body = {"user_id": discord.user("olive"), "permissions": str(int(Permission.ADMINISTRATOR))}
        role = discord.role("Guildwright")
        await discord.told("PATCH", f"/guilds/{discord.guild}/roles/{role}", body)
        told = await gateway.expect("THREAD_LIST_SYNC")

    assert before["threads"] == []
    assert told["channel_ids"] == [channel]
    assert [entry["id"] for entry in told["threads"]] == [thread["id"]]
    assert [entry["user_id"] for entry in told["members"]] == [discord.application]
