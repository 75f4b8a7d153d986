"""Every CEL rule on a real API server: what keeps it is taken, what breaks it is refused by name and in words."""

import json
from typing import Any

import pytest

from tests.cluster.control_plane import ControlPlane
from tests.cluster.pairs import BY_HAND, Rule, pair, rules

pytestmark = pytest.mark.cluster

DRY = "/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs?dryRun=All&fieldValidation=Strict"
RULES = list(rules())


def test_every_rule_has_documents_that_keep_it_and_that_break_it() -> None:
    without = [str(rule) for rule in RULES if (found := pair(rule)) is None or not (found.good and found.bad)]

    assert not without, f"tests/cluster/pairs.py has no documents for {without}"
    assert len(RULES) >= 7
    assert BY_HAND.keys() <= {rule.blamed for rule in RULES}, "what is tested has to exist"


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_what_keeps_the_rule_is_taken(plane: ControlPlane, rule: Rule) -> None:
    found = pair(rule)
    assert found
    for document in found.good:
        answer = plane.ask("POST", DRY, document)
        assert answer.status == 201, answer.message


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_what_breaks_the_rule_is_refused_by_the_name_of_the_field_and_says_what_is_allowed(
    plane: ControlPlane, rule: Rule
) -> None:
    found = pair(rule)
    assert found
    for document in found.bad:
        answer = plane.ask("POST", DRY, document)
        assert answer.status == 422, answer.message
        assert [cause["field"] for cause in answer.body["details"]["causes"]] == [found.field], "it breaks nothing else"
        assert f"{found.field}: " in answer.message
        assert rule.message in answer.message


def _kubectl_says(plane: ControlPlane, document: Any) -> str:
    path = plane.folder / "document.json"
    path.write_text(json.dumps(document))
    done = plane.kubectl("apply", "--validate=strict", "-f", str(path))
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_kubectl_shows_a_person_the_field_and_the_sentence(plane: ControlPlane, rule: Rule) -> None:
    found = pair(rule)
    assert found
    said = _kubectl_says(plane, found.bad[0])
    assert f"{found.field}: " in said
    assert rule.message in said
    assert found.bad[0]["metadata"]["name"] in said, "and the document, among many in one file"
