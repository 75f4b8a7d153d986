"""No word of a command that is written as a message falls under the table."""

import pytest

from guildwright_bot.words import surplus

OPTIONS = ("--winners", "--channel")


@pytest.mark.parametrize(
    ("text", "over"),
    [
        ('"Oak chair" 10m', []),
        ('"Oak chair" 10m --winners 3 --channel <#1>', []),
        ('--winners 3 "Oak chair" 10m', []),
        ('"Oak chair" 10m 3 <#1>', ["3", "<#1>"]),
        ("Oak chair 10m", ["10m"]),
        ('"Oak chair" 10m --winners 3 4', ["4"]),
        ('"Oak chair" 10m --winner 3', ["--winner"]),
        ('"Oak chair" 10m -3', ["-3"]),
        ("", []),
    ],
)
def test_words_that_nothing_asked_for_are_found(text: str, over: list[str]) -> None:
    assert surplus(text, arguments=2, options=OPTIONS) == over
