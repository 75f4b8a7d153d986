"""The draw is what it was, uniform within the weights, and the same on every machine."""

import hashlib
import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildwright_bot.features.giveaways import draw
from guildwright_bot.features.giveaways.draw import Entry

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "giveaways" / "draw-1.json").read_text())
DRAWS = 120_000
# The value that chi-squared exceeds once in a million fair experiments, by degrees of freedom.
CRITICAL = {4: 33.38, 5: 35.89, 23: 74.41}

entries = st.dictionaries(st.from_regex(r"[A-Za-z0-9_-]{12}", fullmatch=True), st.integers(1, 20), max_size=30).map(
    lambda weights: [Entry(ticket, weight) for ticket, weight in weights.items()]
)
finals = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


def tickets(final: str, listed: Sequence[Entry]) -> list[str]:
    """The order, in tickets."""
    return [listed[place].ticket for place in draw.order(final, listed)]


def seeds() -> list[str]:
    return [hashlib.sha256(b"%d" % number).hexdigest() for number in range(DRAWS)]


def chi_squared(seen: Counter[str], expected: dict[str, float]) -> float:
    assert set(seen) <= set(expected)
    return sum((seen[name] - DRAWS * share) ** 2 / (DRAWS * share) for name, share in expected.items())


def test_every_golden_draw_is_what_it_always_was() -> None:
    for vector in GOLDEN["draws"]:
        listed = draw.read_lines(vector["entries"])
        hashed = draw.list_hash(vector["entries"])
        assert hashed == vector["list_hash"]
        final = draw.final_seed(vector["seed"], hashed, vector["randomness"])
        assert final == vector["final"]
        assert tickets(final, listed) == vector["order"]


def test_every_golden_ticket_and_commitment_is_what_it_always_was() -> None:
    for vector in GOLDEN["tickets"]:
        assert draw.ticket(vector["ticket_key"], int(vector["member"])) == vector["ticket"]
    for vector in GOLDEN["commitments"]:
        assert draw.canonical(vector["statement"]) == vector["canonical"]
        assert draw.commitment(vector["statement"]) == vector["hash"]


def test_sha256sum_gives_the_same_hashes() -> None:
    [vector, *_] = GOLDEN["draws"]
    text = "".join(f"{line}\n" for line in vector["entries"])
    said = subprocess.run(["sha256sum"], input=text.encode(), capture_output=True, check=True).stdout
    assert said.split()[0].decode() == vector["list_hash"]


def test_the_first_place_goes_by_the_weights_also_to_the_first_and_the_last_in_the_list() -> None:
    weights = {"AAAAAAAAAAAA": 1, "BBBBBBBBBBBB": 2, "CCCCCCCCCCCC": 3, "DDDDDDDDDDDD": 1, "zzzzzzzzzzzz": 5}
    listed = [Entry(*each) for each in weights.items()]
    seen = Counter(tickets(final, listed)[0] for final in seeds())
    shares = {ticket: weight / sum(weights.values()) for ticket, weight in weights.items()}
    assert chi_squared(seen, shares) < CRITICAL[4]


def test_with_equal_weights_every_order_is_as_likely() -> None:
    listed = [Entry(name * 12, 1) for name in "ABCz"]
    seen = Counter("".join(ticket[0] for ticket in tickets(final, listed)) for final in seeds())
    shares = {"".join(order): 1 / 24 for order in permutations("ABCz")}
    assert chi_squared(seen, shares) < CRITICAL[23]


def test_all_later_places_go_by_the_weights_of_those_who_are_left() -> None:
    weights = {"A": 1, "B": 2, "z": 4}
    listed = [Entry(name * 12, weight) for name, weight in weights.items()]
    seen = Counter("".join(ticket[0] for ticket in tickets(final, listed)) for final in seeds())
    shares = {}
    for order in permutations("ABz"):
        left = [sum(weights[name] for name in order[place:]) for place in range(3)]
        shares["".join(order)] = prod(weights[name] for name in order) / prod(left)
    assert chi_squared(seen, shares) < CRITICAL[5]


@given(finals, entries)
def test_everybody_is_in_the_order_once(final: str, listed: list[Entry]) -> None:
    assert sorted(tickets(final, listed)) == sorted(entry.ticket for entry in listed)


@given(finals, entries, st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_list(final: str, listed: list[Entry], luck: object) -> None:
    mixed = list(listed)
    luck.shuffle(mixed)  # type: ignore[attr-defined]
    assert tickets(final, mixed) == tickets(final, listed)
    assert draw.lines(mixed) == draw.lines(listed)


@given(finals, entries.filter(bool), st.data())
def test_who_leaves_the_list_changes_nothing_between_the_others(
    final: str, listed: list[Entry], data: st.DataObject
) -> None:
    gone = data.draw(st.sampled_from(listed))
    before = [ticket for ticket in tickets(final, listed) if ticket != gone.ticket]
    assert tickets(final, [entry for entry in listed if entry != gone]) == before


@given(finals, entries.filter(bool), st.data())
def test_more_weight_never_means_a_later_place(final: str, listed: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(listed) - 1))
    more = list(listed)
    more[place] = Entry(listed[place].ticket, listed[place].weight + data.draw(st.integers(1, 10)))
    ticket = listed[place].ticket
    assert tickets(final, more).index(ticket) <= tickets(final, listed).index(ticket)


@given(finals, finals, st.integers(1, 2**63 - 1), st.integers(1, 2**63 - 1))
def test_tickets_of_two_members_or_two_giveaways_differ(key: str, other_key: str, member: int, other: int) -> None:
    one = draw.ticket(key, member)
    assert len(one) == 12
    assert (one == draw.ticket(key, other)) == (member == other)
    assert (one == draw.ticket(other_key, member)) == (key == other_key)


@given(entries)
def test_a_list_is_read_as_it_was_written(listed: list[Entry]) -> None:
    assert draw.read_lines(draw.lines(listed)) == sorted(listed)


@pytest.mark.parametrize(
    "line", ["AAAAAAAAAAAA", "AAAAAAAAAAAA 0", "AAAAAAAAAAA 1", "AAAAAAAAAAAA 1\n", "ÄAAAAAAAAAAA 1"]
)
def test_what_is_no_line_of_a_list_is_named(line: str) -> None:
    with pytest.raises(ValueError, match="line 2 is"):
        draw.read_lines(["BBBBBBBBBBBB 1", line])


def test_a_commitment_can_say_everything_that_terms_can() -> None:
    terms = {
        "prize": "Eiche",
        "roles": frozenset({3, 20}),
        "age": timedelta(days=1),
        "none": None,
        "all": True,
        "bonus": {5: 2},
        "id": 2**60,
        "list": (1, "a"),
    }
    assert draw.canonical(draw.plain(terms)) == (
        '{"age":86400,"all":true,"bonus":{"5":2},"id":"1152921504606846976","list":[1,"a"],'
        '"none":null,"prize":"Eiche","roles":["20","3"]}'
    )


def test_there_is_no_rule_for_fractions() -> None:
    with pytest.raises(TypeError, match="float"):
        draw.plain({"share": 0.5})
