"""SKUs and entitlements: what is bought, tested, consumed and cancelled, and what the bot hears of it."""

from datetime import timedelta

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import Json, LocalDiscord


def path(discord: LocalDiscord, rest: str = "") -> str:
    return f"/applications/{discord.application}/entitlements{rest}"


async def offered(discord: LocalDiscord, name: str = "Gold", **more: str) -> str:
    sku = await discord.told("POST", "/skus", {"name": name, **more})
    return str(sku["id"])


async def bought(discord: LocalDiscord, sku: str, user: str = "ana", **more: str) -> Json:
    body = {"user_id": discord.user(user), "sku_id": sku, **more}
    entitlement: Json = await discord.told("POST", "/entitlements", body)
    return entitlement


async def test_what_is_offered_is_listed(discord: LocalDiscord) -> None:
    await offered(discord, "Gold Plan")
    await offered(discord, "A potion", kind="consumable")

    skus = await discord.ask("GET", f"/applications/{discord.application}/skus")

    assert [(sku["name"], sku["slug"], sku["type"], sku["flags"]) for sku in skus] == [
        ("Gold Plan", "gold-plan", 5, 4 | 256),
        ("A potion", "a-potion", 3, 4),
    ]


async def test_the_bot_hears_of_a_purchase_its_end_and_a_refund(discord: LocalDiscord) -> None:
    sku = await offered(discord)
    async with discord.connected() as gateway:
        entitlement = await bought(discord, sku)
        created = await gateway.expect("ENTITLEMENT_CREATE")
        ended = await discord.told("POST", f"/entitlements/{entitlement['id']}/cancel", {})
        updated = await gateway.expect("ENTITLEMENT_UPDATE")
        await discord.told("POST", f"/entitlements/{entitlement['id']}/cancel", {"refund": True})
        deleted = await gateway.expect("ENTITLEMENT_DELETE")

    assert (created["user_id"], created["type"], created["ends_at"]) == (discord.user("ana"), 8, None)
    assert (ended["active"], updated["ends_at"]) == (False, ended["ends_at"])
    assert (deleted["id"], deleted["deleted"]) == (entitlement["id"], True)


async def test_interactions_carry_what_counts_there(discord: LocalDiscord) -> None:
    mine, ours = await offered(discord, "Mine"), await offered(discord, "Ours", held_by="guild")
    ended = await bought(discord, await offered(discord, "Old"))
    await discord.told("POST", f"/entitlements/{ended['id']}/cancel", {})
    own = await bought(discord, mine)
    shared = await bought(discord, ours, "bo", guild_id=discord.guild)
    await bought(discord, mine, "bo")
    await discord.ask("PUT", f"/applications/{discord.application}/commands", [{"name": "x", "description": "x"}])

    async def answer(interaction: Json) -> None:
        await discord.callback(interaction, 4, {"content": "x"})

    async with discord.answering(answer) as came:
        place = {"user_id": discord.user("ana"), "channel_id": discord.channel("gatehouse"), "command": "x"}
        await discord.told("POST", "/commands", place)

    assert [entry["id"] for entry in came[0]["entitlements"]] == [own["id"], shared["id"]]
    assert came[0]["entitlements"][1]["guild_id"] == discord.guild


async def test_test_entitlements_are_made_and_deleted_by_the_bot_but_purchases_are_not(discord: LocalDiscord) -> None:
    sku = await offered(discord, held_by="guild")
    body = {"sku_id": sku, "owner_id": discord.guild, "owner_type": 1}
    mine = await bought(discord, await offered(discord, "Other"))

    made = await discord.ask("POST", path(discord), body)
    await discord.ask("DELETE", path(discord, f"/{made['id']}"))
    again = await discord.rest("DELETE", path(discord, f"/{made['id']}"))
    theirs = await discord.rest("DELETE", path(discord, f"/{mine['id']}"))

    assert (made["guild_id"], made["starts_at"], made["ends_at"]) == (discord.guild, None, None)
    assert (await discord.ask("GET", path(discord, f"/{made['id']}")))["deleted"] is True
    for refused in (again, theirs):
        assert (refused.status_code, refused.json()["code"]) == (404, 10029)


async def test_only_what_is_consumable_is_consumed_and_once(discord: LocalDiscord) -> None:
    potion = await bought(discord, await offered(discord, "Potion", kind="consumable"))
    gold = await bought(discord, await offered(discord))

    async with discord.connected() as gateway:
        await discord.ask("POST", path(discord, f"/{potion['id']}/consume"))
        await discord.ask("POST", path(discord, f"/{potion['id']}/consume"))
        updated = await gateway.expect("ENTITLEMENT_UPDATE")
    refused = await discord.rest("POST", path(discord, f"/{gold['id']}/consume"))

    assert updated["consumed"] is True
    assert (await discord.effects())["entitlements_consumed"] == 1
    assert (refused.status_code, refused.json()["code"]) == (404, 10029)


async def test_the_list_is_narrowed_as_asked(slow_discord: LocalDiscord, clock: FakeClock) -> None:
    discord = slow_discord
    gold, ours = await offered(discord), await offered(discord, "Ours", held_by="guild")
    end = (clock.now() + timedelta(days=1)).isoformat()
    first = await bought(discord, gold, "ana", ends_at=end)
    second = await bought(discord, gold, "bo")
    third = await bought(discord, ours, "bo", guild_id=discord.guild)
    fourth = await bought(discord, gold, "cy")
    await discord.told("POST", f"/entitlements/{fourth['id']}/cancel", {"refund": True})
    clock.set(clock.now() + timedelta(days=2))
    ids = [entry["id"] for entry in (first, second, third, fourth)]

    async def listed(query: str) -> list[int]:
        return [ids.index(entry["id"]) for entry in await discord.ask("GET", path(discord, query))]

    assert await listed("") == [0, 1, 2]
    assert await listed("?exclude_deleted=false") == [0, 1, 2, 3]
    assert await listed("?exclude_ended=true") == [1, 2]
    assert await listed(f"?user_id={discord.user('bo')}") == [1, 2]
    assert await listed(f"?guild_id={discord.guild}") == [2]
    assert await listed(f"?sku_ids={ours},{gold}") == [0, 1, 2]
    assert await listed(f"?sku_ids={ours}") == [2]
    assert await listed(f"?before={ids[2]}&limit=1") == [1]
    assert await listed(f"?after={ids[0]}&limit=1") == [1]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("method", "rest", "body", "status", "code"),
    [
        ("GET", "/1", None, 404, 10029),
        ("GET", "?limit=101", None, 400, 50035),
        ("GET", "?sku_ids=x", None, 400, 50035),
        ("POST", "", {}, 400, 50035),
        ("POST", "", {"sku_id": "1", "owner_id": "1", "owner_type": 3}, 400, 50035),
        ("POST", "", {"sku_id": "1", "owner_id": "1", "owner_type": 1}, 404, 10027),
        ("POST", "/1/consume", None, 404, 10029),
    ],
)
async def test_bad_requests_about_entitlements_are_refused(  # noqa: PLR0913, PLR0917 - a row of a table
    shared_discord: LocalDiscord, method: str, rest: str, body: Json | None, status: int, code: int
) -> None:
    response = await shared_discord.rest(method, path(shared_discord, rest), body)

    assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"sku_id": "1"}, 404, "sku_id"),
        ({"guild_id": "GUILD"}, 422, "guild_id"),
        ({"ends_at": "soon"}, 422, "ends_at"),
        ({"user_id": "1"}, 404, "user_id"),
        ({}, 409, "sku_id"),
    ],
)
async def test_a_purchase_that_cannot_be_is_refused(
    discord: LocalDiscord, change: dict[str, str], status: int, field: str
) -> None:
    sku = await offered(discord)
    await bought(discord, sku)
    body = {"user_id": discord.user("ana"), "sku_id": sku} | change
    if body.get("guild_id"):
        body["guild_id"] = discord.guild

    response = await discord.control("POST", "/entitlements", body)

    assert (response.status_code, response.json()["error"]["field"]) == (status, field), response.text
