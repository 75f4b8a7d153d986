"""What a giveaway can ask for, and what it cannot; how terms are kept."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright_bot.features.giveaways import terms as module
from guildwright_bot.features.giveaways.terms import Caps, Terms, changes, from_json, refuse_terms, to_json, weight
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say
from tests.fakes.bot import TEXTS

CAPS = Caps(active=3, winners=100, entries=100)
TERMS = Terms("Oak chair", 1, timedelta(minutes=10))
FULL = Terms(
    prize="Oak chair",
    winners=50,
    duration=timedelta(days=60),
    required_roles=frozenset(range(1, 26)),
    required_all=True,
    minimum_level=1000,
    minimum_account_age=timedelta(days=3650),
    minimum_membership=timedelta(days=3650),
    blacklisted_roles=frozenset(range(101, 126)),
    blacklisted_members=frozenset(range(1, 101)),
    bonus=dict.fromkeys(range(1, 11), 10),
    claim_timeout=timedelta(days=7),
    image="https://example.org/" + "x" * 480,
    colour=0xFFFFFF,
)
IDS = st.frozensets(st.integers(1, 2**63 - 1), max_size=5)
SPANS = st.integers(0, 10**8).map(lambda seconds: timedelta(seconds=seconds))


def refused(**changed: Any) -> str:
    """Why terms that differ so are refused; its sentence can be said."""
    refusal = refuse_terms(replace(TERMS, **changed), CAPS)
    assert isinstance(refusal, Refusal)
    assert say(TEXTS, "en", refusal)
    return refusal.reason.removeprefix("giveaways-refused-")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"prize": "\u200b \u200d"}, "no-prize"),
        *(({"prize": f" {blank}"}, "no-prize") for blank in "\u115f\u1160\u2800\u3164\uffa0"),
        ({"winners": 51}, "winners"),
        ({"required_roles": frozenset(range(26))}, "many-roles"),
        ({"blacklisted_roles": frozenset(range(26))}, "many-roles"),
        ({"blacklisted_members": frozenset(range(101))}, "many-members"),
        ({"required_roles": frozenset({1, 2}), "blacklisted_roles": frozenset({2})}, "required-blacklisted"),
        ({"minimum_level": -1}, "level-number"),
        ({"minimum_level": 1001}, "level-number"),
        ({"minimum_account_age": timedelta(days=3651)}, "wait"),
        ({"minimum_membership": timedelta(days=3651)}, "wait"),
        ({"bonus": dict.fromkeys(range(11), 1)}, "many-bonus-roles"),
        ({"bonus": {1: 101}}, "bonus"),
        ({"bonus": {1: 50, 2: 51}}, "bonus"),
        ({"bonus": {1: 0}}, "bonus"),
        ({"bonus": {1: -1, 2: 5}}, "bonus"),
        ({"claim_timeout": timedelta(seconds=9)}, "claim-timeout"),
        ({"claim_timeout": timedelta(days=8)}, "claim-timeout"),
        ({"colour": -1}, "colour"),
        ({"colour": 0x1000000}, "colour"),
    ],
)
def test_terms_beyond_a_bound_are_refused_with_a_sentence(changed: dict[str, Any], reason: str) -> None:
    assert refused(**changed) == reason


def test_terms_at_every_bound_are_accepted() -> None:
    assert refuse_terms(FULL, CAPS) is None


def test_the_host_may_allow_fewer_winners_than_fifty_but_never_more() -> None:
    assert refuse_terms(replace(TERMS, winners=3), replace(CAPS, winners=3)) is None
    assert isinstance(refuse_terms(replace(TERMS, winners=4), replace(CAPS, winners=3)), Refusal)


@pytest.mark.parametrize(
    "image",
    [
        "http://example.org/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "https://",
        "https:///a.png",
        "//example.org/a.png",
        "example.org/a.png",
        "https://user@example.org/a.png",
        "https://user:secret@example.org/a.png",
        "https://example.org/a b.png",
        "https://example.org/a\n.png",
        "https://example.org\\a.png",
        "https://example.org:port/a.png",
        "https://[::1/a.png",
        "https://example.org/" + "x" * 481,
        "",
    ],
)
def test_what_is_no_https_address_is_no_image(image: str) -> None:
    assert refused(image=image) == "image"


@pytest.mark.parametrize(
    "image", ["https://example.org/a.png?b=c#d", "https://cdn.example.org:8443/a", "https://[::1]/"]
)
def test_an_https_address_is_an_image(image: str) -> None:
    assert refuse_terms(replace(TERMS, image=image), CAPS) is None


@pytest.mark.parametrize(
    ("days", "reason"), [(-0.1, "giveaways-refused-start"), (0, None), (60, None), (60.1, "giveaways-refused-start")]
)
def test_a_giveaway_is_scheduled_sixty_days_ahead_at_most(days: float, reason: str | None) -> None:
    refusal = module.refuse_wait(timedelta(days=days))
    assert (refusal and refusal.reason) == reason


def test_everybody_has_one_ticket_and_the_bonus_of_each_of_their_roles() -> None:
    terms = replace(TERMS, bonus={1: 3, 2: 10})
    weights = [weight(terms, roles) for roles in (frozenset(), frozenset({1}), frozenset({1, 2, 9}))]
    assert weights == [1, 4, 14]


@given(
    st.builds(
        Terms,
        prize=st.text(),
        winners=st.integers(),
        duration=SPANS,
        required_roles=IDS,
        required_all=st.booleans(),
        minimum_level=st.integers(0, 1000),
        minimum_account_age=SPANS,
        minimum_membership=SPANS,
        blacklisted_roles=IDS,
        blacklisted_members=IDS,
        bonus=st.dictionaries(st.integers(1, 2**63 - 1), st.integers(1, 100), max_size=5),
        claim_timeout=st.none() | SPANS,
        image=st.none() | st.text(),
        colour=st.none() | st.integers(0, 0xFFFFFF),
    )
)
def test_terms_survive_being_kept(terms: Terms) -> None:
    assert from_json(json.loads(json.dumps(to_json(terms)))) == terms


def test_terms_that_an_older_version_kept_ask_for_nothing_more() -> None:
    assert from_json({"prize": "Oak chair", "winners": 1, "duration": 600}) == TERMS


def test_what_changed_is_told_by_name_with_before_and_after() -> None:
    assert changes(TERMS, replace(TERMS, winners=2, required_roles=frozenset({2, 1}))) == {
        "winners": [1, 2],
        "required_roles": [[], ["1", "2"]],
    }
    assert changes(FULL, FULL) == {}
