"""Pinned messages, under both generations of routes."""

from datetime import timedelta

import msgspec
import pytest

from guildwright.playground.bits import Permission
from guildwright.playground.pins import MOST_PINS
from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord


@pytest.mark.parametrize("route", ["messages/pins", "pins"])
async def test_a_pin_is_announced_listed_and_taken_away(discord: LocalDiscord, route: str) -> None:
    made = await discord.say("gatehouse", "the rules")
    channel = f"/channels/{made['channel_id']}"
    async with discord.connected() as gateway:
        await discord.ask("PUT", f"{channel}/{route}/{made['id']}")
        edited = await gateway.expect("MESSAGE_UPDATE")
        changed = await gateway.expect("CHANNEL_PINS_UPDATE")
        said = await gateway.expect("MESSAGE_CREATE")
        listed = await discord.ask("GET", f"{channel}/{route}")
        await discord.ask("DELETE", f"{channel}/{route}/{made['id']}")
        after = await gateway.expect("CHANNEL_PINS_UPDATE")

    reply = await discord.rest(
        "POST", f"{channel}/messages", {"content": "so?", "message_reference": {"message_id": said["id"]}}
    )
    fault = reply.json()["errors"]["message_reference"]["_errors"][0]
    assert fault["code"] == "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE"
    (entry,) = listed["items"] if route == "messages/pins" else [{"message": listed[0]}]
    assert edited["pinned"] is True
    assert changed["last_pin_timestamp"]
    assert (said["type"], said["message_reference"]["message_id"]) == (6, made["id"])
    assert (entry["message"]["id"], entry["message"]["pinned"]) == (made["id"], True)
    assert after["last_pin_timestamp"] is None
    assert (await discord.ask("GET", f"{channel}/messages/pins")) == {"items": [], "has_more": False}
    assert (await discord.effects()) == {"messages_created": 1, "messages_pinned": 1, "messages_unpinned": 1}


async def test_pins_are_paged_by_the_moment_of_their_pinning(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    made = [await slow_discord.say("gatehouse", f"{number}") for number in range(3)]
    path = f"/channels/{made[0]['channel_id']}/messages/pins"
    for message in (made[1], made[0], made[2]):
        clock.set(clock.now() + timedelta(minutes=1))
        await slow_discord.ask("PUT", f"{path}/{message['id']}")

    page = await slow_discord.ask("GET", f"{path}?limit=2")
    before = page["items"][-1]["pinned_at"].replace("+", "%2B")
    rest = await slow_discord.ask("GET", f"{path}?before={before}")

    assert [item["message"]["content"] for item in page["items"]] == ["2", "0"]
    assert page["has_more"] is True
    assert [item["message"]["content"] for item in rest["items"]] == ["1"]
    assert rest["has_more"] is False


async def test_a_channel_has_no_more_than_250_pins_and_none_of_system_messages(discord: LocalDiscord) -> None:
    first = await discord.say("gatehouse", "first")
    record = discord.play.memory.messages[int(first["channel_id"])][int(first["id"])]
    with discord.play.store.change() as change:
        for _ in range(MOST_PINS):
            now = discord.play.clock.now().isoformat()
            change.put(msgspec.structs.replace(record, id=discord.play.ids.next(), pinned=True, pinned_at=now))
    path = f"/channels/{first['channel_id']}/messages/pins"

    full = await discord.rest("PUT", f"{path}/{first['id']}")
    system = msgspec.structs.replace(record, id=discord.play.ids.next(), type=6, pinned=False)
    with discord.play.store.change() as change:
        change.put(system)
    refused = await discord.rest("PUT", f"{path}/{system.id}")

    assert (full.status_code, full.json()["code"]) == (400, 30003)
    assert (refused.status_code, refused.json()["code"]) == (403, 50021)


async def test_pinning_needs_its_permission_and_is_in_the_audit_log(discord: LocalDiscord) -> None:
    made = await discord.say("gatehouse", "x")
    path = f"/channels/{made['channel_id']}/messages/pins/{made['id']}"
    await discord.rest("PUT", path, headers={"x-audit-log-reason": "read%20me"})
    role = discord.play.memory.roles[int(discord.role("Guildwright"))]
    with discord.play.store.change() as change:
        change.put(msgspec.structs.replace(role, permissions=role.permissions & ~int(Permission.PIN_MESSAGES)))

    refused = await discord.rest("DELETE", path)

    (entry,) = discord.play.memory.audit_log[int(discord.guild)].values()
    assert (entry.action, entry.reason, str(entry.target_id)) == (74, "read me", discord.application)
    assert entry.options == {"channel_id": made["channel_id"], "message_id": made["id"]}
    assert (refused.status_code, refused.json()["code"]) == (403, 50013)
