"""What a bot may do: permissions, overwrites, hierarchy, timeouts, mentions."""

from datetime import timedelta

import msgspec
import pytest

from guildwright.playground.bits import EVERYONE_DEFAULT, EVERYTHING, ChannelType, Permission
from guildwright.playground.records import Channel, Overwrite, Thread, ThreadMember
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord


def permissions_of(discord: LocalDiscord, user: str, channel: str | None = None) -> Permission:
    rights, member = discord.play.permissions, int(discord.user(user))
    if channel is None:
        return rights.in_guild(int(discord.guild), member)
    return rights.in_channel(discord.play.memory.channels[int(discord.channel(channel))], member)


def overwrite(discord: LocalDiscord, channel: str, *overwrites: Overwrite) -> None:
    record = discord.play.memory.channels[int(discord.channel(channel))]
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, overwrites=overwrites))


def permit(discord: LocalDiscord, role: str, permissions: Permission) -> None:
    record = discord.play.memory.roles[int(discord.role(role))]
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, permissions=int(permissions)))


async def test_the_owner_and_administrators_may_everything_everywhere(discord: LocalDiscord) -> None:
    permit(discord, "Artisan", Permission.ADMINISTRATOR)

    assert permissions_of(discord, "olive", "mod-log") == EVERYTHING
    assert permissions_of(discord, "ana", "mod-log") == EVERYTHING


async def test_without_seeing_a_channel_nothing_else_counts(discord: LocalDiscord) -> None:
    assert permissions_of(discord, "cy", "mod-log") == Permission(0)
    assert permissions_of(discord, "bo", "mod-log") & Permission.SEND_MESSAGES


async def test_overwrites_apply_for_everyone_then_roles_together_then_the_member(discord: LocalDiscord) -> None:
    send = int(Permission.SEND_MESSAGES)
    everyone = Overwrite(id=int(discord.guild), type=0, deny=send)
    role = Overwrite(id=int(discord.role("Artisan")), type=0, allow=send)
    own = Overwrite(id=int(discord.user("ana")), type=1, deny=send)

    overwrite(discord, "gatehouse", everyone)
    assert not permissions_of(discord, "ana", "gatehouse") & send
    overwrite(discord, "gatehouse", everyone, role)
    assert permissions_of(discord, "ana", "gatehouse") & send
    overwrite(discord, "gatehouse", everyone, role, own)
    assert not permissions_of(discord, "ana", "gatehouse") & send


async def test_a_timed_out_member_only_reads_until_it_is_over(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    until = (clock.now() + timedelta(minutes=5)).isoformat()
    path = f"/guilds/{slow_discord.guild}/members/{slow_discord.user('cy')}"
    await slow_discord.told("PATCH", path, {"timeout_until": until})

    assert not permissions_of(slow_discord, "cy", "gatehouse") & Permission.SEND_MESSAGES
    assert permissions_of(slow_discord, "cy", "gatehouse") & Permission.VIEW_CHANNEL
    clock.set(clock.now() + timedelta(minutes=6))
    assert permissions_of(slow_discord, "cy", "gatehouse") & Permission.SEND_MESSAGES


async def test_a_hidden_channel_is_no_access_and_an_unknown_one_is_unknown(discord: LocalDiscord) -> None:
    hidden = Overwrite(id=int(discord.guild), type=0, deny=int(Permission.VIEW_CHANNEL))
    overwrite(discord, "gatehouse", hidden)

    refused = await discord.rest("POST", f"/channels/{discord.channel('gatehouse')}/messages", {"content": "x"})
    unknown = await discord.rest("POST", "/channels/1/messages", {"content": "x"})

    assert (refused.status_code, refused.json()["code"]) == (403, 50001)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10003)


async def test_writing_and_embedding_need_their_permissions(discord: LocalDiscord) -> None:
    permit(discord, "@everyone", Permission.VIEW_CHANNEL)
    path = f"/channels/{discord.channel('gatehouse')}/messages"

    permit(discord, "Guildwright", Permission.VIEW_CHANNEL)
    silent = await discord.rest("POST", path, {"content": "x"})
    permit(discord, "Guildwright", Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    bare = await discord.rest("POST", path, {"embeds": [{"title": "x"}]})

    assert (silent.status_code, silent.json()["code"]) == (403, 50013)
    assert (bare.status_code, bare.json()["code"]) == (403, 50013)
    assert (await discord.rest("POST", path, {"content": "x"})).is_success


async def test_a_role_is_given_once_and_counted_once(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/members/{discord.user('cy')}/roles/{discord.role('Artisan')}"

    await discord.ask("PUT", path)
    await discord.ask("PUT", path)
    member = await discord.ask("GET", f"/guilds/{discord.guild}/members/{discord.user('cy')}")
    await discord.ask("DELETE", path)
    await discord.ask("DELETE", path)

    assert member["roles"] == [discord.role("Artisan")]
    assert await discord.effects() == {"roles_added": 1, "roles_removed": 1}


@pytest.mark.parametrize("role", ["Moderator", "Guildwright"])
async def test_a_role_at_or_above_the_bot_s_own_is_out_of_reach(discord: LocalDiscord, role: str) -> None:
    path = f"/guilds/{discord.guild}/members/{discord.user('cy')}/roles/{discord.role(role)}"

    response = await discord.rest("PUT", path)

    assert (response.status_code, response.json()["code"]) == (403, 50013)
    assert await discord.effects() == {}


async def test_nobody_is_kicked_from_below_and_never_the_owner(discord: LocalDiscord) -> None:
    record = discord.play.memory.roles[int(discord.role("Guildwright"))]
    permit(discord, "Guildwright", Permission(record.permissions) | Permission.KICK_MEMBERS)

    for name in ("bo", "olive"):
        response = await discord.rest("DELETE", f"/guilds/{discord.guild}/members/{discord.user(name)}")
        assert (response.status_code, response.json()["code"]) == (403, 50013), name
    await discord.ask("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")

    assert await discord.effects() == {"members_kicked": 1}


async def test_a_bot_grants_no_permission_that_it_lacks(discord: LocalDiscord) -> None:
    path = f"/guilds/{discord.guild}/roles"

    refused = await discord.rest("POST", path, {"name": "x", "permissions": str(int(Permission.ADMINISTRATOR))})
    made = await discord.ask("POST", path, {"name": "Guest", "permissions": str(int(Permission.SEND_MESSAGES))})

    assert (refused.status_code, refused.json()["code"]) == (403, 50013)
    assert (made["name"], made["position"]) == ("Guest", 1)
    names = [role["name"] for role in await discord.ask("GET", path)]
    assert names == ["@everyone", "Guest", "Artisan", "Guildwright", "Moderator"]


async def test_mentions_are_parsed_within_allowed_mentions(discord: LocalDiscord) -> None:
    ana, bo, artisan, moderator = (
        discord.user("ana"),
        discord.user("bo"),
        discord.role("Artisan"),
        discord.role("Moderator"),
    )
    text = f"<@{ana}> <@!{bo}> <@&{artisan}> <@&{moderator}> `<@{discord.user('cy')}>` @everyone"

    free = await discord.say("gatehouse", text)
    none = await discord.say("gatehouse", text, allowed_mentions={"parse": []})
    one = await discord.say("gatehouse", text, allowed_mentions={"users": [bo]})

    assert [user["id"] for user in free["mentions"]] == [ana, bo]
    # Moderator is not mentionable, and the bot may not mention everyone.
    assert (free["mention_roles"], free["mention_everyone"]) == ([artisan], False)
    assert (none["mentions"], none["mention_roles"]) == ([], [])
    assert [user["id"] for user in one["mentions"]] == [bo]


async def test_everyone_is_mentioned_with_the_permission_only(discord: LocalDiscord) -> None:
    record = discord.play.memory.roles[int(discord.role("Guildwright"))]
    permit(discord, "Guildwright", Permission(record.permissions) | Permission.MENTION_EVERYONE)

    message = await discord.say("gatehouse", f"@everyone <@&{discord.role('Moderator')}>")

    assert (message["mention_everyone"], message["mention_roles"]) == (True, [discord.role("Moderator")])


async def test_a_private_message_needs_a_shared_guild(discord: LocalDiscord) -> None:
    channel = await discord.ask("POST", "/users/@me/channels", {"recipient_id": discord.user("cy")})
    path = f"/channels/{channel['id']}/messages"

    assert (await discord.rest("POST", path, {"content": "hi"})).is_success
    await discord.told("DELETE", f"/guilds/{discord.guild}/members/{discord.user('cy')}")
    refused = await discord.rest("POST", path, {"content": "hi"})

    assert (refused.status_code, refused.json()["code"]) == (403, 50007)


async def test_no_token_and_a_wrong_token_are_unauthorized(discord: LocalDiscord) -> None:
    for header in ("", "Bot x", f"Bearer {discord.token}"):
        response = await discord.rest("GET", "/users/@me", headers={"authorization": header})
        assert (response.status_code, response.json()) == (401, {"message": "401: Unauthorized", "code": 0})


def thread(discord: LocalDiscord, kind: ChannelType, *members: str) -> Channel:
    """A thread in the gatehouse."""
    play, parent = discord.play, int(discord.channel("gatehouse"))
    now = play.clock.now().isoformat()
    channel = Channel(
        id=play.ids.next(),
        type=kind,
        guild_id=int(discord.guild),
        name="aside",
        parent_id=parent,
        owner_id=int(discord.user("ana")),
        thread=Thread(archived_at=now, made_at=now),
    )
    with play.store.change() as change:
        change.put(channel)
        for name in members:
            change.put(ThreadMember(thread_id=channel.id, user_id=int(discord.user(name)), joined_at=now))
    return channel


async def test_a_thread_has_the_overwrites_of_the_channel_it_is_in(discord: LocalDiscord) -> None:
    aside, cy = thread(discord, ChannelType.PUBLIC_THREAD), int(discord.user("cy"))
    rights = discord.play.permissions

    assert rights.in_channel(aside, cy) & Permission.VIEW_CHANNEL
    overwrite(discord, "gatehouse", Overwrite(id=cy, type=1, deny=int(Permission.VIEW_CHANNEL)))
    assert rights.in_channel(aside, cy) == Permission(0)


async def test_whoever_may_not_write_in_the_channel_may_still_write_in_its_threads(discord: LocalDiscord) -> None:
    aside, cy = thread(discord, ChannelType.PUBLIC_THREAD), int(discord.user("cy"))
    rights = discord.play.permissions

    overwrite(discord, "gatehouse", Overwrite(id=cy, type=1, deny=int(Permission.SEND_MESSAGES)))
    assert rights.in_channel(aside, cy) & Permission.SEND_MESSAGES
    overwrite(discord, "gatehouse", Overwrite(id=cy, type=1, deny=int(Permission.SEND_MESSAGES_IN_THREADS)))
    assert not rights.in_channel(aside, cy) & Permission.SEND_MESSAGES


async def test_a_private_thread_is_seen_by_who_takes_part_and_by_who_manages_threads(discord: LocalDiscord) -> None:
    aside = thread(discord, ChannelType.PRIVATE_THREAD, "ana")
    rights = discord.play.permissions

    assert rights.in_channel(aside, int(discord.user("ana"))) & Permission.VIEW_CHANNEL
    assert rights.in_channel(aside, int(discord.user("cy"))) == Permission(0)
    permit(discord, "@everyone", EVERYONE_DEFAULT | Permission.MANAGE_THREADS)
    assert rights.in_channel(aside, int(discord.user("cy"))) & Permission.VIEW_CHANNEL
