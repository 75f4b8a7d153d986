"""`check` on every example and counter-example, word for word."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright_crds.check import check_file, check_paths, check_text
from guildwright_crds.problems import Checked
from tests.crds.documents import ACCEPTED, EXAMPLES, READERS_DIFFER, REFUSED, expected, name


def _said(checked: Checked) -> list[str]:
    return [
        f"{problem.line}:{problem.column}: {f'{problem.field}: ' if problem.field else ''}{problem.message}"
        for problem in checked.problems
    ]


@pytest.mark.parametrize("path", [*EXAMPLES, *ACCEPTED], ids=name)
def test_a_right_document_has_a_guild_a_spec_and_no_problems(path: Path) -> None:
    checked = check_file(path)

    assert _said(checked) == []
    assert checked.valid
    assert checked.guild_id is not None
    assert checked.spec is not None


@pytest.mark.parametrize("path", [*REFUSED, *READERS_DIFFER], ids=name)
def test_a_wrong_document_has_exactly_the_problems_that_it_expects(path: Path) -> None:
    """All mistakes at once, each at its place, and nothing that merely follows from another."""
    checked = check_file(path)

    assert _said(checked) == expected(path)
    assert expected(path)
    assert checked.spec is None


def test_the_examples_are_about_different_guilds() -> None:
    assert [_said(checked) for checked in check_paths([EXAMPLES[0].parent])] == [[]] * len(EXAMPLES)


FULL = next(path for path in EXAMPLES if path.stem == "every-field").read_text()
PIECES = [*" \n\t[]{}!\"'|5x\x00\x85\u202e\ud800", "", "- ", ": ", "&a ", "*a", "null", "2026-01-31 "]
DAMAGE = st.tuples(st.integers(0, len(FULL)), st.integers(0, 60), st.sampled_from(PIECES))


@given(st.lists(DAMAGE, min_size=1, max_size=4))
def test_no_damage_to_a_document_makes_check_itself_fail(damage: list[tuple[int, int, str]]) -> None:
    text = FULL
    for start, length, piece in damage:
        text = text[:start] + piece + text[start + length :]

    checked = check_text(text, "oak.yaml")

    assert checked.valid == (checked.spec is not None)
    lines = text.splitlines()
    for problem in checked.problems:
        assert 1 <= problem.line <= len(lines) + 1
        assert problem.column >= 1
        assert problem.message.isprintable()
