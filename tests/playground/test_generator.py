"""Worlds and traffic from a seed: the same again every time, and nothing that Discord would refuse."""

import itertools
from collections import Counter

import pytest

from guildwright.playground.bits import Intent
from guildwright.playground.generator.script import SCENARIOS, Act, Stage, script
from tests.fakes.local_discord import Json, LocalDiscord, local_discord
from tests.fakes.waiting import eventually

STAGES = (
    Stage(guild_id=1, texts=(11, 12), voices=(13,), people=(101, 102, 103, 104)),
    Stage(guild_id=2, texts=(21,), voices=(), people=(201, 202)),
)


def acts(seed: int, scenario: str, many: int = 400) -> list[Act]:
    return list(itertools.islice(script(seed, scenario, STAGES), many))


async def traffic(discord: LocalDiscord, **order: object) -> Json:
    """Run an order to its end."""
    await discord.told("POST", "/traffic-generator", order)

    async def over() -> bool:
        return not (await discord.told("GET", "/traffic-generator"))["running"]

    await eventually(over, 20)
    status: Json = await discord.told("GET", "/traffic-generator")
    return status


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_is_the_same_script_and_another_seed_another_one(scenario: str) -> None:
    assert acts(7, scenario) == acts(7, scenario)
    assert acts(7, scenario) != acts(8, scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nobody_acts_before_joining_or_after_leaving(scenario: str) -> None:
    present = {stage.guild_id: set(range(len(stage.people))) for stage in STAGES}
    for act in acts(3, scenario, 2000):
        if act.kind == "join":
            assert act.person not in present[act.guild_id]
            present[act.guild_id].add(act.person)
        else:
            assert act.person in present[act.guild_id]
        if act.kind == "leave":
            present[act.guild_id].discard(act.person)


def test_a_scenario_keeps_its_proportions() -> None:
    found = Counter(act.kind for act in acts(1, "mixed", 5000))

    assert abs(found["chat"] / 5000 - 0.60) < 0.05
    assert set(found) == {"chat", "typing", "react", "join", "leave", "voice"}


def test_raiders_join_shout_the_same_and_go() -> None:
    raid = acts(1, "raid", 12 + 48 + 12)

    assert [kind for kind, _ in itertools.groupby(act.kind for act in raid)] == ["join", "chat", "leave"]
    assert len({act.text for act in raid if act.kind == "chat"}) == 1
    assert {act.person for act in raid if act.kind == "chat"} == {act.person for act in raid if act.kind == "join"}


async def test_a_seeded_world_has_its_guilds_members_and_the_bot(discord: LocalDiscord) -> None:
    made = await discord.told("POST", "/seed", {"guilds": 30, "members": 5, "seed": 4})
    guild = await discord.told("GET", f"/guilds/{made['guild_ids'][0]}")
    shards = {(int(guild_id) >> 22) % 4 for guild_id in made["guild_ids"]}

    assert (len(set(made["guild_ids"])), made["guilds"], made["members"]) == (30, 31, 30 * 6 + 5)
    assert (len(guild["members"]), guild["bot_present"]) == (6, True)
    assert [channel["name"] for channel in guild["channels"]] == ["general", "bot-commands", "Voice"]
    assert shards == {0, 1, 2, 3}
    assert (await discord.rest("GET", f"/guilds/{made['guild_ids'][29]}")).is_success


async def test_a_connected_bot_is_told_of_seeded_guilds(discord: LocalDiscord) -> None:
    async with discord.connected() as gateway:
        await gateway.expect("GUILD_CREATE")
        made = await discord.told("POST", "/seed", {"guilds": 3, "members": 2})

        assert [(await gateway.expect("GUILD_CREATE"))["id"] for _ in range(3)] == made["guild_ids"]


async def test_the_same_order_says_the_same_again(discord: LocalDiscord) -> None:
    made = await discord.told("POST", "/seed", {"guilds": 2, "members": 6})
    heard = []
    async with discord.connected() as gateway:
        for _ in range(2):
            status = await traffic(discord, scenario="messages", seed=5, rate=0, events=40, guild_ids=made["guild_ids"])
            assert (status["done"], status["refused"], status["by_kind"]) == (40, 0, {"chat": 40})
            told = [await gateway.expect("MESSAGE_CREATE") for _ in range(40)]
            heard.append([(one["channel_id"], one["author"]["id"], one["content"]) for one in told])

    assert heard[0] == heard[1]
    assert len(set(heard[0])) > 20


async def test_the_same_seeds_in_two_fresh_playgrounds_make_the_same_names_and_say_the_same() -> None:
    worlds = []
    for _ in range(2):
        async with local_discord() as discord:
            made = await discord.told("POST", "/seed", {"guilds": 2, "members": 6, "seed": 3})
            guilds = [await discord.told("GET", f"/guilds/{guild_id}") for guild_id in made["guild_ids"]]
            people = [[one["user"]["username"] for one in guild["members"]] for guild in guilds]
            async with discord.connected() as gateway:
                await traffic(discord, scenario="messages", seed=5, rate=0, events=20)
                told = [await gateway.expect("MESSAGE_CREATE") for _ in range(20)]
            names = [guild["name"] for guild in guilds]
            worlds.append((names, people, [(one["author"]["username"], one["content"]) for one in told]))

    assert worlds[0] == worlds[1]


async def test_no_two_seeded_people_have_the_same_username_however_often_a_world_is_seeded(
    discord: LocalDiscord,
) -> None:
    for _ in range(3):
        await discord.told("POST", "/seed", {"guilds": 2, "members": 10, "seed": 3})
    names = [user.username for user in discord.play.memory.users.values()]

    assert len(names) == len(set(names))
    assert max(map(len, names)) <= 32


async def test_everything_that_members_do_reaches_the_bot(discord: LocalDiscord) -> None:
    await discord.told("POST", "/seed", {"guilds": 1, "members": 20})
    async with discord.connected() as gateway:
        status = await traffic(discord, scenario="mixed", seed=2, rate=0, events=300)
        names = set(await gateway.names())

    assert status["done"] + status["refused"] == 300
    assert status["refused"] < 30
    assert {
        "MESSAGE_CREATE",
        "TYPING_START",
        "MESSAGE_REACTION_ADD",
        "GUILD_MEMBER_ADD",
        "GUILD_MEMBER_REMOVE",
        "VOICE_STATE_UPDATE",
    } <= names


async def test_whom_the_bot_silenced_writes_no_more(discord: LocalDiscord) -> None:
    quiet = {"timeout_until": "2999-01-01T00:00:00Z"}
    for name in ("ana", "bo"):
        await discord.told("PATCH", f"/guilds/{discord.guild}/members/{discord.user(name)}", quiet)
    async with discord.connected() as gateway:
        status = await traffic(discord, scenario="messages", rate=0, events=30)
        authors = {(await gateway.expect("MESSAGE_CREATE"))["author"]["username"] for _ in range(status["done"])}

    assert authors == {"cy"}
    assert status["refused"] > 10


async def test_traffic_keeps_its_rate_and_ends_when_told_to(discord: LocalDiscord) -> None:
    await discord.told("POST", "/traffic-generator", {"scenario": "messages", "rate": 50, "seconds": 60})

    async def begun() -> bool:
        return bool((await discord.told("GET", "/traffic-generator"))["done"] >= 10)

    took = await eventually(begun, 20)
    stopped = await discord.told("DELETE", "/traffic-generator")

    assert took > 0.1
    assert (stopped["running"], stopped["done"] < 3000) == (False, True)


async def test_without_the_content_intent_generated_messages_are_blank(discord: LocalDiscord) -> None:
    async with discord.connected(intents=int(Intent.GUILD_MESSAGES)) as gateway:
        await traffic(discord, scenario="messages", rate=0, events=1)

        assert (await gateway.expect("MESSAGE_CREATE"))["content"] == ""


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/seed", {"guilds": 0, "members": 1}, 422, "guilds"),
        ("/seed", {"guilds": 5000, "members": 5000}, 422, "members"),
        ("/traffic-generator", {"rate": -1}, 422, "rate"),
        ("/traffic-generator", {"events": 0}, 422, "events"),
        ("/traffic-generator", {"seconds": 0}, 422, "seconds"),
        ("/traffic-generator", {"scenario": "war"}, 422, None),
        ("/traffic-generator", {"guild_ids": ["1"]}, 404, "guild_ids"),
    ],
)
async def test_an_order_that_cannot_be_is_refused_with_its_field(
    discord: LocalDiscord, path: str, body: Json, status: int, field: str | None
) -> None:
    answer = await discord.control("POST", path, body)

    assert answer.status_code == status
    assert field is None or answer.json()["error"]["field"] == field
