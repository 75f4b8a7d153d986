"""A winner claims: who they are is looked at again, and a prize that they may not have goes to the next at once."""

from datetime import timedelta

import pytest

from guildwright.platform.database.engine import transaction
from guildwright_bot.desk import Request, attend
from guildwright_bot.features.giveaways import commands, draw_steps, records, store
from guildwright_bot.features.giveaways.domain import ClaimState, Giveaway, Rules, State, rules_of
from guildwright_bot.features.giveaways.draws import Origin
from guildwright_bot.features.giveaways.service import Claimed
from guildwright_bot.guard import Actor, P, Requirement
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import CHANNEL, FakeAnswer, ask, config
from tests.fakes.chance import FakeChance
from tests.giveaways.conftest import Hall

pytestmark = pytest.mark.integration
LOG = 444444444444444444
ORIGIN = Origin(FakeChance().token, {"source": "none"}, Rules())
ANA, BEN = 111111111111111112, 111111111111111113  # ids that a document can name


async def won(hall: Hall, *members: int, **terms: object) -> tuple[Giveaway, list[int]]:
    """A giveaway that these members entered, drawn and told; and who won, in order."""
    giveaway = await hall.started(**terms)
    for member in members:
        await hall.click(giveaway, member)
    await hall.pass_time(10.5)
    return giveaway, list(hall.announcements[0].pings)


async def click(hall: Hall, giveaway: Giveaway, member: int) -> str:
    """What the Claim button answers."""
    answer = FakeAnswer()
    asked = ask(answer, Actor(member, P.NONE), deps=hall.deps, config=hall.config.current)
    await attend(asked, Request("x", Requirement(), commands.claim), {"args": [giveaway.id, 0]})
    return answer.text


async def states(giveaway: Giveaway) -> dict[int, ClaimState]:
    """Each winner's claim."""
    return {claim.member_id: claim.state for claim in await store.claims(giveaway.id)}


async def test_a_winner_who_still_may_gets_the_prize(hall: Hall) -> None:
    giveaway, [winner] = await won(hall, 1, 2)
    assert "is yours" in await click(hall, giveaway, winner)
    assert await states(giveaway) == {winner: ClaimState.CLAIMED}


@pytest.mark.parametrize("lost", ["role", "blacklisted role", "blacklisted member", "left", "joined anew"])
async def test_a_winner_who_may_not_win_any_more_loses_it_to_the_next_at_once(hall: Hall, lost: str) -> None:
    hall.discord.members |= {ANA: (5,), BEN: (5,)}
    giveaway, [winner] = await won(hall, ANA, BEN, required_roles=frozenset({5}), minimum_membership=timedelta(days=1))
    match lost:
        case "role":
            hall.discord.members[winner] = ()
        case "blacklisted role":
            hall.discord.members[winner] = (5, 111111111111111111)
            hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
        case "blacklisted member":
            hall.config.current = config(giveaways={"blacklist": {"members": [str(winner)]}})
        case "left":
            del hall.discord.members[winner]
        case _:
            hall.discord.joined[winner] = hall.clock.now() - timedelta(minutes=1)
    assert "goes to somebody else" in await click(hall, giveaway, winner)
    await hall.pass_time(0.1)
    [other] = {ANA, BEN} - {winner}
    assert [told.pings for told in hall.announcements] == [(winner,), (other,)]
    assert await states(giveaway) == {winner: ClaimState.FAILED, other: ClaimState.OPEN}
    assert "may not win any more" in hall.announcements[0].content
    assert "gone to somebody else" in await click(hall, giveaway, winner)
    assert isinstance(await hall.claim(giveaway, other), Claimed)
    assert (await hall.now(giveaway)).state is State.CLOSED


async def test_a_failed_claim_is_in_the_record_and_in_the_log_channel(hall: Hall) -> None:
    hall.config.current = config(giveaways={"logChannel": str(LOG)})
    hall.discord.members |= {1: (5,)}
    giveaway, [winner] = await won(hall, 1, required_roles=frozenset({5}))
    hall.discord.members[winner] = ()
    await click(hall, giveaway, winner)
    await hall.pass_time(0.1)
    [line] = [line for line in await records.of(giveaway.id) if line["kind"] == "claim failed"]
    assert (line["actor_id"], line["details"]["reason"]) == (winner, "giveaways-refused-role")
    said = [m.content for m in hall.discord.messages if m.channel_id == LOG][-2:]
    assert "may not win it any more" in said[0]
    assert "goes to nobody" in said[1]
    assert "expired" not in {line["kind"] for line in await records.of(giveaway.id)}
    assert (await hall.now(giveaway)).state is State.CLOSED


async def test_where_discord_is_away_nothing_is_decided(hall: Hall) -> None:
    giveaway, [winner] = await won(hall, 1)

    hall.discord.away = True
    assert "click again" in await click(hall, giveaway, winner)
    assert await states(giveaway) == {winner: ClaimState.OPEN}


async def test_discord_is_not_asked_about_members_who_won_nothing(hall: Hall) -> None:
    giveaway, [winner] = await won(hall, 1, 2)
    hall.discord.asked_members.clear()
    assert "Only the winners" in await click(hall, giveaway, 3 - winner)
    assert hall.discord.asked_members == []


async def test_a_claim_in_time_whose_check_outlasts_the_deadline_is_too_late(hall: Hall) -> None:
    giveaway, [winner] = await won(hall, 1)
    hall.clock.set(hall.clock.now() + timedelta(minutes=6))
    late = await hall.claim(giveaway, winner)
    assert isinstance(late, Refusal)
    assert late.reason == "giveaways-refused-too-late"


async def test_a_giveaways_own_timeout_counts_and_not_the_guilds(hall: Hall) -> None:
    giveaway, [winner] = await won(hall, 1, claim_timeout=timedelta(hours=2))
    [told] = hall.announcements
    assert told.channel_id == CHANNEL
    await hall.pass_time(119)
    assert (await states(giveaway))[winner] is ClaimState.OPEN
    await hall.pass_time(2)
    assert (await states(giveaway))[winner] is ClaimState.EXPIRED


async def test_a_prize_whose_claim_failed_leaves_the_others_their_own_chance_to_go_on(hall: Hall) -> None:
    hall.discord.members |= dict.fromkeys(range(1, 11), (5,))
    giveaway, winners = await won(hall, *range(1, 11), winners=2, required_roles=frozenset({5}))
    hall.discord.members[winners[0]] = ()
    await click(hall, giveaway, winners[0])
    await hall.pass_time(0.1)
    assert len(hall.announcements) == 2
    await hall.pass_time(6)  # the other one of the first two lets the time pass, and so does the one drawn instead
    told = [message for message in hall.announcements if message.pings and "drawn next" in message.content]
    assert len(told) == 2
    assert (await hall.now(giveaway)).state is State.CLAIMING
    await hall.pass_time(6)
    assert (await hall.now(giveaway)).state is State.CLOSED
    assert [claim.given_on for claim in await store.claims(giveaway.id)] == [0, 0, 1, 1]
    claims = await states(giveaway)
    assert list(claims.values()).count(ClaimState.FAILED) == 1
    assert list(claims.values()).count(ClaimState.EXPIRED) == 3


async def test_whoever_comes_too_late_while_another_prize_is_given_on_loses_none_of_the_chances(hall: Hall) -> None:
    hall.discord.members |= dict.fromkeys(range(1, 7), (5,))
    giveaway, winners = await won(hall, *range(1, 7), winners=2, required_roles=frozenset({5}))
    hall.discord.members[winners[0]] = ()
    await click(hall, giveaway, winners[0])
    rules = rules_of(hall.config.current.giveaways)
    async with transaction():
        picking = await draw_steps.begin_expire(giveaway.id, 0, rules, ORIGIN, hall.clock.now())
    assert picking is not None
    assert picking.late == {winners[0]}
    hall.clock.set(hall.clock.now() + timedelta(minutes=6))  # asking Discord takes until the others are late too
    [next_one] = [member for member in await hall.order(giveaway) if member not in winners][:1]
    async with transaction():
        await draw_steps.expired(giveaway.id, 0, 1, [(next_one, "")], hall.clock.now(), picking.late)
    assert (await states(giveaway))[winners[1]] is ClaimState.OPEN
    await hall.pass_time(0.1)
    claims = await states(giveaway)
    assert claims[winners[1]] is ClaimState.EXPIRED
    assert len(claims) == 4
