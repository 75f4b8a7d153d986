"""Durations: text in documents, `timedelta` in Python, and the same bounds in CEL as in words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright_crds.base import RULES, parse_duration, render_duration
from guildwright_crds.cel import evaluate
from guildwright_crds.schema import document_schema

CLAIM = document_schema()["properties"]["spec"]["properties"]["giveaways"]["properties"]["claimTimeout"]
TEXTS = st.from_regex(r"([0-9]{1,3}d)?([0-9]{1,4}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?", fullmatch=True).filter(bool)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("1d12h", 129_600), ("0s", 0)]
)
def test_a_duration_is_the_sum_of_its_units(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)
    assert render_duration(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "1.5h", "30m1h", "1w", "5M", "5m\n", "\u0665m", "1h1h"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="days, hours, minutes and seconds"):
        parse_duration(text)


@given(st.integers(0, 10**9))
def test_what_is_rendered_is_read_back(seconds: int) -> None:
    value = timedelta(seconds=seconds)

    assert parse_duration(render_duration(value)) == value


@given(TEXTS)
def test_the_bounds_in_cel_are_the_bounds_in_words(text: str) -> None:
    (rule,) = CLAIM[RULES]

    within = timedelta(seconds=10) <= parse_duration(text) <= timedelta(days=7)

    assert evaluate(rule["rule"], text) is within
