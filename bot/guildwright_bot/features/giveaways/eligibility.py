"""Who may enter and win: the only judge of it, asked at the click, at the draw and at the claim. No I/O."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from guildwright_bot.features.giveaways.terms import Rules, Terms
from guildwright_bot.refusal import Refusal

_DISCORD_EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True)
class Person:
    """What is known of a member when it matters.

    Attributes:
        id: Whose.
        role_ids: Which roles they have.
        joined_at: When they joined the guild; None: Discord did not say (a guest).
        level: By the level feature; None: it is not on.
    """

    id: int
    role_ids: frozenset[int] = frozenset()
    joined_at: datetime | None = None
    level: int | None = None

    @property
    def born(self) -> datetime:
        """When the account was made: a snowflake says so itself."""
        return datetime.fromtimestamp(((self.id >> 22) + _DISCORD_EPOCH_MS) / 1000, UTC)


class HasTerms(Protocol):
    """A giveaway, as far as it matters here."""

    @property
    def terms(self) -> Terms:
        """What it asks."""
        ...


def refuse_person(giveaway: HasTerms, person: Person, rules: Rules, now: datetime) -> Refusal | None:
    """Why `person` may not win: asked when entering, at the draw and at the claim, by the config of that moment."""
    terms = giveaway.terms
    return (
        _refuse_blacklisted(terms, person, rules)
        or _refuse_roles(terms, person.role_ids)
        or _refuse_level(terms, person.level)
        or _refuse_times(terms, person, rules, now)
    )


def refuse_listing(giveaway: HasTerms, person: Person, rules: Rules, now: datetime) -> Refusal | None:
    """Why `person`, as they were at their last click, is not in the list of a draw.

    A role or a level that was asked for later they may have got since, without a click: that is looked at when they
    are drawn.
    """
    terms = giveaway.terms
    return _refuse_blacklisted(terms, person, rules) or _refuse_times(terms, person, rules, now)


def _refuse_blacklisted(terms: Terms, person: Person, rules: Rules) -> Refusal | None:
    if person.id in rules.blacklisted_members or person.role_ids & rules.blacklisted_roles:
        return Refusal("giveaways-refused-blacklisted")
    if person.id in terms.blacklisted_members or person.role_ids & terms.blacklisted_roles:
        return Refusal("giveaways-refused-blacklisted-here")
    return None


def _refuse_times(terms: Terms, person: Person, rules: Rules, now: datetime) -> Refusal | None:
    return _refuse_account(
        max(terms.minimum_account_age, rules.minimum_account_age), person, now
    ) or _refuse_membership(max(terms.minimum_membership, rules.minimum_membership), person, now)


def _refuse_roles(terms: Terms, role_ids: frozenset[int]) -> Refusal | None:
    missing = terms.required_roles - role_ids
    enough = not missing if terms.required_all else len(missing) < len(terms.required_roles)
    if enough or not terms.required_roles:
        return None
    if len(terms.required_roles) == 1 or (terms.required_all and len(missing) == 1):
        [role] = missing
        return Refusal("giveaways-refused-role", {"role": str(role)})
    said = "giveaways-refused-all-roles" if terms.required_all else "giveaways-refused-any-role"
    return Refusal(said, {"roles": ", ".join(f"<@&{role}>" for role in sorted(missing))})


def _refuse_level(terms: Terms, level: int | None) -> Refusal | None:
    if terms.minimum_level == 0:
        return None
    if level is None:
        return Refusal("giveaways-refused-level-unknown", {"level": terms.minimum_level})
    if level < terms.minimum_level:
        return Refusal("giveaways-refused-level", {"level": terms.minimum_level, "own": level})
    return None


def _refuse_account(age: timedelta, person: Person, now: datetime) -> Refusal | None:
    if now - person.born >= age:
        return None
    return Refusal("giveaways-refused-young", {"ready": str(int((person.born + age).timestamp()))})


def _refuse_membership(span: timedelta, person: Person, now: datetime) -> Refusal | None:
    if not span:
        return None
    if person.joined_at is None:
        return Refusal("giveaways-refused-guest")
    if now - person.joined_at >= span:
        return None
    return Refusal("giveaways-refused-new-here", {"ready": str(int((person.joined_at + span).timestamp()))})
