"""Only what names one giveaway exactly is taken for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from guildwright_bot.features.giveaways.domain import Giveaway, Terms
from guildwright_bot.features.giveaways.finding import by_words
from guildwright_bot.references import number_or_message
from guildwright_bot.refusal import Refusal
from tests.fakes.bot import CHANNEL, GUILD

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MESSAGE = 1573630282861379999


def running(*prizes: str) -> dict[str, Giveaway]:
    first = Giveaway(1, 1, GUILD, CHANNEL, 1, Terms("", 1, timedelta(hours=1)), NOW, NOW + timedelta(hours=1))
    return {
        f"{number} · {prize}": replace(first, id=number, number=number, terms=replace(first.terms, prize=prize))
        for number, prize in enumerate(prizes, 1)
    }


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("7", 7),
        ("#7", 7),
        (str(MESSAGE), MESSAGE),
        (f"https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}", MESSAGE),
        (f"<https://ptb.discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}>", MESSAGE),
        (f"https://discord.com/channels/{GUILD + 1}/{CHANNEL}/{MESSAGE}", None),
        (f"look: https://discord.com/channels/{GUILD}/{CHANNEL}/{MESSAGE}", None),
        (f"https://elsewhere.example/channels/{GUILD}/{CHANNEL}/{MESSAGE}", None),
        ("Xbox 1", None),
        ("see you at 2", None),
        ("-1", None),
        ("1.", None),
        ("##1", None),
        ("\u0667", None),
        ("", None),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),
        ("9999999999999999999", None),
    ],
)
def test_a_number_an_id_or_a_link_counts_only_whole(typed: str, named: int | None) -> None:
    assert number_or_message(typed, GUILD) == named


@pytest.mark.parametrize("typed", ["Oak chair", "oak CHAIR", "1 · Oak chair"])
def test_a_prize_or_a_suggestion_counts_whatever_its_case(typed: str) -> None:
    found = by_words(typed, running("Oak chair", "Xbox 1"))
    assert isinstance(found, Giveaway)
    assert found.number == 1


@pytest.mark.parametrize("typed", ["Oak", "chair", "Oak chair 2", "2 · Oak chair", ""])
def test_half_a_prize_is_none(typed: str) -> None:
    found = by_words(typed, running("Oak chair", "Xbox 1"))
    assert isinstance(found, Refusal)
    assert found.reason == "giveaways-refused-unknown-reference"


def test_a_prize_of_several_is_refused_with_their_numbers() -> None:
    assert by_words("lamp", running("Lamp", "Chair", "lamp")) == Refusal(
        "giveaways-refused-several", {"typed": "lamp", "numbers": "1, 3"}
    )
