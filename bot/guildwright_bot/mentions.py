"""Roles and members as people type them in a command's text: mentions, and nothing else, or somebody would be missed.

Discord's client writes a mention when somebody types "@" in a text option.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from guildwright_bot.refusal import Refusal

_QUOTE = 60
_LARGEST = 2**63 - 1
_MENTION = re.compile(r"<@(?P<kind>[&!]?)(?P<id>\d{1,19})>[\s,;]*", re.ASCII)
_COUNTED = re.compile(r"<@&(?P<id>\d{1,19})>\s*(?:[:=+x]\s*)?(?P<count>\d{1,6})(?=[\s,;]|$)[\s,;]*", re.ASCII)


@dataclass(frozen=True)
class Mentioned:
    """Who is named."""

    roles: frozenset[int]
    members: frozenset[int]


def parse_mentions(text: str) -> Mentioned | Refusal:
    """The roles and members that `text` names, as in "<@&123>, <@456>"; a Refusal where it says anything else."""
    roles, members = set[int](), set[int]()
    position, text = 0, text.strip()
    while position < len(text):
        found = _MENTION.match(text, position)
        if found is None or int(found["id"]) > _LARGEST:
            return _unreadable("mentions-unreadable", text[position:])
        (roles if found["kind"] == "&" else members).add(int(found["id"]))
        position = found.end()
    return Mentioned(frozenset(roles), frozenset(members)) if text else _unreadable("mentions-unreadable", text)


def parse_roles(text: str) -> frozenset[int] | Refusal:
    """The roles that `text` names; a Refusal where it says anything else."""
    found = parse_mentions(text)
    if isinstance(found, Refusal):
        return _unreadable("mentions-no-roles", text)
    return _unreadable("mentions-no-roles", text) if found.members else found.roles


def parse_counts(text: str) -> Mapping[int, int] | Refusal:
    """A number for each role, as in "<@&123> 3, <@&456> 5"; a Refusal where it says anything else, or a role twice."""
    counts: dict[int, int] = {}
    position, text = 0, text.strip()
    while position < len(text):
        found = _COUNTED.match(text, position)
        if found is None or int(found["id"]) > _LARGEST or int(found["id"]) in counts:
            return _unreadable("mentions-no-counts", text[position:])
        counts[int(found["id"])] = int(found["count"])
        position = found.end()
    return counts or _unreadable("mentions-no-counts", text)


def _unreadable(reason: str, text: str) -> Refusal:
    # Shown as code, where a mention would turn into a name and ping nobody but confuse everybody.
    return Refusal(reason, {"text": text.replace("`", "'")[:_QUOTE]})
