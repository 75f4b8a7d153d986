"""A draw from commitment to record: fixed before anybody enters, posted before it is drawn, checkable ever after."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from guildwright.cli import app
from guildwright.platform.beacon import chain_of
from guildwright.platform.database import engine
from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features.giveaways import consumers, draw, draws, editing, frozen, proof, service, store
from guildwright_bot.features.giveaways import records as history
from guildwright_bot.features.giveaways.domain import Giveaway, State, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.editing import Revision
from guildwright_bot.features.giveaways.proof import Record
from guildwright_bot.features.giveaways.verify import message_time, verify
from tests.fakes.beacon import FakeBeacon, chain, signed
from tests.fakes.bot import GUILD, config, settings
from tests.fakes.channels import Sent
from tests.fakes.clock import FakeClock
from tests.fakes.jobs_by_hand import Bench
from tests.fakes.postgres_server import PostgresServer
from tests.giveaways.conftest import CAPS, HOST, Hall

pytestmark = pytest.mark.integration


# The messages of the fake Discord are from its first second.
NETWORK = chain(genesis=1_420_070_400 - 1000)


class HurriedClock(FakeClock):
    """Whoever sleeps wakes at once, and the time has passed."""

    async def sleep(self, seconds: float) -> None:
        self.set(self.now() + timedelta(seconds=seconds))


def attached(message: Sent) -> Record:
    """The record that a message carries."""
    [(_, body)] = message.files.items()
    return proof.read(body)


async def drawn(hall: Hall, *members: int, **terms: object) -> Giveaway:
    """A giveaway whose winners were told."""
    giveaway = await hall.started(**terms)
    for member in members:
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    return giveaway


async def test_the_record_at_the_winners_message_matches_and_agrees_with_what_was_posted(hall: Hall) -> None:
    giveaway = await hall.started(winners=2)
    [committed] = [line for line in hall.panel.text.splitlines() if "committed" in line]
    for member in range(1, 8):
        await hall.click(giveaway, member)
    await hall.pass_time(10)
    [closed], [told] = hall.closings, hall.announcements
    record = attached(told)
    verdict = verify(record)
    assert verdict.matches, verdict.checks
    assert verdict.strength == "commit-reveal"
    assert record.commitments[-1].hash in committed
    assert record.list_hash in closed.content
    assert record.commitments[-1].hash in closed.content
    assert record.list_message == str(closed.id)
    assert [winner.member for winner in record.rounds[0].winners] == [str(member) for member in told.pings]
    assert len(record.entries) == 7


async def test_until_the_draw_nobody_can_read_the_seed_anywhere(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    made = await draws.get(giveaway.id)
    assert made is not None
    assert not any(secret in hall.panel.text for secret in (made.seed, made.ticket_key))
    await hall.pass_time(10)
    assert all(made.seed not in closed.content for closed in hall.closings)
    assert made.ticket_key not in str(attached(hall.announcements[0]))


async def test_the_hash_is_posted_before_the_draw_is_made(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    seen = []

    async def look(sent: Sent) -> None:
        if sent in hall.closings:
            made = await draws.get(giveaway.id)
            assert made is not None
            seen.append((made.list_hash, made.final))

    hall.discord.on_send = look
    await hall.pass_time(10)
    assert seen == [(attached(hall.announcements[0]).list_hash, "")]


async def test_weights_are_those_of_the_last_click(hall: Hall) -> None:
    hall.discord.members |= {1: (50,), 2: (50, 60)}
    giveaway = await drawn(hall, 1, 2, 3, bonus={50: 4, 60: 20})
    record = attached(hall.announcements[0])
    made = await draws.get(giveaway.id)
    assert made is not None
    weights = {entry.ticket: entry.weight for entry in draw.read_lines(record.entries)}
    assert weights == {made.ticket(1): 5, made.ticket(2): 25, made.ticket(3): 1}
    assert "31 tickets" in hall.closings[0].content
    assert verify(record).matches


async def test_who_may_not_win_any_more_by_the_config_is_not_in_the_list(hall: Hall) -> None:
    hall.discord.members |= {1: (111111111111111111,), 2: ()}
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
    await hall.pass_time(10)
    assert await hall.ticket(giveaway, 2) in str(attached(hall.announcements[0]).entries)
    assert len(attached(hall.announcements[0]).entries) == 1


async def test_the_guilds_rules_are_committed_to_and_whom_they_exclude_by_name_is_not_named(hall: Hall) -> None:
    excluded = "987654321987654321"
    hall.config.current = config(
        giveaways={
            "minimumAccountAge": "1d",
            "minimumMembership": "2h",
            "blacklist": {"roles": ["111111111111111111"], "members": [excluded]},
        }
    )
    giveaway = await drawn(hall, 1)
    [told] = hall.announcements
    [made] = attached(told).commitments
    assert made.statement["rules"] == {
        "minimum_account_age": 86400,
        "minimum_membership": 7200,
        "blacklisted_roles": ["111111111111111111"],
        "blacklisted_members": [await hall.ticket(giveaway, int(excluded))],
    }
    assert excluded.encode() not in b"".join(told.files.values())


async def test_rules_that_changed_since_are_committed_to_before_the_list_is_frozen(hall: Hall) -> None:
    hall.discord.members |= {1: (111111111111111111,), 2: ()}
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    before = hall.panel.text
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
    await hall.pass_time(10, unkindly="dying")
    record = attached(hall.announcements[0])
    first, last = record.commitments
    assert first.hash in before
    assert last.hash in hall.closings[0].content
    assert first.hash not in hall.closings[0].content
    roles = [made.statement["rules"]["blacklisted_roles"] for made in (first, last)]
    assert roles == [[], ["111111111111111111"]]
    assert first.statement["seed_hash"] == last.statement["seed_hash"]
    assert verify(record).matches, verify(record).checks


async def test_what_else_the_guild_configures_calls_for_no_other_commitment(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    hall.config.current = config(giveaways={"claimTimeout": "7m", "rerollLimit": 5})
    await hall.pass_time(10)
    assert len(attached(hall.announcements[0]).commitments) == 1


async def test_a_giveaway_whose_statement_is_of_the_first_form_is_committed_to_once_more_and_matches(
    hall: Hall,
) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    made = await draws.get(giveaway.id)
    assert made is not None
    newer = ("rules", "made_at", "late")
    said = {name: value for name, value in made.commitments[0].said.items() if name not in newer}
    first = proof.Commitment(made.commitments[0].made_at, draw.commitment(said), said)
    kept = msgspec.json.encode([first]).decode()
    await fetch("UPDATE giveaway_draw SET commitments = $1::jsonb", kept)
    await hall.pass_time(10)
    record = attached(hall.announcements[0])
    assert [set(newer) <= made.statement.keys() for made in record.commitments] == [False, True]
    assert verify(record).matches, verify(record).checks


async def test_how_many_are_left_out_and_why_is_posted_and_on_record(hall: Hall) -> None:
    hall.discord.members |= {1: (111111111111111111,), 2: (50,)}
    giveaway = await hall.started()
    for member in range(1, 6):
        await hall.click(giveaway, member)
    revision = Revision(terms=lambda terms: replace(terms, blacklisted_members=frozenset({3, 4})))
    async with transaction():
        rules, now = rules_of(hall.config.current.giveaways), hall.clock.now()
        await editing.edit(GUILD, giveaway.id, revision, caps=CAPS, rules=rules, actor_id=HOST, now=now)
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
    await hall.pass_time(10, unkindly="twice")
    [told] = hall.announcements
    assert attached(told).left_out == {"blacklisted": 1, "blacklisted-here": 2}
    assert "3 more entries do not count" in hall.closings[0].content
    [line] = [line for line in await history.of(giveaway.id) if line["kind"] == "frozen"]
    assert line["details"]["left_out"] == {"blacklisted": 1, "blacklisted-here": 2}
    assert line["details"]["entries"] == 2


async def test_where_nobody_is_left_out_the_record_says_so_and_the_message_nothing(hall: Hall) -> None:
    await drawn(hall, 1, 2)
    assert attached(hall.announcements[0]).left_out == {}
    assert "not count" not in hall.closings[0].content


async def test_a_list_that_was_frozen_before_anybody_counted_who_is_left_out_is_published_as_it_is(hall: Hall) -> None:
    giveaway = await drawn(hall, 1, 2)
    await fetch("UPDATE giveaway_draw SET left_out = NULL")
    found = await draws.file(await hall.now(giveaway), ())
    assert found is not None
    assert proof.read(found[1]).left_out is None


async def test_who_got_a_role_that_was_asked_for_after_they_entered_wins_without_another_click(hall: Hall) -> None:
    giveaway = await hall.started(winners=3)
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    revision = Revision(terms=lambda terms: replace(terms, required_roles=frozenset({50})))
    assert isinstance(await hall.edit(giveaway, revision), Giveaway)
    hall.discord.members |= {1: (50,), 2: (50,)}
    await hall.pass_time(10)
    [told] = hall.announcements
    assert set(told.pings) == {1, 2}
    assert len(attached(told).entries) == 3
    assert verify(attached(told)).matches


async def test_whom_the_host_excluded_by_name_is_not_named_in_the_record(hall: Hall) -> None:
    giveaway = await drawn(hall, 1, blacklisted_members=frozenset({987654321987654321}))
    written = hall.announcements[0].files
    assert b"987654321987654321" not in b"".join(written.values())
    ticket = await hall.ticket(giveaway, 987654321987654321)
    assert attached(hall.announcements[0]).commitments[0].statement["terms"]["blacklisted_members"] == [ticket]


async def test_who_was_passed_over_is_in_the_record_with_the_reason(hall: Hall) -> None:
    giveaway = await hall.started(winners=2)
    for member in range(1, 8):
        await hall.click(giveaway, member)
    made = await draws.get(giveaway.id)
    assert made is not None
    hall.discord.members.clear()
    hall.discord.members |= {3: (), 5: ()}
    await hall.pass_time(10)
    record = attached(hall.announcements[0])
    assert verify(record).matches
    assert set(hall.announcements[0].pings) == {3, 5}
    passed = {passed.ticket: passed.reason for passed in record.rounds[0].passed_over}
    assert set(passed.values()) <= {"left"}
    order = await hall.order(giveaway)
    before = order[: max(order.index(3), order.index(5))]
    assert set(passed) == {made.ticket(member) for member in before if member not in (3, 5)}


async def test_rerolls_go_down_the_same_order_and_the_record_grows(hall: Hall) -> None:
    hall.config.current = config(giveaways={"rerollLimit": 3})
    giveaway = await drawn(hall, *range(1, 6))
    order = await hall.order(giveaway)
    for _ in range(3):
        await hall.pass_time(6)
    assert [told.pings for told in hall.announcements] == [(member,) for member in order[:4]]
    records = [attached(told) for told in hall.announcements]
    assert [len(record.rounds) for record in records] == [1, 2, 3, 4]
    assert all(verify(record).matches for record in records)
    assert len({record.final for record in records}) == 1


async def test_who_was_passed_over_and_may_win_again_is_first_at_the_reroll(hall: Hall) -> None:
    giveaway = await hall.started()
    for member in range(1, 6):
        await hall.click(giveaway, member)
    first = (await hall.foreseen(giveaway))[0]
    roles = hall.discord.members.pop(first)
    await hall.pass_time(10)
    assert hall.announcements[0].pings != (first,)
    hall.discord.members[first] = roles
    await hall.pass_time(6)
    assert hall.announcements[1].pings == (first,)
    assert verify(attached(hall.announcements[1])).matches


async def test_edited_terms_are_committed_to_again_with_the_same_seed(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    before = hall.panel.text
    edited = await hall.edit(giveaway, Revision(terms=lambda terms: replace(terms, prize="Oak table")))
    assert isinstance(edited, Giveaway)
    async with transaction():
        rules = rules_of(hall.config.current.giveaways)
        assert await draws.commit_again(edited, rules, hall.clock.now()) is None
    await hall.pass_time(1)
    after = hall.panel.text
    await hall.pass_time(10)
    record = attached(hall.announcements[0])
    assert [made.statement["terms"]["prize"] for made in record.commitments] == ["Oak chair", "Oak table"]
    assert [made.hash in before for made in record.commitments] == [True, False]
    assert [made.hash in after for made in record.commitments] == [False, True]
    assert verify(record).matches


async def test_where_everybody_in_the_list_has_left_it_is_not_said_that_nobody_was_in_it(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    hall.discord.members.clear()
    await hall.pass_time(11)
    assert "everybody in the draw has left" in hall.announcements[0].content


async def test_a_draw_with_nobody_in_it_is_on_record_too(hall: Hall) -> None:
    await drawn(hall)
    assert "Nobody is in the draw" in hall.closings[0].content
    assert hall.announcements[0].pings == (HOST,)
    assert verify(attached(hall.announcements[0])).matches


@pytest.mark.parametrize("unkindly", ["twice", "dying"])
async def test_every_step_twice_or_dying_at_its_end_makes_one_draw(hall: Hall, unkindly: str) -> None:
    giveaway = await hall.started(winners=2)
    for member in range(1, 8):
        await hall.click(giveaway, member)
    foreseen = await hall.foreseen(giveaway)
    await hall.pass_time(10, unkindly=unkindly)
    assert await hall.order(giveaway) == foreseen
    assert len(hall.closings) == len(hall.announcements) == 1
    record = attached(hall.announcements[0])
    assert len(record.rounds) == 1
    assert verify(record).matches


async def test_where_no_file_may_be_attached_the_winners_are_told_without(hall: Hall) -> None:
    hall.discord.takes_files = False
    giveaway = await drawn(hall, 1, 2)
    [told] = hall.announcements
    assert (len(told.pings), told.files) == (1, {})
    assert (await hall.now(giveaway)).state is State.CLAIMING


async def test_the_record_can_be_had_once_more_from_the_command_line(
    hall: Hall, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    monkeypatch.setenv("DATABASE_URL", postgres.url)
    path = tmp_path / "draw.json"

    async def run(*asked: str) -> tuple[int, str]:
        command = ["giveaway", "record", "--guild", str(GUILD), "--output", str(path), *asked]
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        return result.exit_code, result.output

    await engine.close_database()
    try:
        assert "not drawn yet" in (await run("1"))[1]
        assert (await run("99"))[0] == 1
    finally:
        await engine.open_url(postgres.url)
    await hall.pass_time(10)
    await engine.close_database()
    try:
        assert (await run("1"))[0] == 0
        code, said = await run("1")
        assert (code, "--force" in said) == (2, True)
        assert (await run("1", "--force"))[0] == 0
    finally:
        await engine.open_url(postgres.url)
    assert proof.read(path.read_bytes()) == attached(hall.announcements[0])


async def test_a_giveaway_that_is_deleted_while_its_hash_is_posted_leaves_no_message(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)

    async def delete(sent: Sent) -> None:
        if sent in hall.closings:
            async with transaction():
                await service.delete(GUILD, giveaway.id, now=hall.clock.now())

    hall.discord.on_send = delete
    await hall.pass_time(11)
    assert hall.discord.shown == []
    assert await store.claims(giveaway.id) == []


async def forget_draws() -> None:
    """As after an update: these giveaways began before draws were kept."""
    await fetch("DELETE FROM giveaway_draw")


async def test_a_giveaway_that_ran_before_the_update_is_drawn_and_says_that_its_seed_is_late(hall: Hall) -> None:
    giveaway = await hall.started()
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await forget_draws()
    await hall.pass_time(10)
    record = attached(hall.announcements[0])
    assert record.late
    assert verify(record).matches
    assert "before seeds were committed to" in hall.closings[0].content
    assert (await hall.now(giveaway)).state is State.CLAIMING


async def test_a_prize_that_was_out_before_the_update_goes_to_another_entrant(hall: Hall) -> None:
    giveaway = await drawn(hall, 1, 2, 3)
    await forget_draws()
    [first] = hall.announcements[0].pings
    origin = Origin(lambda: "0" * 32, {"source": "none"}, rules_of(hall.config.current.giveaways))
    async with transaction():  # a try that died; then the rules were changed, by which the list is made
        await draws.commit(await hall.now(giveaway), origin, hall.clock.now(), late=True)
    excluded = 987654321987654321
    hall.config.current = config(giveaways={"blacklist": {"members": [str(excluded)]}})
    await hall.pass_time(6)
    [second] = hall.announcements[1].pings
    assert second in {1, 2, 3} - {first}
    made = await draws.get(giveaway.id)
    assert made is not None
    rules = made.commitments[-1].statement["rules"]
    assert rules["blacklisted_members"] == [made.ticket(excluded)]
    assert hall.announcements[1].files == {}
    await hall.pass_time(6)
    assert (await hall.now(giveaway)).state is State.CLOSED


@pytest.fixture
async def beacon() -> AsyncIterator[FakeBeacon]:
    """A drand network that works."""
    fake = await FakeBeacon().start()
    yield fake
    await fake.stop()


def on_drand(hall: Hall, beacon: FakeBeacon) -> None:
    """Switch drand on for giveaways that start from now on."""
    clock = HurriedClock(hall.clock.now())
    host = settings(
        drand=True,
        drand_urls=(beacon.url,),
        drand_chain_hash=NETWORK.chain_hash,
        drand_public_key=NETWORK.public_key,
        drand_period=NETWORK.period,
        drand_genesis=NETWORK.genesis,
    )
    assert chain_of(host) == NETWORK
    hall.deps = replace(hall.deps, settings=host, clock=clock)
    hall.clock, hall.bench = clock, Bench(consumers.consumers(hall.deps), clock)


async def test_with_drand_the_first_round_after_the_posted_hash_decides(hall: Hall, beacon: FakeBeacon) -> None:
    on_drand(hall, beacon)
    giveaway = await hall.started()
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await hall.pass_time(11)
    record = attached(hall.announcements[0])
    verdict = verify(record)
    assert verdict.matches, verdict.checks
    assert verdict.strength == "other-beacon"
    number = NETWORK.round_after(message_time(str(hall.closings[0].id)))
    assert beacon.asked == [number]
    assert record.public_round is not None
    assert record.public_round.signature == signed(number).signature
    assert "first round of drand" in hall.closings[0].content


async def test_a_beacon_that_is_away_is_waited_for(hall: Hall, beacon: FakeBeacon) -> None:
    on_drand(hall, beacon)
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    beacon.answers = [503] * 300
    await hall.pass_time(11)
    assert hall.announcements == []
    assert (await hall.now(giveaway)).state is State.DRAWING
    beacon.answers = []
    await hall.pass_time(1)
    verdict = verify(attached(hall.announcements[0]))
    assert (verdict.matches, verdict.strength) == (True, "other-beacon")


async def test_after_the_stated_time_it_is_drawn_without_and_the_record_says_so(hall: Hall, beacon: FakeBeacon) -> None:
    on_drand(hall, beacon)
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    beacon.answers = [503] * 100_000
    await hall.pass_time(19)
    assert hall.announcements == []
    await hall.pass_time(3)
    record = attached(hall.announcements[0])
    verdict = verify(record)
    assert (verdict.matches, verdict.strength) == (True, "drand-fallback")
    assert "503" in record.fallback


async def test_what_was_committed_to_counts_also_after_the_host_turned_drand_off(
    hall: Hall, beacon: FakeBeacon
) -> None:
    on_drand(hall, beacon)
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    off = replace(hall.deps, settings=settings(drand_urls=(beacon.url,)))
    hall.bench = Bench(consumers.consumers(off), hall.clock)
    await hall.pass_time(11)
    assert verify(attached(hall.announcements[0])).strength == "other-beacon"


def test_the_winners_are_the_first_who_can_win_and_later_ones_were_not_passed_over() -> None:
    outcomes = [(1, "left"), (2, ""), (3, "left"), (4, ""), (5, "left"), (6, "")]
    assert frozen.taken(outcomes, 1) == ([2], {1: "left"})
    assert frozen.taken(outcomes, 2) == ([2, 4], {1: "left", 3: "left"})
    assert frozen.taken(outcomes, 9) == ([2, 4, 6], {1: "left", 3: "left", 5: "left"})
