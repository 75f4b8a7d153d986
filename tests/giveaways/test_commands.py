"""The commands, as the desk calls them, with the real database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.ask import Ask
from guildwright_bot.desk import Request, attend
from guildwright_bot.features.giveaways import commands, draws, finding, records, steps, store
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.features.giveaways.finding import REROLLABLE, SuggestGiveaways
from guildwright_bot.guard import Actor, P, Requirement
from tests.fakes.bot import CHANNEL, GUILD, FakeAnswer, FakeStanding, actor, ask, config
from tests.giveaways.conftest import HOST, Hall

pytestmark = pytest.mark.integration

BLIND = FakeStanding(of_members={CHANNEL: P.NONE})


@dataclass
class Gate(FakeStanding):
    """Everybody may view every channel; it is known which were asked for, and something happens meanwhile."""

    asked: list[int] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def permissions_of(self, guild_id: int, channel_id: int, actor: Actor) -> P:
        self.asked.append(channel_id)
        if self.meanwhile is not None:
            await self.meanwhile()
        return await super().permissions_of(guild_id, channel_id, actor)


def asked(hall: Hall, answer: FakeAnswer, who: Actor | None = None, standing: FakeStanding | None = None) -> Ask:
    """A request from another channel than that of the giveaways."""
    return ask(answer, who, deps=hall.deps, channel_id=CHANNEL + 1, standing=standing or FakeStanding())


async def ended(hall: Hall, typed: str, standing: FakeStanding | None = None) -> str:
    """What `/giveaway end` answers."""
    answer = FakeAnswer()
    await attend(asked(hall, answer, standing=standing), Request("x", Requirement(), commands.end), {"giveaway": typed})
    return answer.text


async def deleted(hall: Hall, typed: str, standing: FakeStanding | None = None) -> str:
    """What `/giveaway delete` answers."""
    answer, request = FakeAnswer(), Request("x", Requirement(), commands.delete)
    await attend(asked(hall, answer, standing=standing), request, {"giveaway": typed})
    return answer.text


@pytest.mark.parametrize("typed", ["Xbox 1", "see you at 1", "-1", "9999999999999999999", "Oak", "0", "2"])
async def test_what_names_no_giveaway_ends_none(hall: Hall, typed: str) -> None:
    giveaway = await hall.started()
    said = await ended(hall, typed)
    assert f"I know no giveaway “{typed}”" in said
    assert "number, the link or id of its message, or exactly its prize" in said
    assert (await hall.now(giveaway)).state is State.RUNNING


@pytest.mark.parametrize("typed", ["1", "#1", " 1 ", "oak chair", "1 · Oak chair", "message"])
async def test_what_names_one_giveaway_ends_it(hall: Hall, typed: str) -> None:
    giveaway = await hall.started()
    if typed == "message":
        typed = str((await hall.now(giveaway)).message_id)
    assert "Giveaway 1 for **Oak chair** has ended" in await ended(hall, typed)
    standing = Gate()
    assert "Giveaway 1 has ended already" in await ended(hall, typed, standing=standing)
    assert standing.asked == [CHANNEL]
    await ended(hall, "Oak chai", standing=standing)
    assert standing.asked == [CHANNEL]  # of what was not meant nobody asks whether it can be seen


async def test_a_giveaway_that_is_over_is_deleted_by_its_number_and_not_by_its_prize(hall: Hall) -> None:
    giveaway = await unclaimed(hall)
    assert "I know no giveaway" in await deleted(hall, "Oak chair")
    assert "drawn already" in await deleted(hall, "1")
    assert (await hall.now(giveaway)).state is State.DELETED


async def test_who_deletes_learns_whether_there_was_a_draw_by_then(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    assert "drawn already" in await deleted(hall, "1", Gate(meanwhile=lambda: hall.pass_time(11)))
    stopped = await hall.started(source_id=2)
    async with transaction():
        await steps.abandon(stopped.id, "Unknown Channel", hall.clock.now())
    assert "Nothing is drawn" in await deleted(hall, "2")


async def test_a_prize_that_several_have_ends_none_and_their_numbers_are_told(hall: Hall) -> None:
    for source in (1, 2):
        await hall.started(source_id=source)
    assert "1, 2" in await ended(hall, "Oak chair")
    await hall.pass_time(11)
    standing = Gate()
    assert "1, 2" in await ended(hall, "Oak chair", standing=standing)
    assert standing.asked == [CHANNEL]


async def test_a_giveaway_in_a_channel_that_a_member_cannot_view_is_listed_suggested_and_ended_nowhere(
    hall: Hall,
) -> None:
    giveaway = await hall.started()
    for who, standing, sees in ((actor(), BLIND, False), (actor(P.ADMINISTRATOR), BLIND, True), (actor(), None, True)):
        answer = FakeAnswer()
        listing = asked(hall, answer, who, standing)
        await commands.list_active(listing)
        assert ("Oak chair" in answer.text) is sees
        assert bool(await SuggestGiveaways(store.ACTIVE)(listing, "")) is sees
    for typed in ("1", "Oak chair"):
        assert "I know no giveaway" in await ended(hall, typed, standing=BLIND)
    assert (await hall.now(giveaway)).state is State.RUNNING


async def test_a_member_learns_their_ticket_in_private_when_they_enter_and_later_again(hall: Hall) -> None:
    giveaway = await hall.started()
    member = Actor(5, P.NONE)
    ticket = await hall.ticket(giveaway, member.id)
    entered, asked_again, left, no_more = (FakeAnswer() for _ in range(4))
    for answer, handler, click in (
        (entered, commands.enter, 1),
        (asked_again, commands.ticket, 2),
        (left, commands.enter, 3),
        (no_more, commands.ticket, 4),
    ):
        request = replace(asked(hall, answer, member), source_id=click)
        await attend(request, Request("x", Requirement(), handler), {"args": [giveaway.id]})
    assert f"`{ticket}`" in entered.text
    made = await draws.get(giveaway.id)
    assert made is not None
    assert f"`{made.commitments[-1].hash}`" in entered.text
    assert made.commitments[-1].hash not in left.text
    assert f"`{ticket}`" in asked_again.text
    assert ticket not in left.text
    assert no_more.text == "You are not in this draw."


async def my_ticket(hall: Hall, giveaway: Giveaway, member: int) -> str:
    """What the button under the hash of a list answers."""
    answer = FakeAnswer()
    request = asked(hall, answer, Actor(member, P.NONE))
    await attend(request, Request("x", Requirement(), commands.ticket), {"args": [giveaway.id]})
    return answer.text


async def test_who_is_in_but_not_in_the_list_learns_that_and_why(hall: Hall) -> None:
    named = 222222222222222222
    hall.discord.members |= {2: (111111111111111111,), named: ()}
    giveaway = await hall.started()
    for member in (1, 2, named):
        await hall.click(giveaway, member)
    assert "You find it in the record" in await my_ticket(hall, giveaway, 2)
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"], "members": [str(named)]}})
    await hall.pass_time(10)
    assert "You find it in the record" in await my_ticket(hall, giveaway, 1)
    hall.config.current = config()  # what counted is what was committed to
    for member in (2, named):
        said = await my_ticket(hall, giveaway, member)
        assert f"`{await hall.ticket(giveaway, member)}` is not in the list" in said
        assert "You cannot enter giveaways in this server." in said


async def test_who_is_not_in_the_list_of_an_older_draw_learns_at_least_that(hall: Hall) -> None:
    hall.discord.members |= {2: (111111111111111111,)}
    giveaway = await hall.started()
    for member in (1, 2):
        await hall.click(giveaway, member)
    hall.config.current = config(giveaways={"blacklist": {"roles": ["111111111111111111"]}})
    await hall.pass_time(10)
    await fetch("UPDATE giveaway_draw SET left_out = NULL, commitments = commitments #- '{-1,statement,rules}'")
    assert "You find it in the record" in await my_ticket(hall, giveaway, 1)
    assert "you did not meet what is asked" in await my_ticket(hall, giveaway, 2)


async def rerolled(hall: Hall, **options: Any) -> str:
    """What `/giveaway reroll` answers."""
    answer = FakeAnswer()
    given = {"giveaway": "1", "winner": None, "prizes": None, **options}
    hall.clicks += 1
    who = replace(asked(hall, answer, Actor(HOST, P.NONE)), source_id=hall.clicks)
    await attend(who, Request("x", Requirement(), commands.reroll), given)
    return answer.text


async def unclaimed(hall: Hall) -> Giveaway:
    """A giveaway of three members whose one prize nobody claimed."""
    hall.config.current = config(giveaways={"rerollLimit": 0})
    giveaway = await hall.started()
    for member in (1, 2, 3):
        await hall.click(giveaway, member)
    await hall.pass_time(11)
    await hall.pass_time(6)
    return giveaway


@pytest.mark.parametrize("by", ["command", "giveaway's menu", "winners' menu", "hash's menu"])
async def test_a_prize_that_nobody_claimed_is_given_on_by_command_and_by_the_menu_of_a_message(
    hall: Hall, by: str
) -> None:
    giveaway = await unclaimed(hall)
    [winners, *_] = hall.announcements
    if by == "command":
        said = await rerolled(hall)
    else:
        ticket = next(m for m in hall.discord.shown if any(":ticket:" in name for name in m.custom_ids))
        message = {"giveaway's menu": hall.panel, "winners' menu": winners, "hash's menu": ticket}[by]
        answer = FakeAnswer()
        who = asked(hall, answer, Actor(HOST, P.NONE))
        await attend(who, Request("x", Requirement(), commands.reroll_message), {"message": message.id})
        said = answer.text
    assert "next winners of giveaway 1" in said
    await hall.pass_time(0.1)
    assert (await hall.now(giveaway)).state is State.CLAIMING
    told = hall.announcements[-1]
    assert told.pings != winners.pings
    [line] = [line for line in await records.of(giveaway.id) if line["kind"] == "rerolled"]
    assert line["actor_id"] == HOST


async def test_a_winners_own_prize_goes_to_another(hall: Hall) -> None:
    giveaway = await unclaimed(hall)
    assert "next winners" in await rerolled(hall)
    await hall.pass_time(0.1)
    [second] = hall.announcements[-1].pings
    await hall.claim(giveaway, second)
    assert "held by a winner" in await rerolled(hall)
    assert "holds no prize" in await rerolled(hall, winner=9)
    assert "next winners" in await rerolled(hall, winner=second)
    await hall.pass_time(0.1)
    assert hall.announcements[-1].pings not in {(second,), hall.announcements[0].pings}


async def test_the_menu_of_another_message_says_so(hall: Hall) -> None:
    await hall.started()
    answer = FakeAnswer()
    await attend(asked(hall, answer), Request("x", Requirement(), commands.reroll_message), {"message": 5})
    assert "not one of a giveaway" in answer.text


async def test_what_is_over_is_suggested_for_a_reroll_the_newest_first(hall: Hall) -> None:
    for source in (1, 2):
        await hall.started(source_id=source)
        await hall.pass_time(11)
    suggested = await SuggestGiveaways(REROLLABLE)(asked(hall, FakeAnswer()), "")
    assert list(suggested.values()) == ["2", "1"]


async def test_of_a_long_past_only_the_newest_are_read_at_a_keystroke(hall: Hall) -> None:
    giveaway = await hall.started()
    await hall.click(giveaway, 1)
    await hall.pass_time(11)
    await fetch(
        "INSERT INTO giveaway (guild_id, number, source_id, channel_id, host_id, prize, winners, duration_seconds, "
        "conditions, started_at, ends_at, state, round, edits, entries) "
        "SELECT guild_id, 1 + n, 100 + n, channel_id, host_id, prize, winners, duration_seconds, conditions, "
        "started_at, ends_at - n * interval '1 minute', 'closed', 0, 0, 0 FROM giveaway, generate_series(1, 5000) AS n"
    )
    await fetch("ANALYZE giveaway")
    newest = await store.recent(GUILD, REROLLABLE, 100, newest=True)
    assert [found.number for found in newest] == list(range(1, 101))
    answer = FakeAnswer()
    assert len(await finding.visible(asked(hall, answer, actor(P.ADMINISTRATOR)), REROLLABLE)) == 100
