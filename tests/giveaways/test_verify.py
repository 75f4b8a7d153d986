"""A record that was tampered with anywhere is found out, and the part is named; anything else is no record."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from guildwright.cli import app
from guildwright_bot.features.giveaways import draw, proof
from guildwright_bot.features.giveaways.proof import NotARecord, PassedOver, PublicRound, Record, Round, Winner
from guildwright_bot.features.giveaways.verify import verify
from tests.giveaways.records import (
    BONUS,
    MESSAGE,
    QUICKNET,
    ROUND_1000,
    RULES,
    SEED,
    TICKET_KEY,
    older,
    public,
    record,
)

DATA = Path(__file__).parents[1] / "data" / "giveaways"
GOLDEN, OLDER = DATA / "record-2.json", DATA / "record-1.json"
WEIGHTS = [1, 2, 1, 5, 1, 1, 3]
change = msgspec.structs.replace


def wrong(tampered: Record) -> set[str]:
    """The names of what does not match."""
    return {check.name for check in verify(tampered).checks if not check.ok}


def test_a_true_record_matches() -> None:
    verdict = verify(record(WEIGHTS))
    assert verdict.matches
    assert len(verdict.order) == len(WEIGHTS)
    assert verdict.strength == "commit-reveal"


def test_a_record_with_a_true_round_of_drand_matches() -> None:
    verdict = verify(record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000))
    assert verdict.matches, verdict.checks
    assert verdict.strength == "drand"


def test_the_golden_record_is_read_and_matches_for_ever() -> None:
    kept = proof.read(GOLDEN.read_bytes())
    assert kept == record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000)
    assert verify(kept).matches


def test_a_record_from_before_rules_were_committed_to_matches_for_ever() -> None:
    kept = proof.read(OLDER.read_bytes())
    assert kept == older(record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000))
    assert verify(kept).matches
    assert run(OLDER)[0] == 0
    assert "this older record does not say" in run(OLDER)[1]
    assert json.loads(run(OLDER, "--json")[1])["left_out"] is None


def other_winner(true: Record) -> Record:
    order = verify(true).order
    return change(true, rounds=(Round(2, (Winner(order[0], "1"), Winner(order[2], "2")), ()),))


def one_more_entry(true: Record) -> Record:
    return change(true, entries=(*true.entries, "zzzzzzzzzzzz 1"))


def heavier(true: Record) -> Record:
    return change(true, entries=tuple(line.replace(" 5", " 6") for line in true.entries))


def other_statement(true: Record, **changed: Any) -> Record:
    made = true.commitments[0]
    return change(true, commitments=(change(made, statement=made.statement | changed),))


def made_at(true: Record, when: str) -> Record:
    return change(true, commitments=(change(true.commitments[0], made_at=when),))


@pytest.mark.parametrize(
    ("tampered", "named"),
    [
        (lambda true: change(true, seed="00" * 32), {"commitment 1: seed", "final seed", "order's hash", "winners"}),
        (lambda true: change(true, final="00" * 32), {"final seed"}),
        (lambda true: change(true, order_hash="00" * 32), {"order's hash"}),
        (lambda true: change(true, list_hash="00" * 32), {"list's hash", "final seed", "order's hash", "winners"}),
        (lambda true: change(true, giveaway=8), {"commitment 1: giveaway"}),
        (lambda true: change(true, guild="5"), {"commitment 1: giveaway"}),
        (other_winner, {"winners"}),
        (one_more_entry, {"list's hash", "order's hash"}),
        (heavier, {"list's hash"}),
        (lambda true: change(true, entries=true.entries[::-1]), {"list", "list's hash"}),
        (lambda true: change(true, entries=(true.entries[0], *true.entries)), {"list", "list's hash", "order's hash"}),
        (lambda true: other_statement(true, terms={"winners": 2, "prize": "Pine", "bonus": BONUS}), {"commitment 1"}),
        (lambda true: other_statement(true, terms={"winners": 3, "bonus": BONUS}), {"commitment 1", "prizes"}),
        (lambda true: other_statement(true, terms=5), {"commitment 1", "prizes", "weights"}),
        (lambda true: other_statement(true, rules=RULES | {"minimum_membership": 0}), {"commitment 1"}),
        (lambda true: other_statement(true, late=True), {"commitment 1", "commitment 1: late"}),
        (lambda true: change(true, late=True), {"commitment 1: late"}),
        (lambda true: made_at(true, "2026-01-01T12:00:01Z"), {"commitment 1: time"}),
        (lambda true: other_statement(true, seed_hash="00" * 32), {"commitment 1", "commitment 1: seed"}),
        (lambda true: change(true, public_round=PublicRound(5, "00", "00" * 32)), {"public round", "final seed"}),
    ],
)
def test_what_was_tampered_with_is_named(tampered: Any, named: set[str]) -> None:
    found = wrong(tampered(record(WEIGHTS)))
    assert named <= found
    assert found - named <= {"order's hash", "winners"}


@pytest.mark.parametrize(
    ("tampered", "named"),
    [
        ({"list_message": str(int(MESSAGE) - (600 << 22))}, set()),
        ({"list_message": str(int(MESSAGE) + (600 << 22))}, {"public round"}),
        ({"list_message": str(int(MESSAGE) - (3000 << 22))}, {"public round"}),
        (
            {"public_round": PublicRound(1001, ROUND_1000.signature, ROUND_1000.randomness)},
            {"public round", "round's signature"},
        ),
        ({"public_round": PublicRound(1000, "00" * 48, ROUND_1000.randomness)}, {"round's signature"}),
        ({"public_round": PublicRound(1000, "no hex", ROUND_1000.randomness)}, {"round's signature"}),
        ({"public_round": PublicRound(1000, ROUND_1000.signature, "00" * 32)}, {"round's randomness", "final seed"}),
        ({"public_round": None}, {"public round", "final seed"}),
    ],
)
def test_a_public_round_is_the_first_after_the_list_and_signed(tampered: dict[str, Any], named: set[str]) -> None:
    found = wrong(change(record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000), **tampered))
    assert named <= found
    assert found - named <= {"order's hash", "winners"}


def test_a_draw_whose_round_could_not_be_had_says_so_and_is_weaker() -> None:
    verdict = verify(record(WEIGHTS, chain=QUICKNET, fallback="drand was away"))
    assert verdict.matches
    assert verdict.strength == "drand-fallback"


def test_a_change_of_terms_keeps_the_seed_and_the_tickets() -> None:
    true = record(WEIGHTS)
    [made] = true.commitments

    def again(**changed: Any) -> Record:
        said = made.statement | changed
        return change(true, commitments=(made, change(made, statement=said, hash=draw.commitment(said))))

    assert verify(again(terms={"prize": "Oak table", "winners": 2, "bonus": BONUS})).matches
    assert wrong(again(ticket_key_hash="00" * 32)) == {"commitment 2: tickets"}
    assert wrong(again(seed_hash="00" * 32)) == {"commitment 2: seed"}


def test_no_statement_says_less_than_one_before_it() -> None:
    true = record(WEIGHTS)
    [made] = true.commitments
    fallen = change(true, commitments=(made, *older(true).commitments))
    assert {"commitment 2: form", "weights"} <= wrong(fallen)

    said = {name: made.statement[name] for name in made.statement if name != "rules"}
    assert wrong(change(true, commitments=(change(made, statement=said, hash=draw.commitment(said)),))) == {
        "commitment 1: form"
    }


def test_who_was_passed_over_is_not_expected_to_win_and_rerolls_follow_the_order() -> None:
    true = record(WEIGHTS)
    order = verify(true).order
    first = Round(2, (Winner(order[0], "1"), Winner(order[2], "2")), (PassedOver(order[1], "left"),))
    again = Round(1, (Winner(order[1], "3"),), ())
    assert verify(change(true, rounds=(first, again))).matches
    wrong_again = Round(1, (Winner(order[4], "3"),), ())
    assert wrong(change(true, rounds=(first, wrong_again))) == {"reroll 1"}


def with_terms(**terms: Any) -> Record:
    """A true record of a giveaway with more terms."""
    true = record(WEIGHTS)
    said = true.commitments[0].statement | {"terms": {"prize": "Oak chair", "winners": 2, **terms}}
    return change(true, commitments=(change(true.commitments[0], statement=said, hash=draw.commitment(said)),))


def test_a_weight_is_one_that_the_bonuses_of_the_terms_make() -> None:
    assert verify(with_terms(bonus={"5": 1, "6": 2, "7": 4})).matches
    assert wrong(with_terms(bonus={"5": 1, "6": 3})) == {"weights"}
    for bonus in ({}, 5, {"5": "x"}, {str(role): 1 for role in range(11)}):
        assert wrong(with_terms(bonus=bonus)) == {"weights"}


def test_where_the_terms_name_no_bonus_every_weight_is_one_but_older_statements_may_say_nothing_of_it() -> None:
    assert wrong(with_terms()) == {"weights"}
    ones = [1] * 4
    assert verify(record(ones)).matches
    said = record(ones).commitments[0].statement | {"terms": {"winners": 2}}
    for kept in ({}, {"bonus": {}}):
        statement = said | {"terms": {"winners": 2, **kept}}
        made = change(record(ones).commitments[0], statement=statement, hash=draw.commitment(statement))
        assert verify(change(record(ones), commitments=(made,))).matches
    assert verify(older(record(WEIGHTS))).matches


def test_of_an_older_record_the_time_and_whether_it_was_late_is_in_no_hash_and_is_not_checked() -> None:
    true = older(record(WEIGHTS))
    assert verify(made_at(true, "2027-01-01T12:00:00Z")).matches
    assert verify(change(true, late=True)).matches


@pytest.mark.parametrize("part", ["terms", "rules"])
def test_nobody_who_is_excluded_by_name_is_in_the_list(part: str) -> None:
    true = record(WEIGHTS)
    made = true.commitments[0]

    def excluding(tickets: Any) -> Record:
        said = made.statement | {part: made.statement[part] | {"blacklisted_members": tickets}}
        return change(true, commitments=(change(made, statement=said, hash=draw.commitment(said)),))

    assert verify(excluding([draw.ticket(TICKET_KEY, 99)])).matches
    assert wrong(excluding([draw.ticket(TICKET_KEY, 4)])) == {"excluded"}
    for odd in (5, [5, None], {"a": 1}):
        assert verify(excluding(odd)).matches


def test_no_later_commitment_takes_the_public_round_back() -> None:
    true = record(WEIGHTS)
    promised = record(WEIGHTS, chain=QUICKNET).commitments
    assert wrong(change(true, commitments=(*promised, *true.commitments))) == {"commitment 2: public round"}


def test_who_is_passed_over_is_in_the_list_and_for_a_reason() -> None:
    true = record(WEIGHTS)
    order = verify(true).order
    for ticket, reason, found in ((order[0], "", 1), ("A" * 12, "left", 1), (order[0], "left", 0)):
        first = Round(2, true.rounds[0].winners, (PassedOver(ticket, reason),))
        if ticket == order[0]:
            first = Round(2, (Winner(order[1], "1"), Winner(order[2], "2")), first.passed_over)
        assert len(wrong(change(true, rounds=(first,))) & {"winners: passed over"}) == found


def test_nobody_wins_twice_and_no_reroll_gives_more_prizes_than_there_are() -> None:
    true = record(WEIGHTS)
    order = verify(true).order
    same = Round(2, (Winner(order[0], "1"), Winner(order[1], "1")), ())
    assert wrong(change(true, rounds=(same,))) == {"members"}
    many = Round(3, tuple(Winner(order[place], str(100 + place)) for place in (2, 3, 4)), ())
    assert wrong(change(true, rounds=(*true.rounds, many))) == {"reroll 1: prizes"}


def test_only_quicknet_itself_is_called_drand() -> None:
    for name, other in (("public_key", "ab" * 96), ("period", 6), ("genesis", 1)):
        tampered = record(WEIGHTS, chain=replace(QUICKNET, **{name: other}), pulse=ROUND_1000)
        assert "beacon" in wrong(tampered)
        assert verify(tampered).strength == "other-beacon"


def test_a_seed_that_was_fixed_when_it_closed_proves_less() -> None:
    assert verify(change(record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000), late=True)).strength == "late"
    assert verify(change(record(WEIGHTS), late=True)).strength == "late"


def test_when_nobody_is_left_fewer_win() -> None:
    assert verify(record([1, 1], winners=5)).matches
    assert verify(record([], winners=1)).matches


def test_a_large_record_is_packed_the_same_way_every_time_and_read_again() -> None:
    large = record([1] * 60_000)
    name, body = proof.write(large)
    assert name == "giveaway-7-draw.json.gz"
    assert proof.write(large) == (name, body)
    assert proof.read(body) == large
    name, body = proof.write(record(WEIGHTS))
    assert name == "giveaway-7-draw.json"
    assert proof.read(gzip.compress(body)) == record(WEIGHTS)
    assert proof.read(b"\xef\xbb\xbf" + body.replace(b"\n", b"\r\n")) == record(WEIGHTS), "saved by an editor"


def bomb() -> bytes:
    return gzip.compress(b" " * (proof.LARGEST + 10), compresslevel=1)


def without(field: str) -> bytes:
    read = json.loads(proof.write(record(WEIGHTS))[1])
    del read[field]
    return json.dumps(read).encode()


def having(**fields: Any) -> bytes:
    return json.dumps(json.loads(proof.write(record(WEIGHTS))[1]) | fields).encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON object"),
        (b"\xff\xd8\xff a picture", "no JSON object"),
        (b"[1]", "no JSON object"),
        (b"{}", '"format"'),
        (b'{"format": "other"}', '"format"'),
        (b"[" * 100_000, "no JSON object"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
        (gzip.compress(b"{}" * 1000, mtime=0)[:-20], "cannot be unpacked"),
        (without("seed"), "`seed`"),
        (having(seed="xyz"), "$.seed"),
        (having(rounds=[]), "$.rounds"),
        (having(commitments=[]), "$.commitments"),
        (having(list_message="now"), "$.list_message"),
        (having(algorithm="guildwright-draw-9"), "guildwright-draw-9"),
        (having(entries=["AAAAAAAAAAAA"]), "line 1 is"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(content: bytes, said: str) -> None:
    with pytest.raises(NotARecord) as refused:
        verify(proof.read(content))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "spoiled", [{"period": 0}, {"period": "3"}, {"scheme": "other"}, {"source": "dice"}, {"genesis": None}]
)
def test_a_beacon_that_cannot_be_understood_is_refused(spoiled: dict[str, Any]) -> None:
    true = record(WEIGHTS, chain=QUICKNET, pulse=ROUND_1000)
    with pytest.raises(NotARecord):
        verify(other_statement(true, public_round=public(QUICKNET) | spoiled))


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    with pytest.raises(NotARecord, match="more than 512 MB"):
        proof.read(bomb())


def run(path: Path, *flags: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["giveaway", "verify", str(path), *flags])
    return result.exit_code, result.output


def test_the_command_shows_the_order_the_winners_and_what_to_compare() -> None:
    code, said = run(GOLDEN)
    assert code == 0
    kept = proof.read(GOLDEN.read_bytes())
    for expected in ("won: member", kept.list_hash, kept.commitments[0].hash, "The record matches.", MESSAGE):
        assert expected in said


def test_the_command_speaks_json(tmp_path: Path) -> None:
    code, said = run(GOLDEN, "--json")
    read = json.loads(said)
    assert (code, read["matches"], read["strength"]) == (0, True, "drand")
    assert len(read["order"]) == len(WEIGHTS)
    code, said = run(tmp_path / "none.json", "--json")
    assert (code, json.loads(said)["matches"]) == (2, False)


def test_the_command_says_what_each_entrant_was_told_also_before_an_edit(tmp_path: Path) -> None:
    [last] = json.loads(GOLDEN.read_bytes())["commitments"]
    edited = tmp_path / "draw.json"
    edited.write_bytes(having(commitments=[last | {"hash": "ab" * 32}, last]))
    shown = {each["shows"]: each["where"] for each in json.loads(run(edited, "--json")[1])["compare"]}
    assert "who entered before change 1" in shown["ab" * 32]
    assert "you got when you entered, after the last change," in shown[last["hash"]]
    assert "the answer you got when you entered, the message with the list's hash and the giveaway's" in run(GOLDEN)[1]


def changed(true: Record) -> Record:
    """The record with a commitment before the last, to other terms and rules."""
    [last] = true.commitments
    said = last.statement | {
        "terms": {"prize": "Oak chair", "winners": 1, "bonus": {}},
        "rules": RULES
        | {"minimum_membership": 0, "blacklisted_roles": ["20", "21"], "blacklisted_members": ["A" * 12]},
        "made_at": "2026-01-01T11:00:00Z",
    }
    first = change(last, made_at="2026-01-01T11:00:00Z", statement=said, hash=draw.commitment(said))
    return change(true, commitments=(first, last))


def test_the_command_says_what_changed_between_commitments_and_when(tmp_path: Path) -> None:
    path = tmp_path / "draw.json"
    path.write_bytes(proof.write(changed(record(WEIGHTS)))[1])
    code, said = run(path)
    assert code == 0
    for expected in (
        "commitment 2 (2026-01-01T12:00:00Z) changed terms.winners from 1 to 2",
        "changed terms.bonus from {} to {",
        "changed rules.minimum_membership from 0 to 86400",
        'changed rules.blacklisted_roles (removed "20")',
        'changed rules.blacklisted_members (removed "AAAAAAAAAAAA")',
        "The list's hash was posted at 2023-08-23T",
        "Left out of the list: 2 for new-here.",
    ):
        assert expected in said
    assert "terms.prize" not in said
    read = json.loads(run(path, "--json")[1])
    assert read["left_out"] == {"new-here": 2}
    changes = {(each["part"], each["field"]): (each["before"], each["after"]) for each in read["changes"]}
    assert changes["terms", "winners"] == (1, 2)
    assert changes["rules", "minimum_membership"] == (0, 86400)
    assert {(each["number"], each["made_at"]) for each in read["changes"]} == {(2, "2026-01-01T12:00:00Z")}


def test_rules_that_were_not_committed_to_before_are_told_as_such(tmp_path: Path) -> None:
    path, true = tmp_path / "draw.json", record(WEIGHTS)
    path.write_bytes(proof.write(change(true, commitments=(*older(true).commitments, *true.commitments)))[1])
    code, said = run(path)
    assert code == 0
    assert "changed rules.minimum_membership to 86400; before it was not committed to" in said


def test_what_changed_in_a_strangers_statement_is_told_whatever_it_is(tmp_path: Path) -> None:
    path, true = tmp_path / "draw.json", record(WEIGHTS)
    odd = [
        change(true.commitments[0], statement=true.commitments[0].statement | said)
        for said in ({"rules": 5}, {"rules": {"x": [{}, None]}, "terms": []}, {"rules": {"x": [[1]]}})
    ]
    path.write_bytes(proof.write(change(true, commitments=(*odd, *true.commitments)))[1])
    assert "THE RECORD DOES NOT MATCH" in run(path)[1]
    assert json.loads(run(path, "--json")[1])["matches"] is False


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    spoiled = tmp_path / "draw.json"
    spoiled.write_bytes(having(final="00" * 32))
    code, said = run(spoiled)
    assert code == 1
    assert "WRONG final seed: " in said
    assert "DOES NOT MATCH" in said


def test_the_command_refuses_what_is_no_record_without_a_traceback(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none", Path(__file__)):
        code, said = run(path)
        assert code == 2
        assert said.startswith("guildwright: ")
        assert "is no record of a draw" in said


def test_a_strangers_file_cannot_command_the_terminal(tmp_path: Path) -> None:
    evil = tmp_path / "draw.json"
    evil.write_bytes(having(commitments=[json.loads(GOLDEN.read_bytes())["commitments"][0] | {"made_at": "\x1b[2J"}]))
    assert "\x1b" not in run(evil)[1]


def test_the_tickets_of_the_test_members_are_those_of_their_key() -> None:
    assert draw.sha256(SEED) == record(WEIGHTS).commitments[0].statement["seed_hash"]
    assert f"{draw.ticket(TICKET_KEY, 4)} 5" in record(WEIGHTS).entries
