"""What is typed into the options of start and edit, and the terms that it makes."""

from datetime import timedelta
from typing import Any

import pytest

from guildwright_bot.features.giveaways import forms
from guildwright_bot.features.giveaways.terms import Terms
from guildwright_bot.kit import Kit
from guildwright_bot.refusal import Refusal
from guildwright_bot.registry import collect
from tests.fakes.bot import TEXTS

BASE = Terms("Oak chair", 1, timedelta(minutes=10))
EVERYONE = 77
FULL = {
    "prize": "  Oak   table ",
    "duration": "2d 4h",
    "winners": 3,
    "required_roles": "<@&1> <@&2>",
    "every_role": True,
    "blacklist": "<@&3> <@4>",
    "bonus": "<@&5> 2",
    "level": 7,
    "account_age": "30d",
    "member_for": "1w",
    "claim_timeout": "10m",
    "image": " https://example.org/a.png ",
    "colour": "#0c6a60",
}
READ = Terms(
    prize="Oak table",
    winners=3,
    duration=timedelta(days=2, hours=4),
    required_roles=frozenset({1, 2}),
    required_all=True,
    blacklisted_roles=frozenset({3}),
    blacklisted_members=frozenset({4}),
    bonus={5: 2},
    minimum_level=7,
    minimum_account_age=timedelta(days=30),
    minimum_membership=timedelta(days=7),
    claim_timeout=timedelta(minutes=10),
    image="https://example.org/a.png",
    colour=0x0C6A60,
)


def read(base: Terms = BASE, **options: Any) -> Terms | Refusal:
    """What the options make of the terms."""
    return forms.read(base, options, EVERYONE)


def test_every_option_makes_its_part_of_the_terms() -> None:
    assert read(**FULL) == READ


def test_what_is_left_out_stays() -> None:
    assert read(READ, **dict.fromkeys(FULL)) == READ
    assert read(READ, winners=5) == Terms(**{**vars(READ), "winners": 5})


def test_none_takes_a_condition_away() -> None:
    options = ("required_roles", "blacklist", "bonus", "account_age", "member_for", "claim_timeout", "image", "colour")
    bare = read(READ, **dict.fromkeys(options, " None "), level=0, every_role=False)
    assert bare == Terms("Oak table", 3, timedelta(days=2, hours=4))


def test_the_role_that_everybody_has_is_no_condition() -> None:
    terms = read(required_roles=f"<@&{EVERYONE}> <@&1>")
    assert isinstance(terms, Terms)
    assert terms.required_roles == frozenset({1})


def test_a_prize_is_kept_without_what_cannot_be_kept_or_turns_the_text_around_it() -> None:
    terms = read(prize=" a\x00b\ud800\n\u202ec \u2066d\u200d\u0301 ")
    assert isinstance(terms, Terms)
    assert terms.prize == "ab c d\u200d\u0301"


@pytest.mark.parametrize(
    ("option", "typed", "reason"),
    [
        ("duration", "soon", "span-unreadable"),
        ("account_age", "30", "span-without-unit"),
        ("member_for", "x", "span-unreadable"),
        ("claim_timeout", "", "span-unreadable"),
        ("required_roles", "@Booster", "mentions-no-roles"),
        ("required_roles", "<@1>", "mentions-no-roles"),
        ("blacklist", "everyone", "mentions-unreadable"),
        ("bonus", "<@&1>", "mentions-no-counts"),
        ("colour", "green", "giveaways-refused-colour"),
        ("colour", "#12345", "giveaways-refused-colour"),
        ("colour", "#1234567", "giveaways-refused-colour"),
    ],
)
def test_what_cannot_be_read_is_refused(option: str, typed: str, reason: str) -> None:
    refusal = read(**{option: typed})
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


@pytest.mark.parametrize("command", ["giveaway start", "giveaway edit"])
def test_every_option_of_the_commands_can_be_read_and_fits_into_discords_twenty_five(command: str) -> None:
    kit = Kit(TEXTS)
    made = kit.command(command, pytest.fail, collect(TEXTS).requests()[command].requirement)
    forms.add_options(kit, command, made, new=command == "giveaway start")
    options = {option.name for option in made.build().options}
    assert options <= FULL.keys()
    assert len(options) + 4 <= 25
