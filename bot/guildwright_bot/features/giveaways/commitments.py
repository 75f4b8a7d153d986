"""What a draw is committed to, as text that anybody can hash: the giveaway's terms, the guild's rules, and when.

Statements of older records lack some fields (the rules, the time); whoever reads one here takes it as it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

from guildwright_bot.features.giveaways import draw
from guildwright_bot.features.giveaways.domain import Giveaway, Rules, Terms
from guildwright_bot.features.giveaways.draw import Plain
from guildwright_bot.features.giveaways.proof import Commitment
from guildwright_bot.features.giveaways.terms import to_json

# What of the guild's config decides who is in the list and who may win.
RULES = ("minimum_account_age", "minimum_membership", "blacklisted_roles", "blacklisted_members")


@dataclass(frozen=True)
class Change:
    """What one commitment says otherwise than the one before.

    Attributes:
        number: Which commitment: the second is 2.
        made_at: When, as the record has it.
        part: "terms" of the giveaway, or "rules" of the guild.
        field: Which of them.
        before: What was said, as JSON; None also where nothing was.
        after: What is said now; None also where nothing is.
        fresh: Whether the one before, of an older form, said nothing of this at all.
    """

    number: int
    made_at: str
    part: str
    field: str
    before: Any
    after: Any
    fresh: bool


def make(  # noqa: PLR0913  all that is committed to
    giveaway: Giveaway, rules: Rules, *, public_round: Plain, seed: str, ticket_key: str, late: bool, now: datetime
) -> Commitment:
    """A commitment to a giveaway as it is now. `late`: members could enter before the first."""
    made_at = now.isoformat(timespec="seconds")
    said = draw.statement(
        guild_id=giveaway.guild_id,
        number=giveaway.number,
        terms=_without_names(to_json(giveaway.terms), giveaway.terms, ticket_key),
        rules=_without_names({name: draw.plain(getattr(rules, name)) for name in RULES}, rules, ticket_key),
        public_round=public_round,
        seed=seed,
        ticket_key=ticket_key,
        made_at=made_at,
        late=late,
    )
    return Commitment(made_at, draw.commitment(said), said)


def _without_names(said: Mapping[str, Plain], of: Terms | Rules, ticket_key: str) -> dict[str, Plain]:
    """Whom a host excluded by name is nobody else's business: tickets tell it to those alone who are meant."""
    tickets = sorted(draw.ticket(ticket_key, member) for member in of.blacklisted_members)
    return {**said, "blacklisted_members": tickets}


def same(one: Commitment, other: Commitment) -> bool:
    """Whether both say the same, whenever it was."""
    return {**one.statement, "made_at": ""} == {**other.statement, "made_at": ""}


def changes(commitments: Sequence[Commitment]) -> Iterator[Change]:
    """What each of them says otherwise than the one before, field by field."""
    for number, (before, after) in enumerate(pairwise(commitments), start=2):
        for part in ("terms", "rules"):
            old, new = (_fields(made.statement.get(part)) for made in (before, after))
            for name in sorted(old.keys() | new.keys()):
                if name not in old or name not in new or old[name] != new[name]:
                    fresh = name not in old
                    yield Change(number, after.made_at, part, name, old.get(name), new.get(name), fresh)


def rules_for(statement: Mapping[str, Any], member_id: int, ticket: str) -> Rules | None:
    """The guild's rules that were committed to, as far as they concern one member; None: they were not.

    The statement must be one of ours.
    """
    said = statement.get("rules")
    if said is None:
        return None
    return Rules(
        minimum_account_age=timedelta(seconds=said["minimum_account_age"]),
        minimum_membership=timedelta(seconds=said["minimum_membership"]),
        blacklisted_roles=frozenset(map(int, said["blacklisted_roles"])),
        blacklisted_members=frozenset({member_id} if ticket in said["blacklisted_members"] else ()),
    )


def _fields(said: object) -> dict[str, Any]:
    return cast("dict[str, Any]", said) if isinstance(said, dict) else {}
