"""What a giveaway offers and asks: the terms its host chose, the guild's rules beside them, the caps. No I/O.

Terms travel as JSON (a row, a preview that waits, an export, what an edit changed): `to_json` and `from_json` are the
only ones who know that form.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from guildwright_bot.refusal import Refusal
from guildwright_crds.giveaways import Giveaways

SHORTEST = timedelta(seconds=10)
LONGEST = timedelta(days=60)
LONGEST_PRIZE = 200
LONGEST_IMAGE = 500
MOST_WINNERS = 50
MOST_ROLES = 25
MOST_MEMBERS = 100
MOST_BONUS_ROLES = 10
MOST_BONUS = 100
HIGHEST_LEVEL = 1_000
SHORTEST_CLAIM = timedelta(seconds=10)
LONGEST_CLAIM = timedelta(days=7)
LONGEST_WAIT = timedelta(days=3650)
_COLOURS = 0xFFFFFF
_SEEN = "LNPS"  # letters, numbers, punctuation, symbols: of blanks and joiners alone nobody sees anything
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"  # nor of these, though four are letters and one, of Braille, a symbol


@dataclass(frozen=True)
class Rules:
    """What the guild's config says of giveaways at this moment."""

    claim_timeout: timedelta = timedelta(minutes=5)
    reroll_limit: int = 1
    minimum_account_age: timedelta = timedelta()
    minimum_membership: timedelta = timedelta()
    blacklisted_roles: frozenset[int] = frozenset()
    blacklisted_members: frozenset[int] = frozenset()
    default_channel: int | None = None
    log_channel: int | None = None
    preview: bool = False
    retention: timedelta = timedelta(days=365)


def rules_of(config: Giveaways) -> Rules:
    """The rules that a guild's config makes."""
    return Rules(
        claim_timeout=config.claim_timeout,
        reroll_limit=config.reroll_limit,
        minimum_account_age=config.minimum_account_age,
        minimum_membership=config.minimum_membership,
        blacklisted_roles=frozenset(map(int, config.blacklist.roles)),
        blacklisted_members=frozenset(map(int, config.blacklist.members)),
        default_channel=int(config.default_channel) if config.default_channel else None,
        log_channel=int(config.log_channel) if config.log_channel else None,
        preview=config.preview,
        retention=config.retention,
    )


@dataclass(frozen=True)
class Caps:
    """What the host lets this guild have."""

    active: int
    winners: int
    entries: int


@dataclass(frozen=True)
class Terms:
    """What somebody asks for when starting a giveaway. What is asked of entrants adds to the guild's own rules.

    Attributes:
        prize: What can be won.
        winners: How many win, 1 to 50.
        duration: How long members can enter.
        required_roles: Roles that entrants need.
        required_all: Whether they need all of them; else any one will do.
        minimum_level: By the level feature; 0: none.
        minimum_account_age: Of the Discord account.
        minimum_membership: Time since the member joined the guild.
        blacklisted_roles: Whoever has one of them may not enter.
        blacklisted_members: May not enter.
        bonus: Extra entries by role id; those of all a member's roles add up.
        claim_timeout: How long winners have to claim; None: what the guild's config says.
        image: https URL of a picture.
        colour: Of the message's edge, 0xRRGGBB; None: the usual one.
    """

    prize: str
    winners: int
    duration: timedelta
    required_roles: frozenset[int] = frozenset()
    required_all: bool = False
    minimum_level: int = 0
    minimum_account_age: timedelta = timedelta()
    minimum_membership: timedelta = timedelta()
    blacklisted_roles: frozenset[int] = frozenset()
    blacklisted_members: frozenset[int] = frozenset()
    bonus: Mapping[int, int] = field(default_factory=dict)
    claim_timeout: timedelta | None = None
    image: str | None = None
    colour: int | None = None


def weight(terms: Terms, role_ids: frozenset[int]) -> int:
    """How many tickets a member with these roles has in the draw: one, and the bonus of each of the roles."""
    return 1 + sum(extra for role, extra in terms.bonus.items() if role in role_ids)


def refuse_terms(terms: Terms, caps: Caps) -> Refusal | None:
    """Why no giveaway can have these terms."""
    return next(_refusals(terms, caps), None)


def refuse_another(active: int, caps: Caps) -> Refusal | None:
    """Why a guild where `active` giveaways run or are scheduled can have no other one."""
    return Refusal("giveaways-refused-too-many", {"limit": caps.active}) if active >= caps.active else None


def refuse_wait(wait: timedelta) -> Refusal | None:
    """Why no giveaway can be scheduled to start after `wait`."""
    if timedelta() <= wait <= LONGEST:
        return None
    return Refusal("giveaways-refused-start", {"days": LONGEST.days})


def _refusals(terms: Terms, caps: Caps) -> Iterator[Refusal]:
    if not any(category(sign)[0] in _SEEN and sign not in _BLANK for sign in terms.prize):
        yield Refusal("giveaways-refused-no-prize")
    if len(terms.prize) > LONGEST_PRIZE:
        yield Refusal("giveaways-refused-long-prize", {"length": len(terms.prize), "limit": LONGEST_PRIZE})
    if not SHORTEST <= terms.duration <= LONGEST:
        yield Refusal("giveaways-refused-duration", {"seconds": SHORTEST.seconds, "days": LONGEST.days})
    most = min(MOST_WINNERS, caps.winners)
    if not 1 <= terms.winners <= most:
        yield Refusal("giveaways-refused-winners", {"winners": terms.winners, "limit": most})
    if terms.claim_timeout is not None and not SHORTEST_CLAIM <= terms.claim_timeout <= LONGEST_CLAIM:
        yield Refusal(
            "giveaways-refused-claim-timeout", {"seconds": SHORTEST_CLAIM.seconds, "days": LONGEST_CLAIM.days}
        )
    if terms.image is not None and not _is_picture(terms.image):
        yield Refusal("giveaways-refused-image", {"limit": LONGEST_IMAGE})
    if terms.colour is not None and not 0 <= terms.colour <= _COLOURS:
        yield Refusal("giveaways-refused-colour")
    yield from _condition_refusals(terms)


def _condition_refusals(terms: Terms) -> Iterator[Refusal]:
    if not 0 <= terms.minimum_level <= HIGHEST_LEVEL:
        yield Refusal("giveaways-refused-level-number", {"limit": HIGHEST_LEVEL})
    if max(terms.minimum_account_age, terms.minimum_membership) > LONGEST_WAIT:
        yield Refusal("giveaways-refused-wait", {"days": LONGEST_WAIT.days})
    if max(len(terms.required_roles), len(terms.blacklisted_roles)) > MOST_ROLES:
        yield Refusal("giveaways-refused-many-roles", {"limit": MOST_ROLES})
    if len(terms.blacklisted_members) > MOST_MEMBERS:
        yield Refusal("giveaways-refused-many-members", {"limit": MOST_MEMBERS})
    if terms.required_roles & terms.blacklisted_roles:
        yield Refusal("giveaways-refused-required-blacklisted")
    yield from _bonus_refusals(terms.bonus)


def _bonus_refusals(bonus: Mapping[int, int]) -> Iterator[Refusal]:
    if len(bonus) > MOST_BONUS_ROLES:
        yield Refusal("giveaways-refused-many-bonus-roles", {"limit": MOST_BONUS_ROLES})
    if any(extra < 1 for extra in bonus.values()) or sum(bonus.values()) > MOST_BONUS:
        yield Refusal("giveaways-refused-bonus", {"limit": MOST_BONUS})


def _is_picture(text: str) -> bool:
    """Whether Discord would take it for an embed's picture: it fetches it, we never do."""
    if len(text) > LONGEST_IMAGE or not text.isprintable() or " " in text or "\\" in text:
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:  # a port that is no number, half an IPv6 address
        return False


def to_json(terms: Terms) -> dict[str, Any]:
    """The terms as JSON: ids as text, since JSON numbers lose their last digits, durations as seconds, sets sorted."""
    return {
        "prize": terms.prize,
        "winners": terms.winners,
        "duration": _seconds(terms.duration),
        "required_roles": _ids(terms.required_roles),
        "required_all": terms.required_all,
        "minimum_level": terms.minimum_level,
        "minimum_account_age": _seconds(terms.minimum_account_age),
        "minimum_membership": _seconds(terms.minimum_membership),
        "blacklisted_roles": _ids(terms.blacklisted_roles),
        "blacklisted_members": _ids(terms.blacklisted_members),
        "bonus": {str(role): terms.bonus[role] for role in sorted(terms.bonus)},
        "claim_timeout": None if terms.claim_timeout is None else _seconds(terms.claim_timeout),
        "image": terms.image,
        "colour": terms.colour,
    }


def from_json(kept: Mapping[str, Any]) -> Terms:
    """What `to_json` wrote, also an older one: what it did not know has its default."""
    claim_timeout = kept.get("claim_timeout")
    return Terms(
        prize=kept["prize"],
        winners=kept["winners"],
        duration=_span(kept["duration"]),
        required_roles=frozenset(map(int, kept.get("required_roles", ()))),
        required_all=kept.get("required_all", False),
        minimum_level=kept.get("minimum_level", 0),
        minimum_account_age=_span(kept.get("minimum_account_age", 0)),
        minimum_membership=_span(kept.get("minimum_membership", 0)),
        blacklisted_roles=frozenset(map(int, kept.get("blacklisted_roles", ()))),
        blacklisted_members=frozenset(map(int, kept.get("blacklisted_members", ()))),
        bonus={int(role): extra for role, extra in kept.get("bonus", {}).items()},
        claim_timeout=None if claim_timeout is None else _span(claim_timeout),
        image=kept.get("image"),
        colour=kept.get("colour"),
    )


def changes(before: Terms, after: Terms) -> dict[str, Any]:
    """What differs, by name: `{"winners": [1, 2]}`. Empty: nothing does."""
    old, new = to_json(before), to_json(after)
    return {name: [old[name], new[name]] for name in old if old[name] != new[name]}


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _span(seconds: int) -> timedelta:
    return timedelta(seconds=seconds)


def _ids(ids: frozenset[int]) -> list[str]:
    return [str(each) for each in sorted(ids)]
