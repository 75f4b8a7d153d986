"""The reader of YAML: where things stand, and what it refuses to read."""

import time

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from guildwright_crds.scalars import read_plain
from guildwright_crds.yaml_places import Mark
from guildwright_crds.yaml_reader import read_yaml

_BITS = ["0", "1", "7", "9", "12", "00", "_", ".", ":", "-", "+", "e", "E", "x", "o", "b", "a", "inf", "nan", "T", "Z"]
_WORDS = ["yes", "No", "on", "OFF", "y", "N", "true", "False", "null", "~", "2026-01-31", "12:30", "=", "<<", "none"]
_PLAIN = st.lists(st.sampled_from(_BITS), min_size=1, max_size=7).map("".join) | st.sampled_from(_WORDS)
_PLAIN = _PLAIN.filter(lambda text: not text.endswith(":"))  # that is a key


def _new(text: str) -> object:
    return YAML(typ="safe", pure=True).load(f"[{text}]")[0]


def _old(text: str) -> object:
    return yaml.safe_load(f"[{text}]")[0]


@settings(max_examples=400)
@given(_PLAIN)
@example("-.5")
@example("1._5")
@example("1e5")
@example("1.5e+3")
@example("0o17")
@example("0x1f")
@example("1_000")
@example("190:20:30")
@example(".5")
def test_a_scalar_that_is_not_refused_is_the_same_to_yaml_1_1_and_1_2(text: str) -> None:
    """PyYAML reads 1.1, ruamel 1.2: two readers that know nothing of ours."""
    try:
        old, new = _old(text), _new(text)
    except (ValueError, yaml.YAMLError, AttributeError):
        return  # one of them cannot read it at all
    read = read_plain(text)

    if read.flaw is None:
        assert (repr(old), repr(new)) == (repr(read.value), repr(read.value))


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "ON", "off", "y", "N", "0777", "08", "0o17", "0b1", "1_000", "1:30", "2026-01-31", "1e3", "<<"],
)
def test_a_scalar_that_readers_take_for_different_things_is_refused(text: str) -> None:
    assert read_plain(text).flaw is not None
    assert read_yaml(f'a: "{text}"').flaws == []


@pytest.mark.parametrize(
    "text", ["5", "-5", "+5", "0", "0x1F", "5.0", "1.5e+3", "true", "null", "~", "de", "1.2.3", "5m"]
)
def test_an_everyday_scalar_is_not_refused(text: str) -> None:
    assert read_plain(text).flaw is None


def test_every_value_and_key_has_its_place() -> None:
    reading = read_yaml("a:\n  - b: 1\n    'c': [2, \"x\"]\n")

    assert reading.data == {"a": [{"b": 1, "c": [2, "x"]}]}
    assert reading.places[("a", 0, "c", 1)].value == Mark(3, 14)
    assert reading.places[("a", 0, "c")].key == Mark(3, 5)
    assert reading.places[("a", 0, "b")].plain == "1"


def test_columns_count_characters_and_not_bytes() -> None:
    assert read_yaml("ä😀: {x: 1}").places[("ä😀", "x")].value == Mark(1, 9)


def test_an_alias_is_written_out_with_the_place_of_what_it_repeats() -> None:
    reading = read_yaml("a: &x {b: 1}\nc: *x\n")

    assert reading.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert reading.places[("c", "b")].value == Mark(1, 11)


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        _bomb(),
        "a: &a [*a]",
        "a: &a {b: *a}",
        "[" * 200_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "a: " + "[" * 40 + "]" * 40,
        "&a " * 50_000,
        "? " * 100_000,
        ",".join(["[" + "x," * 30_000 + "]"]),
        "a: !!python/object/apply:os.system ['true']",
        "\n".join(f"k{number}: 1" for number in range(30_000)),
        "a: " + "9" * 100_000,
        '"' + "\\x41" * 60_000,
    ],
    ids=lambda text: f"{text[:24]!r} of {len(text)}",
)
def test_a_document_made_to_hurt_is_refused_at_once(text: str) -> None:
    began = time.monotonic()

    reading = read_yaml(text)

    assert reading.flaws
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("separator", ["---\n", "--- \n", "...\n---\n", "--- # next\n"])
def test_a_second_document_is_refused_where_it_begins(separator: str) -> None:
    (flaw,) = read_yaml(f"a: 1\n{separator}b: 2\n").flaws

    assert flaw.message == "a second document"
    assert flaw.mark.line == 2 + separator.count("\n") - 1


@given(st.text(max_size=40) | st.text(alphabet="ab:- \n\t[]{}&*!|>'\"#%@`,?0", max_size=40))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    reading = read_yaml(text)

    assert reading.flaws or not reading.broken
    for flaw in reading.flaws:
        assert flaw.mark.line >= 1
        assert flaw.mark.column >= 1
