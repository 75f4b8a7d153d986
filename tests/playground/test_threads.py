"""Threads: made in every way, their members, their archive, and what the bot hears of them."""

from datetime import timedelta

import msgspec

from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.records import Channel
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord


async def begin(discord: LocalDiscord, name: str = "aside", **body: object) -> Json:
    """A public thread without a message."""
    path = f"/channels/{discord.channel('gatehouse')}/threads"
    thread: Json = await discord.ask("POST", path, {"name": name, "type": 11, **body})
    return thread


async def write(discord: LocalDiscord, thread: Json, user: str, content: str = "hi") -> Json:
    body = {"user_id": discord.user(user), "content": content}
    message: Json = await discord.told("POST", f"/channels/{thread['id']}/messages", body)
    return message


def manage_threads(discord: LocalDiscord) -> None:
    role = discord.play.memory.roles[int(discord.role("Guildwright"))]
    rights = role.permissions | Permission.MANAGE_THREADS | Permission.CREATE_PRIVATE_THREADS
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(role, permissions=int(rights)))


def forbid(discord: LocalDiscord, permission: Permission) -> None:
    """Take it from the bot."""
    for name in ("Guildwright", "@everyone"):
        role = discord.play.memory.roles[int(discord.role(name))]
        with discord.play.store.change() as change:
            change.put(msgspec.structs.replace(role, permissions=role.permissions & ~int(permission)))


def forum(discord: LocalDiscord, **more: object) -> Channel:
    channel = Channel(
        id=discord.play.ids.next(), type=ChannelType.GUILD_FORUM, guild_id=int(discord.guild), name="ideas"
    )
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(channel, **more))
    return channel


def rename_owner(discord: LocalDiscord, thread: Json, owner: str) -> None:
    """Make the thread somebody else's."""
    record = discord.play.memory.channels[int(thread["id"])]
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(record, owner_id=int(discord.user(owner))))


async def test_a_thread_from_a_message_has_its_id_and_begins_with_a_pointer_to_it(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "shall we?")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"

    thread = await discord.ask("POST", path + "/threads", {"name": "we shall", "auto_archive_duration": 60})

    (first,) = await discord.ask("GET", f"/channels/{thread['id']}/messages")
    now = await discord.ask("GET", path)
    assert thread["id"] == message["id"]
    assert thread["parent_id"] == message["channel_id"]
    assert thread["thread_metadata"]["auto_archive_duration"] == 60
    assert (first["type"], first["referenced_message"]["content"]) == (21, "shall we?")
    assert now["flags"] == 32
    assert now["thread"]["id"] == thread["id"]
    again = await discord.rest("POST", path + "/threads", {"name": "we shall"})
    assert (again.status_code, again.json()["code"]) == (400, 160004)


async def test_a_thread_without_a_message_is_announced_in_its_channel_and_private_without_a_type(
    discord: LocalDiscord,
) -> None:
    manage_threads(discord)
    public = await begin(discord, "aside")
    private = await discord.ask("POST", f"/channels/{discord.channel('gatehouse')}/threads", {"name": "whispers"})

    (announced,) = await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}/messages")
    assert (announced["type"], announced["content"]) == (18, "aside")
    assert announced["message_reference"]["channel_id"] == public["id"]
    assert (public["type"], private["type"]) == (11, 12)
    assert private["thread_metadata"]["invitable"] is True
    assert private["member"]["user_id"] == discord.application
    assert (await discord.effects()) == {"threads_created": 2}


async def test_a_post_of_a_forum_is_a_thread_with_its_first_message(discord: LocalDiscord) -> None:
    tag = {"id": "7", "name": "bug", "moderated": False, "emoji_id": None, "emoji_name": None}
    channel = forum(discord, settings={"available_tags": [tag]}, flags=1 << 4)
    path = f"/channels/{channel.id}/threads"
    body = {"name": "a chair", "message": {"content": "with four legs"}}

    untagged = await discord.rest("POST", path, body)
    unknown = await discord.rest("POST", path, body | {"applied_tags": ["8"]})
    post = await discord.ask("POST", path, body | {"applied_tags": ["7"]})

    (first,) = await discord.ask("GET", f"/channels/{post['id']}/messages")
    assert untagged.json()["code"] == 40067
    assert unknown.json()["code"] == 10087
    assert post["applied_tags"] == ["7"]
    assert (first["id"], first["content"]) == (post["id"], "with four legs")
    assert (post["message_count"], post["total_message_sent"]) == (0, 0)
    written = await discord.rest("POST", f"/channels/{channel.id}/messages", {"content": "x"})
    assert (written.status_code, written.json()["code"]) == (400, 40058)


async def test_the_bot_hears_of_threads_and_of_who_comes_and_goes(discord: LocalDiscord) -> None:
    manage_threads(discord)
    async with discord.connected() as gateway:
        thread = await begin(discord)
        made = await gateway.expect("THREAD_CREATE")
        first = await gateway.expect("THREAD_MEMBERS_UPDATE")
        await write(discord, thread, "ana")
        came = await gateway.expect("THREAD_MEMBERS_UPDATE")
        await discord.ask("DELETE", f"/channels/{thread['id']}/thread-members/{discord.user('ana')}")
        went = await gateway.expect("THREAD_MEMBERS_UPDATE")
        await discord.ask("PATCH", f"/channels/{thread['id']}", {"name": "elsewhere"})
        changed = await gateway.expect("THREAD_UPDATE")
        await discord.ask("DELETE", f"/channels/{thread['id']}")
        gone = await gateway.expect("THREAD_DELETE")

    assert (made["newly_created"], made["member"]["user_id"]) == (True, discord.application)
    assert [entry["user_id"] for entry in first["added_members"]] == [discord.application]
    assert (came["added_members"][0]["member"]["user"]["username"], came["member_count"]) == ("ana", 2)
    assert (went["removed_member_ids"], went["member_count"]) == ([discord.user("ana")], 1)
    assert changed["name"] == "elsewhere"
    place = {"id": thread["id"], "guild_id": discord.guild, "parent_id": thread["parent_id"], "type": 11}
    assert gone == place


async def test_without_the_members_intent_the_bot_hears_only_of_itself(discord: LocalDiscord) -> None:
    async with discord.connected(intents=1 << 0) as gateway:
        thread = await begin(discord)
        await write(discord, thread, "ana")
        names = await gateway.names()

    assert names.count("THREAD_MEMBERS_UPDATE") == 1


async def test_a_new_session_learns_of_the_active_threads_it_may_see(discord: LocalDiscord) -> None:
    manage_threads(discord)
    shown, quiet = await begin(discord, "shown"), await begin(discord, "quiet")
    await discord.ask("PATCH", f"/channels/{quiet['id']}", {"archived": True})

    async with discord.connected() as gateway:
        guild = await gateway.expect("GUILD_CREATE")

    assert [thread["id"] for thread in guild["threads"]] == [shown["id"]]
    assert guild["threads"][0]["member"]["user_id"] == discord.application


async def test_writing_counts_takes_in_the_author_and_whom_a_message_names(discord: LocalDiscord) -> None:
    thread = await begin(discord)

    await write(discord, thread, "ana", f"look, <@{discord.user('bo')}>")

    members = await discord.ask("GET", f"/channels/{thread['id']}/thread-members?with_member=true")
    now = await discord.ask("GET", f"/channels/{thread['id']}")
    assert {member["member"]["user"]["username"] for member in members} == {"Guildwright", "ana", "bo"}
    assert (now["message_count"], now["total_message_sent"], now["member_count"]) == (1, 1, 3)


async def test_members_are_added_found_and_removed(discord: LocalDiscord) -> None:
    manage_threads(discord)
    thread = await begin(discord)
    path = f"/channels/{thread['id']}/thread-members"

    await discord.ask("PUT", f"{path}/{discord.user('cy')}")
    found = await discord.ask("GET", f"{path}/{discord.user('cy')}")
    await discord.ask("DELETE", f"{path}/{discord.user('cy')}")
    gone = await discord.rest("GET", f"{path}/{discord.user('cy')}")
    stranger = await discord.rest("PUT", f"{path}/1")
    await discord.ask("DELETE", f"{path}/@me")
    left = await discord.rest("GET", f"{path}/@me")
    await discord.ask("PUT", f"{path}/@me")

    assert (found["id"], found["user_id"]) == (thread["id"], discord.user("cy"))
    assert (gone.status_code, gone.json()["code"]) == (404, 10007)
    assert stranger.json()["code"] == 10013
    assert left.status_code == 404
    kinds = [message["type"] for message in await discord.ask("GET", f"/channels/{thread['id']}/messages")]
    assert kinds == [2, 1]


async def test_writing_wakes_an_archived_thread_but_changing_it_does_not(discord: LocalDiscord) -> None:
    manage_threads(discord)
    thread = await begin(discord)
    path = f"/channels/{thread['id']}"
    await discord.ask("PATCH", path, {"archived": True})

    renamed = await discord.rest("PATCH", path, {"name": "x"})
    joined = [await discord.rest(method, path + "/thread-members/@me") for method in ("PUT", "POST")]
    await write(discord, thread, "cy")

    assert {answer.json()["code"] for answer in (renamed, *joined)} == {50083}
    assert (await discord.ask("GET", path))["thread_metadata"]["archived"] is False


async def test_in_a_locked_thread_only_who_manages_threads_writes(discord: LocalDiscord) -> None:
    manage_threads(discord)
    thread = await begin(discord)
    await discord.ask("PATCH", f"/channels/{thread['id']}", {"locked": True, "archived": True})

    refused = await discord.control(
        "POST", f"/channels/{thread['id']}/messages", {"user_id": discord.user("cy"), "content": "x"}
    )
    await discord.ask("POST", f"/channels/{thread['id']}/messages", {"content": "still me"})

    assert (refused.status_code, refused.json()["error"]["message"]) == (403, "Thread is locked")


async def test_a_thread_left_alone_is_archived_when_its_time_is_over(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    thread = await begin(slow_discord, auto_archive_duration=60)
    async with slow_discord.connected() as gateway:
        await clock.advance(timedelta(minutes=50))
        await write(slow_discord, thread, "ana")
        await clock.advance(timedelta(minutes=50))
        awake = await slow_discord.ask("GET", f"/channels/{thread['id']}")
        await clock.advance(timedelta(minutes=11))
        told = await gateway.expect("THREAD_UPDATE")

    assert awake["thread_metadata"]["archived"] is False
    assert told["thread_metadata"]["archived"] is True


async def test_its_maker_may_change_a_thread_and_others_only_with_the_permission(discord: LocalDiscord) -> None:
    thread = await begin(discord)
    path = f"/channels/{thread['id']}"
    forbid(discord, Permission.MANAGE_THREADS)

    await discord.ask("PATCH", path, {"name": "mine"})
    locked = await discord.rest("PATCH", path, {"locked": True})
    rename_owner(discord, thread, "ana")
    renamed = await discord.rest("PATCH", path, {"name": "theirs"})
    deleted = await discord.rest("DELETE", path)

    assert [answer.json()["code"] for answer in (locked, renamed, deleted)] == [50013, 50013, 50013]


async def test_archived_threads_are_listed_last_archived_first_and_paged(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    manage_threads(slow_discord)
    made = [await begin(slow_discord, f"t{number}") for number in range(3)]
    for thread in made:
        clock.set(clock.now() + timedelta(minutes=1))
        await slow_discord.ask("PATCH", f"/channels/{thread['id']}", {"archived": True})
    path = f"/channels/{slow_discord.channel('gatehouse')}/threads/archived/public"

    page = await slow_discord.ask("GET", path + "?limit=2")
    before = page["threads"][-1]["thread_metadata"]["archive_timestamp"].replace("+", "%2B")
    rest = await slow_discord.ask("GET", f"{path}?before={before}")

    assert [thread["name"] for thread in page["threads"]] == ["t2", "t1"]
    assert page["has_more"] is True
    assert [thread["name"] for thread in rest["threads"]] == ["t0"]
    assert rest["has_more"] is False
    assert len(page["members"]) == 2


async def test_private_archived_threads_are_for_managers_or_for_who_took_part(discord: LocalDiscord) -> None:
    manage_threads(discord)
    gatehouse = discord.channel("gatehouse")
    thread = await discord.ask("POST", f"/channels/{gatehouse}/threads", {"name": "whispers", "type": 12})
    await discord.ask("PATCH", f"/channels/{thread['id']}", {"archived": True})

    every = await discord.ask("GET", f"/channels/{gatehouse}/threads/archived/private")
    own = await discord.ask("GET", f"/channels/{gatehouse}/users/@me/threads/archived/private")
    public = await discord.ask("GET", f"/channels/{gatehouse}/threads/archived/public")
    active = await discord.ask("GET", f"/guilds/{discord.guild}/threads/active")

    assert [entry["id"] for entry in every["threads"]] == [thread["id"]]
    assert own["threads"] == every["threads"]
    assert (public["threads"], active["threads"]) == ([], [])


async def test_threads_are_made_only_where_there_can_be_any_and_by_who_may(discord: LocalDiscord) -> None:
    gatehouse = discord.channel("gatehouse")
    forbid(discord, Permission.CREATE_PRIVATE_THREADS)
    private = await discord.rest("POST", f"/channels/{gatehouse}/threads", {"name": "x", "type": 12})
    news = await discord.rest("POST", f"/channels/{gatehouse}/threads", {"name": "x", "type": 10})
    thread = await begin(discord)
    nested = await discord.rest("POST", f"/channels/{thread['id']}/threads", {"name": "x", "type": 11})
    unnamed = await discord.rest("POST", f"/channels/{gatehouse}/threads", {"type": 11})

    assert (private.status_code, private.json()["code"]) == (403, 50013)
    assert news.json()["errors"].keys() == {"type"}
    assert (nested.status_code, nested.json()["code"]) == (400, 50024)
    assert unnamed.json()["errors"].keys() == {"name"}


async def test_what_is_done_to_threads_is_in_the_audit_log(discord: LocalDiscord) -> None:
    manage_threads(discord)
    thread = await begin(discord)
    await discord.rest("PATCH", f"/channels/{thread['id']}", {"locked": True}, headers={"x-audit-log-reason": "calm"})
    await discord.ask("DELETE", f"/channels/{thread['id']}")

    made, changed, gone = discord.play.memory.audit_log[int(discord.guild)].values()

    assert [entry.action for entry in (made, changed, gone)] == [110, 111, 112]
    assert (changed.reason, changed.changes) == ("calm", ({"key": "locked", "old_value": False, "new_value": True},))


async def test_a_channel_takes_its_threads_with_it(discord: LocalDiscord) -> None:
    thread = await begin(discord)
    role = discord.play.memory.roles[int(discord.role("Guildwright"))]
    with discord.play.store.change() as change:
        rights = int(role.permissions | Permission.MANAGE_CHANNELS)
        change.put(msgspec.structs.replace(role, permissions=rights))

    await discord.ask("DELETE", f"/channels/{thread['parent_id']}")

    assert (await discord.rest("GET", f"/channels/{thread['id']}")).json()["code"] == 10003


async def test_slow_mode_holds_people_back_but_no_moderator_and_no_bot(
    slow_discord: LocalDiscord, clock: FakeClock
) -> None:
    thread = await begin(slow_discord, rate_limit_per_user=30)
    path = f"/channels/{thread['id']}/messages"

    async def says(user: str) -> int:
        body = {"user_id": slow_discord.user(user), "content": "x"}
        return (await slow_discord.control("POST", path, body)).status_code

    assert [await says("cy"), await says("cy")] == [201, 429]
    assert [await says("bo"), await says("bo")] == [201, 201]
    await slow_discord.ask("POST", path, {"content": "x"})
    await slow_discord.ask("POST", path, {"content": "x"})
    clock.set(clock.now() + timedelta(seconds=31))
    assert await says("cy") == 201
