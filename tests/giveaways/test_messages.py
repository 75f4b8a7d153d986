"""Whatever becomes of fifty winners, Discord takes the messages that tell it: 2,000 characters, 4,096 of an embed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guildwright.platform.texts import Texts
from guildwright_bot.features.giveaways.domain import LONGEST_PRIZE, ClaimState, Giveaway, PrizeClaim, State, Terms
from guildwright_bot.features.giveaways.messages import Writer, sentence
from guildwright_bot.features.giveaways.steps import View

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROLES = [18_400_000_000_000_000_000 + number for number in range(30)]
TERMS = Terms(
    "x" * LONGEST_PRIZE,
    50,
    timedelta(days=1),
    required_roles=frozenset(ROLES[:10]),
    blacklisted_roles=frozenset(ROLES[10:20]),
    bonus=dict.fromkeys(ROLES[20:], 10),
    minimum_level=100,
    minimum_account_age=timedelta(days=365),
    minimum_membership=timedelta(days=365),
    claim_timeout=timedelta(days=6, hours=23),
)
GIVEAWAY = Giveaway(7, 1_000_000, 100, ROLES[0], ROLES[1], TERMS, NOW, NOW, state=State.CLAIMING, entries=500_000)
WRITER = Writer(Texts.load(), "en")
MIXED = list(ClaimState)


def _claims(count: int, states: list[ClaimState], number: int = 0) -> tuple[PrizeClaim, ...]:
    members = (18_300_000_000_000_000_000 + 1000 * number + each for each in range(count))
    return tuple(PrizeClaim(m, number, states[i % len(states)], deadline=NOW) for i, m in enumerate(members))


@pytest.mark.parametrize("states", [MIXED, *([state] for state in ClaimState)], ids=["mixed", *ClaimState])
@pytest.mark.parametrize("count", [1, 10, 11, 50])
def test_a_winner_message_fits_and_names_every_winner(count: int, states: list[ClaimState]) -> None:
    claims = _claims(count, states)

    text = WRITER.announcement(View(GIVEAWAY, claims), 0).content

    assert len(text) <= 2000
    assert all(f"<@{claim.member_id}>" in text for claim in claims)


def test_the_giveaways_message_fits_after_any_number_of_rerolls() -> None:
    claims = sum((_claims(50, MIXED, number) for number in range(10)), ())

    (embed,) = WRITER.panel(View(GIVEAWAY, claims)).embeds

    text = embed.description or ""
    assert len(text) < 4096  # not cut
    assert "and 65 more" in text


def test_a_list_of_the_longest_prizes_fits() -> None:
    found = [replace(GIVEAWAY, number=10**6 + each) for each in range(25)]

    listed = WRITER.listing(found).description or ""

    assert len(listed) <= 4096
    assert all(str(each.number) in listed for each in found)


def test_a_line_of_the_log_fits() -> None:
    people = [str(claim.member_id) for claim in _claims(50, MIXED)]
    fact = {
        "fact": "PrizeExpired",
        "number": 1,
        "prize": TERMS.prize,
        "former_ids": people,
        "winner_ids": people,
        "failed_ids": [],
    }

    line = sentence(WRITER, fact)

    assert len(line) <= 2000
    assert line.count("and 35 more") == 2
