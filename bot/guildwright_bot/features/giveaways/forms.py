"""The options of `/giveaway start` and `/giveaway edit`, and how what is typed there becomes terms.

Both commands take the same options; those that are left out stay as they are. "none" takes a condition away.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unicodedata import category

from guildwright_bot.features.giveaways.terms import HIGHEST_LEVEL, LONGEST_IMAGE, LONGEST_PRIZE, MOST_WINNERS, Terms
from guildwright_bot.kit import Kit, Slash
from guildwright_bot.mentions import parse_counts, parse_mentions, parse_roles
from guildwright_bot.refusal import Refusal
from guildwright_bot.spans import LONGEST_TEXT, parse_span

NONE = "none"
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST_LIST = 1500
_COLOUR = re.compile(r"#?([0-9a-f]{6})", re.ASCII | re.IGNORECASE)

type Change = Mapping[str, Any] | Refusal


def add_options(kit: Kit, name: str, command: Slash, *, new: bool) -> None:
    """Give a command the options that make terms; `new`: prize and duration must be given."""

    def about(option: str) -> Mapping[str, str]:
        return kit.option(name, option)

    if new:
        command.add_str_option("prize", about("prize"), min_length=1, max_length=LONGEST_PRIZE)
        command.add_str_option("duration", about("duration"), max_length=LONGEST_TEXT)
    else:
        command.add_str_option("prize", about("prize"), min_length=1, max_length=LONGEST_PRIZE, default=None)
    command.add_int_option("winners", about("winners"), min_value=1, max_value=MOST_WINNERS, default=None)
    for option in ("required_roles", "blacklist", "bonus"):
        command.add_str_option(option, about(option), max_length=_LONGEST_LIST, default=None)
    command.add_bool_option("every_role", about("every_role"), default=None)
    command.add_int_option("level", about("level"), min_value=0, max_value=HIGHEST_LEVEL, default=None)
    for option in ("account_age", "member_for", "claim_timeout"):
        command.add_str_option(option, about(option), max_length=LONGEST_TEXT, default=None)
    command.add_str_option("image", about("image"), max_length=LONGEST_IMAGE, default=None)
    command.add_str_option("colour", about("colour"), max_length=LONGEST_TEXT, default=None)


def read(base: Terms, options: Mapping[str, object], everyone: int) -> Terms | Refusal:
    """The terms after what was typed.

    Args:
        base: What they are where nothing was typed.
        options: Those of `add_options`; None: left out.
        everyone: The id of the role that everybody has: naming it says nothing.
    """
    changes: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        change = _READERS[name](value)
        if isinstance(change, Refusal):
            return change
        changes |= change
    terms = replace(base, **changes)
    return replace(terms, required_roles=terms.required_roles - {everyone})


def role_ids(terms: Terms) -> frozenset[int]:
    """Every role that the terms name."""
    return terms.required_roles | terms.blacklisted_roles | frozenset(terms.bonus)


def _span(field: str, nothing: timedelta | None) -> Callable[[Any], Change]:
    def reader(text: str) -> Change:
        if _is_none(text):
            return {field: nothing}
        span = parse_span(text)
        return span if isinstance(span, Refusal) else {field: span}

    return reader


def _roles(text: str) -> Change:
    roles = frozenset[int]() if _is_none(text) else parse_roles(text)
    return roles if isinstance(roles, Refusal) else {"required_roles": roles}


def _blacklist(text: str) -> Change:
    if _is_none(text):
        return {"blacklisted_roles": frozenset(), "blacklisted_members": frozenset()}
    found = parse_mentions(text)
    if isinstance(found, Refusal):
        return found
    return {"blacklisted_roles": found.roles, "blacklisted_members": found.members}


def _bonus(text: str) -> Change:
    counts = {} if _is_none(text) else parse_counts(text)
    return counts if isinstance(counts, Refusal) else {"bonus": counts}


def _colour(text: str) -> Change:
    if _is_none(text):
        return {"colour": None}
    found = _COLOUR.fullmatch(text.strip())
    return {"colour": int(found[1], 16)} if found else Refusal("giveaways-refused-colour")


def _written(text: str) -> str:
    """Without what no database takes (half characters, NUL), and what turns the direction of all that follows."""
    return "".join(
        sign for sign in text if (sign not in _TURNING and category(sign) not in {"Cc", "Cs"}) or sign.isspace()
    )


def _is_none(text: str) -> bool:
    return text.strip().casefold() == NONE


def _plain(field: str) -> Callable[[Any], Change]:
    return lambda value: {field: value}


_READERS: Mapping[str, Callable[[Any], Change]] = {
    "prize": lambda text: {"prize": " ".join(_written(text).split())},
    "duration": _span("duration", timedelta()),
    "winners": _plain("winners"),
    "required_roles": _roles,
    "blacklist": _blacklist,
    "bonus": _bonus,
    "every_role": _plain("required_all"),
    "level": _plain("minimum_level"),
    "account_age": _span("minimum_account_age", timedelta()),
    "member_for": _span("minimum_membership", timedelta()),
    "claim_timeout": _span("claim_timeout", None),
    "image": lambda text: {"image": None if _is_none(text) else text.strip()},
    "colour": _colour,
}
