"""Whoever reads or edits guild documents need not know whether they are files or resources of a cluster."""

import asyncio

import pytest

from guildwright.platform.config.store import CannotWrite, StaleWrite, State
from guildwright.platform.config.stores import open_store
from tests.config.homes import Home, says
from tests.fakes.documents import ASH, ELM, OAK
from tests.fakes.waiting import eventually
from tests.fakes.watched import Watched

ROLES = ["400000000000000001", "400000000000000002", "400000000000000003"]
SMALL = "99999999999999999"  # a digit less: first by number, last by text


async def write(
    home: Home, patch: dict[str, object], guild_id: str = OAK, *, dry_run: bool = False
) -> dict[str, object]:
    version = (await home.store.read(guild_id)).version
    return says(await home.store.write(guild_id, patch, version, dry_run=dry_run))


async def test_a_guild_without_a_document_runs_on_defaults(home: Home) -> None:
    stored = await home.store.read(OAK)

    assert (stored.state, stored.version, stored.source, says(stored)) == (State.DEFAULTS, "", "", {})
    assert await home.store.list() == []
    assert await home.store.strays() == ()


async def test_what_is_written_is_live_and_read_back(home: Home) -> None:
    written = await home.store.write(OAK, {"giveaways": {"rerollLimit": 3, "claimTimeout": "24h"}}, "")

    assert (written.guild_id, written.state, written.generation) == (OAK, State.LIVE, 1)
    assert written.uid
    assert OAK in written.source
    assert says(written) == {"giveaways": {"rerollLimit": 3, "claimTimeout": "1d"}}
    assert await home.store.read(OAK) == written
    async with open_store(home.settings) as other:
        assert await other.read(OAK) == written


async def test_guilds_are_listed_by_their_number(home: Home) -> None:
    for guild_id in (OAK, ELM, SMALL, ASH):
        await home.store.write(guild_id, {}, "")

    assert [stored.guild_id for stored in await home.store.list()] == [SMALL, OAK, ELM, ASH]


async def test_a_patch_changes_only_what_it_names(home: Home) -> None:
    await write(home, {"giveaways": {"rerollLimit": 3, "managerRoles": ROLES[:2]}, "general": {"locale": "de"}})

    assert await write(home, {"giveaways": {"rerollLimit": 4}}) == {
        "general": {"locale": "de"},
        "giveaways": {"rerollLimit": 4, "managerRoles": ROLES[:2]},
    }
    assert await write(home, {"giveaways": {"managerRoles": ROLES[1:]}, "general": None}) == {
        "giveaways": {"rerollLimit": 4, "managerRoles": ROLES[1:]}
    }
    assert await write(home, {"giveaways": {"managerRoles": []}}) == {"giveaways": {"rerollLimit": 4}}
    stored = await home.store.read(OAK)
    assert stored.generation == 4
    assert stored.uid


async def test_the_last_knob_can_be_removed_like_any_other(home: Home) -> None:
    await write(home, {"giveaways": {"rerollLimit": 3, "blacklist": {"roles": ROLES}}})

    assert await write(home, {"giveaways": {"blacklist": {"roles": None}}}) == {"giveaways": {"rerollLimit": 3}}
    assert await write(home, {"giveaways": {"rerollLimit": None}}) == {}
    assert await write(home, {"general": {"locale": "de"}}) == {"general": {"locale": "de"}}
    assert await write(home, {"general": None, "giveaways": {"rerollLimit": 2}}) == {"giveaways": {"rerollLimit": 2}}
    assert await write(home, {"giveaways": None}) == {}
    assert (await home.store.read(OAK)).state is State.LIVE


async def test_a_list_of_rules_is_replaced_by_name(home: Home) -> None:
    ban = {"name": "ban", "enabled": False, "allowedRoles": ROLES[:1]}
    await write(home, {"commands": {"rules": [ban, {"name": "kick", "enabled": False}]}})

    rules = [{"name": "ban", "enabled": True}, {"name": "giveaway start", "allowedRoles": ROLES[:1]}]
    outcome = await write(home, {"commands": {"rules": rules}})

    assert outcome == {"commands": {"rules": rules}}


async def test_what_is_so_already_makes_no_new_generation(home: Home) -> None:
    await write(home, {"giveaways": {"rerollLimit": 3}})
    before = await home.store.read(OAK)

    assert await home.store.write(OAK, {"giveaways": {"rerollLimit": 3}, "general": None}, before.version) == before
    assert await home.store.read(OAK) == before


async def test_a_stale_write_is_refused_and_changes_nothing(home: Home) -> None:
    first = await home.store.write(OAK, {"giveaways": {"rerollLimit": 3}}, "")
    second = await home.store.write(OAK, {"giveaways": {"rerollLimit": 4}}, first.version)

    for guild_id, version in ((OAK, first.version), (OAK, ""), (ELM, second.version)):
        with pytest.raises(StaleWrite, match="read it again"):
            await home.store.write(guild_id, {"giveaways": {"rerollLimit": 5}}, version)
    assert await home.store.list() == [second]


async def test_a_removed_document_that_comes_back_is_not_the_one_that_was_read(home: Home) -> None:
    before = await home.store.write(OAK, {"giveaways": {"rerollLimit": 3}}, "")
    home.remove(OAK)
    with pytest.raises(StaleWrite):
        await home.store.write(OAK, {"giveaways": {"rerollLimit": 5}}, before.version)
    home.put(OAK, {"giveaways": {"rerollLimit": 4}})
    with pytest.raises(StaleWrite):
        await home.store.write(OAK, {"giveaways": {"rerollLimit": 5}}, before.version)


@pytest.mark.parametrize(
    ("patch", "field", "hint"),
    [
        ({"giveaways": {"rerollLimit": 99}}, "spec.giveaways.rerollLimit", None),
        ({"giveawys": {"rerollLimit": 1}}, "spec.giveawys", "did you mean giveaways?"),
        ({"general": {"timeZone": "Europe/Berln"}}, "spec.general.timeZone", "did you mean Europe/Berlin?"),
        ({"general": {"staffRoles": [OAK]}}, "spec.general.staffRoles[0]", None),
        ({"giveaways": {"managerRoles": [ROLES[0], ROLES[0]]}}, "spec.giveaways.managerRoles[1]", None),
        ({"giveaways": 5}, "spec.giveaways", None),
    ],
)
async def test_a_change_that_would_not_pass_the_check_is_refused_in_its_words(
    home: Home, patch: dict[str, object], field: str, hint: str | None
) -> None:
    before = await home.store.write(OAK, {"giveaways": {"rerollLimit": 3}}, "")

    with pytest.raises(CannotWrite) as refused:
        await home.store.write(OAK, patch, before.version)

    (problem,) = refused.value.problems
    assert (problem.field, bool(problem.message)) == (field, True)
    assert (problem.hint or "").startswith(hint or "")
    assert await home.store.read(OAK) == before


async def test_a_name_that_is_no_guilds_is_refused(home: Home) -> None:
    with pytest.raises(CannotWrite, match=r"metadata\.name"):
        await home.store.write("oak", {}, "")


async def test_a_dry_run_says_what_would_be_and_changes_nothing(home: Home) -> None:
    assert await write(home, {"giveaways": {"rerollLimit": 3}}, dry_run=True) == {"giveaways": {"rerollLimit": 3}}
    assert await home.store.list() == []

    before = await home.store.write(OAK, {"giveaways": {"rerollLimit": 3}, "general": {"locale": "de"}}, "")
    outcome = await write(home, {"giveaways": None, "general": {"locale": "fr"}}, dry_run=True)
    assert outcome == {"general": {"locale": "fr"}}
    assert await write(home, {"giveaways": None, "general": None}, dry_run=True) == {}
    assert await home.store.read(OAK) == before
    with pytest.raises(CannotWrite):
        await write(home, {"giveaways": {"rerollLimit": 99}}, dry_run=True)
    with pytest.raises(StaleWrite):
        await home.store.write(OAK, {}, "", dry_run=True)


async def test_of_two_writers_at_once_one_is_told_that_it_came_too_late(home: Home) -> None:
    version = (await home.store.write(OAK, {"giveaways": {"rerollLimit": 1}}, "")).version
    for limit in (3, 5, 7):
        async with open_store(home.settings) as other:
            outcomes = await asyncio.gather(
                home.store.write(OAK, {"giveaways": {"rerollLimit": limit}}, version),
                other.write(OAK, {"giveaways": {"rerollLimit": limit + 1}}, version),
                return_exceptions=True,
            )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["StaleWrite", "Stored"]
        version = (await home.store.read(OAK)).version


async def test_who_repeats_stale_writes_loses_nothing(home: Home) -> None:
    async def add(role: str) -> None:
        async with open_store(home.settings) as store:
            while True:
                stored = await store.read(OAK)
                roles = stored.spec.giveaways.manager_roles if stored.spec.giveaways else ()
                try:
                    await store.write(OAK, {"giveaways": {"managerRoles": [*roles, role]}}, stored.version)
                except StaleWrite:
                    continue
                return

    await home.store.write(OAK, {}, "")
    roles = {str(500000000000000000 + number) for number in range(6)}
    await asyncio.gather(*map(add, roles))

    giveaways = (await home.store.read(OAK)).spec.giveaways
    assert giveaways
    assert set(giveaways.manager_roles) == roles


async def test_a_watch_tells_everything_then_every_change(home: Home) -> None:
    home.put(OAK, {"giveaways": {"rerollLimit": 2}})
    async with Watched(home.store) as watched:
        await eventually(lambda: watched.rerolls(OAK) == 2)
        assert watched.changes[0].complete
        home.put(OAK, {"giveaways": {"rerollLimit": 3}})
        await eventually(lambda: watched.rerolls(OAK) == 3)
        assert watched.generation(OAK) == 2
        written = await home.store.write(ELM, {"giveaways": {"rerollLimit": 4}}, "")
        await eventually(lambda: watched.guilds.get(ELM) == written)
        home.remove(OAK)
        await eventually(lambda: OAK not in watched.guilds)
        assert not any(change.complete for change in watched.changes[1:])
        assert watched.guilds == {ELM: written}


async def test_of_an_empty_source_a_watch_says_that_it_is_empty(home: Home) -> None:
    async with Watched(home.store) as watched:
        await eventually(lambda: watched.changes)

    (change,) = watched.changes
    assert (change.complete, dict(change.guilds), change.strays) == (True, {}, ())
