"""The commands, as the desk calls them, with the real database."""

from dataclasses import replace

import pytest

from guildwright_bot.ask import Ask
from guildwright_bot.desk import Request, attend
from guildwright_bot.features.giveaways import commands, draws
from guildwright_bot.features.giveaways.domain import State
from guildwright_bot.features.giveaways.finding import SuggestGiveaways
from guildwright_bot.features.giveaways.store import ACTIVE
from guildwright_bot.guard import Actor, P, Requirement
from tests.fakes.bot import CHANNEL, FakeAnswer, FakeStanding, actor, ask
from tests.giveaways.conftest import Hall

pytestmark = pytest.mark.integration

BLIND = FakeStanding(of_members={CHANNEL: P.NONE})


def asked(hall: Hall, answer: FakeAnswer, who: Actor | None = None, standing: FakeStanding | None = None) -> Ask:
    """A request from another channel than that of the giveaways."""
    return ask(answer, who, deps=hall.deps, channel_id=CHANNEL + 1, standing=standing or FakeStanding())


async def ended(hall: Hall, typed: str, standing: FakeStanding | None = None) -> str:
    """What `/giveaway end` answers."""
    answer = FakeAnswer()
    await attend(asked(hall, answer, standing=standing), Request("x", Requirement(), commands.end), {"giveaway": typed})
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


async def test_a_prize_that_several_have_ends_none_and_their_numbers_are_told(hall: Hall) -> None:
    for source in (1, 2):
        await hall.started(source_id=source)
    assert "1, 2" in await ended(hall, "Oak chair")


async def test_a_giveaway_in_a_channel_that_a_member_cannot_view_is_listed_suggested_and_ended_nowhere(
    hall: Hall,
) -> None:
    giveaway = await hall.started()
    for who, standing, sees in ((actor(), BLIND, False), (actor(P.ADMINISTRATOR), BLIND, True), (actor(), None, True)):
        answer = FakeAnswer()
        listing = asked(hall, answer, who, standing)
        await commands.list_active(listing)
        assert ("Oak chair" in answer.text) is sees
        assert bool(await SuggestGiveaways(ACTIVE)(listing, "")) is sees
    for typed in ("1", "Oak chair"):
        assert "I know no giveaway" in await ended(hall, typed, standing=BLIND)
    assert (await hall.now(giveaway)).state is State.RUNNING


async def test_a_member_learns_their_ticket_in_private_when_they_enter_and_later_again(hall: Hall) -> None:
    giveaway = await hall.started()
    member = Actor(5, P.NONE)
    ticket = await draws.ticket(giveaway.id, member.id)
    assert ticket is not None
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
    assert f"`{ticket}`" in asked_again.text
    assert ticket not in left.text
    assert no_more.text == "You are not in this draw."
