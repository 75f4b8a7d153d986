"""Who may win, one sentence each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guildwright_bot.features.giveaways.domain import Giveaway
from guildwright_bot.features.giveaways.eligibility import Person, refuse_person
from guildwright_bot.features.giveaways.terms import Rules, Terms
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say
from tests.fakes.bot import TEXTS

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms("Oak chair", 1, timedelta(minutes=10))


def born(moment: datetime) -> int:
    """The id of an account that was made then."""
    return (int(moment.timestamp() * 1000) - 1_420_070_400_000) << 22


OLD = Person(born(NOW - 1000 * DAY), frozenset(), NOW - 500 * DAY)


def why(person: Person = OLD, *, rules: Rules | None = None, **asked: Any) -> Refusal | None:
    """Why the person may not win a giveaway that asks so; its sentence can be said."""
    giveaway = Giveaway(7, 1, 100, 200, 300, replace(TERMS, **asked), NOW, NOW + DAY)
    refusal = refuse_person(giveaway, person, rules or Rules(), NOW)
    assert refusal is None or say(TEXTS, "en", refusal)
    return refusal


def reason(refusal: Refusal | None) -> str:
    """Its name, or nothing."""
    return refusal.reason.removeprefix("giveaways-refused-") if refusal else ""


@pytest.mark.parametrize(
    ("has", "any_of", "all_of"),
    [
        (set[int](), "any-role", "all-roles"),
        ({1}, "", "all-roles"),
        ({1, 2}, "", "role"),
        ({1, 2, 3}, "", ""),
        ({9}, "any-role", "all-roles"),
    ],
)
def test_one_of_the_roles_or_all_of_them_are_needed(has: set[int], any_of: str, all_of: str) -> None:
    person, roles = replace(OLD, role_ids=frozenset(has)), frozenset({1, 2, 3})
    assert reason(why(person, required_roles=roles)) == any_of
    assert reason(why(person, required_roles=roles, required_all=True)) == all_of


def test_a_member_reads_which_roles_are_missing() -> None:
    refusal = why(replace(OLD, role_ids=frozenset({2})), required_roles=frozenset({1, 2, 3}), required_all=True)
    assert refusal is not None
    assert refusal.args["roles"] == "<@&1>, <@&3>"


@pytest.mark.parametrize("all_of_them", [True, False])
def test_the_only_required_role_is_named(all_of_them: bool) -> None:
    assert why(required_roles=frozenset({5}), required_all=all_of_them) == Refusal(
        "giveaways-refused-role", {"role": "5"}
    )


@pytest.mark.parametrize(("level", "expected"), [(4, "level"), (5, ""), (None, "level-unknown")])
def test_a_level_is_needed_and_where_nobody_has_one_members_are_told_that(level: int | None, expected: str) -> None:
    assert reason(why(replace(OLD, level=level), minimum_level=5)) == expected
    assert why(replace(OLD, level=level)) is None


@pytest.mark.parametrize(("guild", "own"), [(7 * DAY, timedelta()), (timedelta(), 7 * DAY), (DAY, 7 * DAY)])
def test_an_account_must_be_as_old_as_the_stricter_of_guild_and_giveaway_says(guild: timedelta, own: timedelta) -> None:
    rules = Rules(minimum_account_age=guild)
    young = replace(OLD, id=born(NOW - 7 * DAY + timedelta(seconds=1)))
    refusal = why(young, rules=rules, minimum_account_age=own)
    assert refusal == Refusal("giveaways-refused-young", {"ready": str(int(NOW.timestamp()) + 1)})
    assert why(replace(OLD, id=born(NOW - 7 * DAY)), rules=rules, minimum_account_age=own) is None


@pytest.mark.parametrize(("guild", "own"), [(7 * DAY, timedelta()), (timedelta(), 7 * DAY), (DAY, 7 * DAY)])
def test_a_member_must_have_been_here_as_long_as_the_stricter_says(guild: timedelta, own: timedelta) -> None:
    rules = Rules(minimum_membership=guild)
    fresh = replace(OLD, joined_at=NOW - 7 * DAY + timedelta(seconds=1))
    refusal = why(fresh, rules=rules, minimum_membership=own)
    assert refusal == Refusal("giveaways-refused-new-here", {"ready": str(int(NOW.timestamp()) + 1)})
    assert why(replace(OLD, joined_at=NOW - 7 * DAY), rules=rules, minimum_membership=own) is None


def test_a_guest_was_never_here_for_long_enough() -> None:
    guest = replace(OLD, joined_at=None)
    assert reason(why(guest, minimum_membership=DAY)) == "guest"
    assert why(guest) is None


def test_members_and_roles_can_be_excluded_by_the_guild_and_by_the_giveaway() -> None:
    person = replace(OLD, role_ids=frozenset({5}))
    for excluded in ({"blacklisted_members": frozenset({OLD.id})}, {"blacklisted_roles": frozenset({5})}):
        assert reason(why(person, rules=replace(Rules(), **excluded))) == "blacklisted"
        assert reason(why(person, **excluded)) == "blacklisted-here"
        assert why(replace(OLD, id=OLD.id + 1), rules=replace(Rules(), **excluded), **excluded) is None
