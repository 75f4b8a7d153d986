"""Roles and members in a command's text count only where the whole of it is mentions."""

import pytest

from guildwright_bot.mentions import Mentioned, parse_counts, parse_mentions, parse_roles
from guildwright_bot.refusal import Refusal
from guildwright_bot.wording import say
from tests.fakes.bot import TEXTS


def reason(answer: object) -> str:
    """Why it was refused, in a sentence that can be said."""
    assert isinstance(answer, Refusal), answer
    assert say(TEXTS, "en", answer)
    return answer.reason


@pytest.mark.parametrize(
    ("text", "roles", "members"),
    [
        ("<@&1>", {1}, set[int]()),
        ("<@2> <@!3>", set[int](), {2, 3}),
        ("<@&1>,<@2>;  <@&4>", {1, 4}, {2}),
        ("  <@&1><@&1> ", {1}, set[int]()),
        ("<@&9223372036854775807>", {2**63 - 1}, set[int]()),
    ],
)
def test_mentions_are_read_in_any_order(text: str, roles: set[int], members: set[int]) -> None:
    assert parse_mentions(text) == Mentioned(frozenset(roles), frozenset(members))


@pytest.mark.parametrize(
    "text",
    ["", " ", "@everyone", "@Booster", "123456789012345678", "<@&1> and <@&2>", "<@&1", "<#1>", "<@&x>", "<@&>",
     "<@&9223372036854775808>", "<@&\u0661>", "none", "<@&1> |"],
)  # fmt: skip
def test_anything_else_among_them_is_refused_and_not_skipped(text: str) -> None:
    assert reason(parse_mentions(text)) == "mentions-unreadable"
    assert reason(parse_roles(text)) == "mentions-no-roles"


def test_a_member_is_no_role() -> None:
    assert parse_roles("<@&1> <@&2>") == frozenset({1, 2})
    assert reason(parse_roles("<@&1> <@2>")) == "mentions-no-roles"


@pytest.mark.parametrize("text", ["<@&1> 3, <@&2> 5", "<@&1>: 3 <@&2>:5", "<@&1>+3;<@&2> x5", "<@&1>=3\n<@&2> = 5"])
def test_numbers_of_roles_are_read_however_they_are_joined(text: str) -> None:
    assert parse_counts(text) == {1: 3, 2: 5}


@pytest.mark.parametrize(
    "text", ["", "<@&1>", "<@&1> -3", "<@&1> 3.5", "<@&1> 3 <@&1> 4", "<@1> 3", "3 <@&1>", "<@&1> 3x", "<@&1> 1234567"]
)
def test_a_role_without_a_whole_number_or_named_twice_is_refused(text: str) -> None:
    assert reason(parse_counts(text)) == "mentions-no-counts"


def test_what_could_not_be_read_is_quoted_and_cannot_break_out_of_its_quote() -> None:
    refused = parse_mentions("<@&1> `@everyone`" + "x" * 100)
    assert isinstance(refused, Refusal)
    assert refused.args["text"] == ("'@everyone'" + "x" * 100)[:60]
