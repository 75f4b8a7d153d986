"""What becomes of messages elsewhere: forwards, published announcements, and edits that only hide embeds."""

import msgspec

from guildwright.playground.bits import ChannelType, Permission
from guildwright.playground.records import Channel, Overwrite
from tests.fakes.local_discord import Json, LocalDiscord


def announcing(discord: LocalDiscord) -> Channel:
    """The announcements, as a channel that can be followed."""
    channel = discord.play.memory.channels[int(discord.channel("announcements"))]
    with discord.play.store.change() as change:
        return change.put(msgspec.structs.replace(channel, type=ChannelType.GUILD_ANNOUNCEMENT, overwrites=()))


async def ana_says(discord: LocalDiscord, content: str) -> Json:
    body = {"user_id": discord.user("ana"), "content": content}
    message: Json = await discord.told("POST", f"/channels/{discord.channel('gatehouse')}/messages", body)
    return message


def forward_of(message: Json) -> Json:
    return {"message_reference": {"type": 1, "channel_id": message["channel_id"], "message_id": message["id"]}}


async def test_a_forward_carries_what_was_said_and_not_who_said_it(discord: LocalDiscord) -> None:
    source = await discord.say("gatehouse", "as it was", embeds=[{"title": "a chair"}])
    path = f"/channels/{discord.channel('giveaways')}/messages"

    async with discord.connected() as gateway:
        made = await discord.ask("POST", path, forward_of(source))
        told = await gateway.expect("MESSAGE_CREATE")
    await discord.ask("PATCH", f"/channels/{source['channel_id']}/messages/{source['id']}", {"content": "as it is"})

    again = await discord.ask("GET", f"{path}/{made['id']}")
    said = again["message_snapshots"][0]["message"]
    assert (said["content"], said["embeds"][0]["title"]) == ("as it was", "a chair")
    assert "author" not in said
    assert told["message_snapshots"] == again["message_snapshots"]
    assert again["message_reference"]["type"] == 1
    assert again["flags"] == 1 << 14


async def test_a_forward_says_nothing_else_and_needs_to_read_its_source(discord: LocalDiscord) -> None:
    source = await ana_says(discord, "hidden")
    path = f"/channels/{discord.channel('giveaways')}/messages"

    talkative = await discord.rest("POST", path, forward_of(source) | {"content": "look"})
    unknown = await discord.rest("POST", path, forward_of(source | {"id": "1"}))
    channel = discord.play.memory.channels[int(source["channel_id"])]
    hidden = Overwrite(id=int(discord.guild), type=0, deny=int(Permission.VIEW_CHANNEL))
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(channel, overwrites=(hidden,)))
    unseen = await discord.rest("POST", path, forward_of(source))

    assert (talkative.status_code, talkative.json()["code"]) == (400, 160011)
    assert (unknown.status_code, unknown.json()["code"]) == (400, 50035)
    assert (unseen.status_code, unseen.json()["code"]) == (403, 160014)


async def test_a_published_announcement_appears_where_it_is_followed(discord: LocalDiscord) -> None:
    channel = announcing(discord)
    target = {"webhook_channel_id": discord.channel("gatehouse")}
    followed = await discord.ask("POST", f"/channels/{channel.id}/followers", target)
    message = await discord.ask("POST", f"/channels/{channel.id}/messages", {"content": "a new workshop"})

    published = await discord.ask("POST", f"/channels/{channel.id}/messages/{message['id']}/crosspost")
    again = await discord.rest("POST", f"/channels/{channel.id}/messages/{message['id']}/crosspost")

    copy, notice = await discord.ask("GET", f"/channels/{discord.channel('gatehouse')}/messages")
    assert published["flags"] == 1
    assert (again.status_code, again.json()["code"]) == (400, 40033)
    assert (notice["type"], notice["message_reference"]["channel_id"]) == (12, str(channel.id))
    assert (copy["content"], copy["flags"], copy["webhook_id"]) == ("a new workshop", 2, followed["webhook_id"])
    assert copy["author"]["username"] == "The Oak Hall #announcements"
    assert copy["message_reference"]["message_id"] == message["id"]


async def test_only_announcements_are_followed_and_published(discord: LocalDiscord) -> None:
    message = await discord.say("gatehouse", "x")
    path = f"/channels/{message['channel_id']}"

    published = await discord.rest("POST", f"{path}/messages/{message['id']}/crosspost")
    followed = await discord.rest("POST", f"{path}/followers", {"webhook_channel_id": discord.channel("giveaways")})

    assert [published.json()["code"], followed.json()["code"]] == [50024, 50024]


async def test_embeds_are_hidden_and_shown_again_without_marking_an_edit(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "look", embeds=[{"title": "a chair"}])
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"

    hidden = await discord.ask("PATCH", path, {"flags": 4})
    shown = await discord.ask("PATCH", path, {"flags": 0})

    assert (hidden["embeds"], hidden["flags"], hidden["edited_timestamp"]) == ([], 4, None)
    assert (shown["embeds"], shown["flags"]) == (made["embeds"], 0)


async def test_who_manages_messages_hides_others_embeds_but_changes_nothing_else(discord: LocalDiscord) -> None:
    theirs = await ana_says(discord, "x")
    path = f"/channels/{theirs['channel_id']}/messages/{theirs['id']}"

    assert (await discord.ask("PATCH", path, {"flags": 4}))["flags"] == 4
    refused = await discord.rest("PATCH", path, {"flags": 4, "content": "y"})

    assert (refused.status_code, refused.json()["code"]) == (403, 50005)


async def test_an_edit_to_new_components_must_clear_the_old_text(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "old")
    path = f"/channels/{made['channel_id']}/messages/{made['id']}"
    body = {"flags": 1 << 15, "components": [{"type": 10, "content": "new"}]}

    refused = await discord.rest("PATCH", path, body)
    edited = await discord.ask("PATCH", path, body | {"content": None})

    assert refused.json()["errors"]["content"]["_errors"][0]["code"] == "MESSAGE_CANNOT_USE_LEGACY_FIELDS"
    assert (edited["content"], edited["flags"]) == ("", 1 << 15)


async def test_deleting_what_others_wrote_is_in_the_audit_log(discord: LocalDiscord) -> None:
    theirs = [await ana_says(discord, f"{number}") for number in range(3)]
    own = await discord.say("gatehouse", "mine")
    path = f"/channels/{own['channel_id']}/messages"

    await discord.rest("DELETE", f"{path}/{theirs[0]['id']}", headers={"x-audit-log-reason": "spam"})
    await discord.ask("DELETE", f"{path}/{own['id']}")
    await discord.ask("POST", f"{path}/bulk-delete", {"messages": [message["id"] for message in theirs[1:]]})

    one, many = discord.play.memory.audit_log[int(discord.guild)].values()
    assert (one.action, str(one.target_id), one.reason) == (72, discord.user("ana"), "spam")
    assert one.options == {"channel_id": own["channel_id"], "count": "1"}
    assert (many.action, str(many.target_id), many.options) == (73, own["channel_id"], {"count": "2"})
