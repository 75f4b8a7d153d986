"""What a member may do in a channel they are not in: Discord's order of roles and overwrites."""

from types import SimpleNamespace
from typing import Any, cast

import hikari
import pytest

from guildwright_bot.guard import P
from guildwright_bot.standing import permissions_in
from tests.fakes.bot import GUILD, MEMBER, actor

MANAGERS, OTHERS = 111, 222
SEE = P.VIEW_CHANNEL


def may_see(overwrites: dict[int, str], *, everyone: P = SEE, **who: Any) -> bool:
    """Whether a member of the role MANAGERS views a channel with these overwrites: + allows, - denies."""
    roles = {GUILD: everyone, MANAGERS: P.NONE, OTHERS: P.NONE}
    channel = SimpleNamespace(
        guild_id=hikari.Snowflake(GUILD),
        permission_overwrites={
            hikari.Snowflake(key): SimpleNamespace(
                allow=SEE if sign == "+" else P.NONE, deny=SEE if sign == "-" else P.NONE
            )
            for key, sign in overwrites.items()
        },
    )
    known = {hikari.Snowflake(key): SimpleNamespace(permissions=each) for key, each in roles.items()}
    member = actor(role_ids=frozenset({MANAGERS}), **who)
    return bool(permissions_in(cast("Any", channel), member, cast("Any", known)) & SEE)


@pytest.mark.parametrize(
    ("overwrites", "sees"),
    [
        ({}, True),
        ({GUILD: "-"}, False),
        ({GUILD: "-", MANAGERS: "+"}, True),
        ({GUILD: "-", OTHERS: "+"}, False),
        ({MANAGERS: "-"}, False),
        ({OTHERS: "-"}, True),
        ({MANAGERS: "-", MEMBER: "+"}, True),
        ({GUILD: "+", MEMBER: "-"}, False),
    ],
)
def test_the_more_special_overwrite_overrules(overwrites: dict[int, str], sees: bool) -> None:
    assert may_see(overwrites) is sees


def test_roles_grant_what_no_overwrite_speaks_of() -> None:
    assert not may_see({}, everyone=P.NONE)
    assert may_see({GUILD: "+"}, everyone=P.NONE)


def test_the_owner_sees_everything() -> None:
    assert may_see({GUILD: "-", MEMBER: "-"}, is_owner=True)
