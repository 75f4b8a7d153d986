"""What the rules cost the API server where documents are as large as they may be, and how large that is."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from ruamel.yaml import YAML

from guildwright_crds.base import RULES
from guildwright_crds.schema import crd
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fullest import GUILD, fullest
from tests.cluster.mutations import FULL
from tests.crds.documents import EXAMPLES

pytestmark = pytest.mark.cluster

KIND = "/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
APPLY = "application/apply-patch+yaml"
ETCD_BYTES = 1_500_000
TYPICAL_BYTES = 10_000  # what a control plane's own objectives ask of an object
HEADROOM = 2
"""How many times as expensive the rules could be."""


def _stored(plane: ControlPlane, document: dict[str, Any]) -> int:
    """Bytes of a document as etcd keeps it, with the server's notes on who owns what."""
    name = document["metadata"]["name"]
    answer = plane.ask("PATCH", f"{KIND}/{name}?fieldManager=guildwright-cli&fieldValidation=Strict", document, APPLY)
    assert answer.status in {200, 201}, answer.message
    size = len(json.dumps(plane.ask("GET", f"{KIND}/{name}").body, separators=(",", ":"), ensure_ascii=False).encode())
    assert plane.ask("DELETE", f"{KIND}/{name}").status == 200
    return size


def test_the_fullest_document_is_full(plane: ControlPlane) -> None:
    """One more of anything is too much, and every field is there."""
    for path, item in (
        (("general", "staffRoles"), "1"),
        (("commands", "rules"), {"name": "one-more"}),
        (("giveaways", "blacklist", "members"), "1101000000000000999"),
    ):
        document: Any = fullest()
        here = document["spec"]
        for part in path:
            here = here[part]
        here.append(item)
        answer = plane.ask("POST", f"{KIND}?dryRun=All", document)
        assert "must have at most" in answer.message
    fields = json.dumps(fullest())
    assert all(f'"{name}"' in fields for section in FULL["spec"].values() for name in section)


def test_documents_filled_to_every_bound_are_taken_at_the_cost_that_a_request_may_have(plane: ControlPlane) -> None:
    """Created, replaced, applied, and with a full status, for which the rules of the spec are evaluated too."""
    document = fullest()
    answers = [plane.ask("POST", KIND, document)]
    document["metadata"] |= {"resourceVersion": answers[0].body["metadata"]["resourceVersion"]}
    document["spec"]["giveaways"]["claimTimeout"] = "7d"
    answers.append(plane.ask("PUT", f"{KIND}/{GUILD}", document))
    answers.append(plane.ask("PATCH", f"{KIND}/{GUILD}?fieldManager=cli&force=true", fullest(), APPLY))
    status = {"observedGeneration": 1, "lastError": "é" * 1024, "conditions": _conditions()}
    answers.append(plane.ask("PATCH", f"{KIND}/{GUILD}/status", {"status": status}, "application/merge-patch+json"))

    assert [answer.status for answer in answers] == [201, 200, 200, 200], [answer.message for answer in answers]
    assert len(answers[-1].body["status"]["conditions"]) == 16
    assert plane.ask("DELETE", f"{KIND}/{GUILD}").status == 200


def _conditions() -> list[dict[str, Any]]:
    moment = "2026-01-31T12:00:00.123456+01:00"
    return [
        {"type": f"T{number}", "status": "Unknown", "reason": "R" * 64, "message": "é" * 1024}
        | {"lastTransitionTime": moment, "observedGeneration": 2**53}
        for number in range(16)
    ]


def test_how_large_documents_are_is_said_and_the_largest_fits_etcd(plane: ControlPlane) -> None:
    largest = _stored(plane, fullest())
    examples = {path.stem: _stored(plane, YAML(typ="safe").load(path.read_text())) for path in EXAMPLES}

    print(f"\nbytes stored: {examples}; with every list full {largest:,}")  # noqa: T201  the figures are the point
    assert largest < ETCD_BYTES / 4, "kubectl apply keeps a second copy, and a status comes on top"
    assert max(examples.values()) < TYPICAL_BYTES


def _dearer(schema: Any, times: int) -> Any:
    """The same schema with every rule there many times; they have to differ, so each is also something that holds."""
    for rule in list(schema.get(RULES, ())):
        schema[RULES] += [rule | {"rule": f"({rule['rule']}) || {n} < 0"} for n in range(1, times)]
    for child in schema.get("properties", {}).values():
        _dearer(child, times)
    if "items" in schema:
        _dearer(schema["items"], times)
    return schema


def _group(times: int) -> str:
    return f"dearer{times}.guildwright.test"


def _apply_dearer(plane: ControlPlane, times: int) -> tuple[int, str]:
    """Ask for the CRD, in a group of its own, with each rule `times` times."""
    copied = deepcopy(crd())
    copied["metadata"]["name"] = f"guildconfigs.{_group(times)}"
    copied["spec"]["group"] = _group(times)
    copied["spec"]["names"] |= {"shortNames": [], "categories": []}
    _dearer(copied["spec"]["versions"][0]["schema"]["openAPIV3Schema"], times)
    answer = plane.ask("POST", CRDS, copied)
    return answer.status, answer.message


@pytest.fixture
def dearer(plane: ControlPlane) -> Iterator[None]:
    yield
    for found in plane.ask("GET", CRDS).body["items"]:
        if found["spec"]["group"].endswith(".guildwright.test"):
            plane.ask("DELETE", f"{CRDS}/{found['metadata']['name']}")


@pytest.mark.usefixtures("dearer")
def test_the_rules_could_cost_twice_as_much_before_the_server_refuses_them(plane: ControlPlane) -> None:
    taken, why = 1, ""
    for times in (2, 4, 8, 16, 32, 64, 128):
        status, why = _apply_dearer(plane, times)
        if status != 201:
            break
        taken = times
    print(f"\nthe CRD is taken with every rule {taken} times; with more: {why[:200]}")  # noqa: T201
    assert taken >= HEADROOM, why

    path = f"/apis/{_group(taken)}/v1alpha1/namespaces/default/guildconfigs?dryRun=All"
    established = plane.kubectl("wait", "--for=condition=Established", "crd", f"guildconfigs.{_group(taken)}")
    assert established.returncode == 0, established.stderr
    document = fullest() | {"apiVersion": f"{_group(taken)}/v1alpha1"}
    answer = plane.ask("POST", path, document)
    assert answer.status == 201, f"at run time, with every rule {taken} times: {answer.message[:300]}"
