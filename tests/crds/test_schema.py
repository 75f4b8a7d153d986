"""The CRD and the JSON Schema: generated, structural, bounded, and explained."""

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import celpy
import jsonschema_rs
import pytest
import re2
from ruamel.yaml import YAML

from guildwright_crds import conditions
from guildwright_crds.cli import CHART, MANIFESTS
from guildwright_crds.conditions import (
    AcceptedReason,
    ConditionType,
    PublishedReason,
    ReadyReason,
    ReconcilingReason,
    StalledReason,
)
from guildwright_crds.schema import (
    CRD_FILE,
    JSON_SCHEMA_FILE,
    crd,
    json_schema,
    render_chart_crd,
    render_crd,
    render_json_schema,
)
from tests.crds.documents import EXAMPLES, REFUSED, name

VERSION = crd()["spec"]["versions"][0]
ROOT = VERSION["schema"]["openAPIV3Schema"]


def _nodes(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, schema
    for field, child in schema.get("properties", {}).items():
        yield from _nodes(child, f"{path}.{field}")
    if "items" in schema:
        yield from _nodes(schema["items"], f"{path}[]")


NODES = dict(_nodes(ROOT))
AUTHORED = {path: node for path, node in NODES.items() if path.startswith(".spec")}
RULES = [(path, rule) for path, node in NODES.items() for rule in node.get("x-kubernetes-validations", ())]


def test_the_committed_files_are_what_the_models_say() -> None:
    assert (MANIFESTS / CRD_FILE).read_text() == render_crd()
    assert (MANIFESTS / JSON_SCHEMA_FILE).read_text() == render_json_schema()


def test_the_rendered_crd_is_read_back_as_it_was_meant() -> None:
    assert YAML(typ="safe").load(render_crd()) == crd()


def test_the_chart_has_the_same_crd_and_keeps_it_when_it_is_uninstalled() -> None:
    kept = YAML(typ="safe").load(render_chart_crd())

    assert (CHART / CRD_FILE).read_text() == render_chart_crd()
    assert kept["metadata"].pop("annotations") == {"helm.sh/resource-policy": "keep"}
    assert kept == crd()


def test_the_chart_has_the_version_of_the_program() -> None:
    chart = YAML(typ="safe").load(CHART.parent / "Chart.yaml")

    assert chart["version"] == chart["appVersion"] == importlib.metadata.version("guildwright")


def test_it_has_what_people_who_use_kubectl_expect() -> None:
    names = crd()["spec"]["names"]

    assert (names["shortNames"], names["categories"], crd()["spec"]["scope"]) == (["gc"], ["guildwright"], "Namespaced")
    assert VERSION["subresources"] == {"status": {}}
    columns = {column["name"]: column.get("priority", 0) for column in VERSION["additionalPrinterColumns"]}
    assert [*columns] == ["Ready", "Reason", "Generation", "Published", "Live", "Age", "Locale", "Message"]
    assert [name for name, priority in columns.items() if priority] == ["Locale", "Message"]


@pytest.mark.parametrize("path", NODES)
def test_every_text_and_list_is_bounded(path: str) -> None:
    """CEL is refused for its cost where a size is open, and so is a document of any size by etcd."""
    node = NODES[path]

    assert "type" in node
    if node["type"] == "string" and path != ".metadata.name":
        assert "maxLength" in node or "enum" in node
    if node["type"] == "array":
        assert "maxItems" in node
    if node["type"] == "integer" and path.startswith(".spec"):
        assert {"minimum", "maximum"} <= set(node)


@pytest.mark.parametrize("path", [path for path, node in NODES.items() if node["type"] == "array"])
def test_every_list_says_how_it_is_merged(path: str) -> None:
    """Server-side apply depends on it: ids are a set, things with a name are a map."""
    node = NODES[path]

    if node["items"]["type"] == "object":
        assert node["x-kubernetes-list-type"] == "map"
        assert set(node["x-kubernetes-list-map-keys"]) <= set(node["items"]["required"])
    else:
        assert node["x-kubernetes-list-type"] == "set"


@pytest.mark.parametrize("path", [path for path in AUTHORED if not path.endswith("]")])
def test_every_field_has_a_sentence_of_help_that_names_its_default(path: str) -> None:
    help_text = AUTHORED[path]["description"]

    assert help_text[0].isupper()
    assert help_text.endswith(".")
    assert "Required." in help_text or "Default: " in help_text


def test_nothing_is_in_the_schema_that_kubernetes_refuses_or_that_would_fill_documents_up() -> None:
    keys = {key for node in NODES.values() for key in node}

    assert keys.isdisjoint({"default", "$ref", "title", "additionalProperties", "anyOf", "const", "nullable"})
    assert {key for key in keys if key.startswith("x-")} == {
        "x-kubernetes-list-type",
        "x-kubernetes-list-map-keys",
        "x-kubernetes-validations",
    }


@pytest.mark.parametrize("path", [path for path, node in NODES.items() if "pattern" in node])
def test_every_pattern_is_within_re2_and_anchored(path: str) -> None:
    pattern = NODES[path]["pattern"]

    assert re2.compile(pattern)
    assert pattern.startswith("^")
    assert pattern.endswith("$")


@pytest.mark.parametrize(("path", "rule"), RULES, ids=lambda value: value if isinstance(value, str) else "")
def test_every_rule_is_within_cel_python_and_says_what_is_wrong(path: str, rule: dict[str, str]) -> None:
    assert path is not None
    assert celpy.Environment().compile(rule["rule"])
    assert "oldSelf" not in rule["rule"]
    assert rule["message"].startswith(("must ", "the "))


def test_the_name_and_every_list_of_powerful_roles_have_their_rule() -> None:
    blamed = {rule.get("fieldPath") for path, rule in RULES if path == ""}

    assert blamed == {
        ".metadata.name",
        ".spec.general.staffRoles",
        ".spec.giveaways.managerRoles",
        ".spec.giveaways.blacklist.roles",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=name)
def test_an_example_names_the_schema_and_keeps_it(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    schema = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()

    assert schema == (MANIFESTS / JSON_SCHEMA_FILE).resolve()
    jsonschema_rs.validate(json.loads(schema.read_text()), YAML(typ="safe").load(path.read_text()))


EDITORS_SEE = {"name-unquoted", "field-in-snake-case", "staff-role-twice", "per-minute-too-high", "spec-missing"}


@pytest.mark.parametrize("path", [path for path in REFUSED if path.stem in EDITORS_SEE], ids=name)
def test_an_editor_underlines_the_common_mistakes(path: Path) -> None:
    assert not jsonschema_rs.is_valid(json_schema(), YAML(typ="safe").load(path.read_text()))


def test_the_json_schema_offers_defaults_and_no_marks_of_ours() -> None:
    giveaways = json_schema()["properties"]["spec"]["properties"]["giveaways"]["properties"]

    assert giveaways["claimTimeout"]["default"] == "5m"
    assert '"x-' not in json.dumps(json_schema())
    assert jsonschema_rs.meta.is_valid(json_schema())


REASONS = [kind for kind in vars(conditions).values() if isinstance(kind, type) and kind.__name__.endswith("Reason")]


def test_every_condition_has_its_list_of_reasons_and_each_is_one_word() -> None:
    assert {kind.__name__ for kind in REASONS} == {f"{kind}Reason" for kind in (*ConditionType, "Event")}
    for reason in (reason for kind in REASONS for reason in kind):
        assert re.fullmatch("[A-Z][A-Za-z]*", reason)
        assert len(reason) <= conditions.MAX_REASON


def test_ready_gives_the_reasons_of_what_keeps_it_from_being_true() -> None:
    assert set(ReadyReason) == {*PublishedReason, AcceptedReason.INVALID}
    assert set(ReconcilingReason) | set(StalledReason) == {*ReadyReason} - {ReadyReason.PUBLISHED}
