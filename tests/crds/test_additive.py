"""The CRD may grow and not shrink: each change that could break a stored document is named in words."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from guildwright_crds import additive, cli
from guildwright_crds.additive import broken_promises
from guildwright_crds.base import LIST_KEYS, LIST_TYPE, RULES
from guildwright_crds.check import check_file, find_documents
from guildwright_crds.schema import crd

CORPORA = Path(__file__).parents[1] / "data" / "crds"
SNAPSHOTS = sorted(cli.RELEASED.glob("*.yaml"))
DOCUMENTS = find_documents(CORPORA)


def _root(of: Any) -> Any:
    return of["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def _changed(change: Callable[[Any, Any], object]) -> list[str]:
    """What is said of a CRD in which something was changed; `change` gets its schema, and the spec's fields."""
    new = deepcopy(crd())
    change(_root(new), _root(new)["properties"]["spec"]["properties"])
    return broken_promises(crd(), new)


def _giveaways(fields: Any) -> Any:
    return fields["giveaways"]["properties"]


def _condition(root: Any) -> Any:
    return root["properties"]["status"]["properties"]["conditions"]["items"]["properties"]


SHRUNK: list[tuple[Callable[[Any, Any], object], str]] = [
    (lambda _, spec: _giveaways(spec).pop("logChannel"), "spec.giveaways.logChannel was removed"),
    (lambda _, spec: spec.pop("giveaways"), "spec.giveaways was removed"),
    (
        lambda _, spec: _giveaways(spec)["rerollLimit"].update(maximum=5),
        "spec.giveaways.rerollLimit: the largest value went from 10 to 5",
    ),
    (
        lambda _, spec: _giveaways(spec)["rerollLimit"].update(minimum=1),
        "spec.giveaways.rerollLimit: the smallest value went from 0 to 1",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["staffRoles"].update(maxItems=24),
        "spec.general.staffRoles: the longest list went from 25 to 24",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["staffRoles"].update(minItems=1),
        "spec.general.staffRoles: the shortest list went from any to 1",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["locale"].update(maxLength=5),
        "spec.general.locale: the longest text went from 16 to 5",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["locale"].update(pattern="^en$"),
        "spec.general.locale: the pattern went from ^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$ to ^en$",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["locale"].update(enum=["en", "de"]),
        "spec.general.locale: only en, de are allowed now",
    ),
    (
        lambda root, _: root["properties"]["status"]["properties"]["conditions"]["items"]["properties"][
            "status"
        ].update(enum=["True", "False"]),
        "status.conditions[].status: no longer allowed: Unknown",
    ),
    (
        lambda _, spec: spec["giveaways"].update(required=["claimTimeout"]),
        "spec.giveaways: the field claimTimeout is required now",
    ),
    (
        lambda _, spec: _giveaways(spec)["rerollLimit"].update(type="string"),
        "spec.giveaways.rerollLimit: the type went from integer to string",
    ),
    (
        lambda _, spec: spec["general"]["properties"]["staffRoles"].update({LIST_TYPE: "atomic"}),
        "spec.general.staffRoles: the kind of list went from set to atomic",
    ),
    (
        lambda _, spec: spec["commands"]["properties"]["rules"].update({LIST_KEYS: ["name", "enabled"]}),
        "spec.commands.rules: the key of its items went from ['name'] to ['name', 'enabled']",
    ),
    (
        lambda _, spec: spec["commands"]["properties"]["rules"]["items"]["properties"]["name"].update(maxLength=9),
        "spec.commands.rules[].name: the longest text went from 98 to 9",
    ),
    (
        lambda _, spec: _giveaways(spec)["claimTimeout"].update({RULES: [{"rule": "self == '5m'", "message": "5m!"}]}),
        'spec.giveaways.claimTimeout: the rule "5m!" is new or was changed',
    ),
    (
        lambda root, _: root[RULES].append({"rule": "false", "message": "no", "fieldPath": ".spec.general.locale"}),
        'the document: the rule "no" is new or was changed, about .spec.general.locale',
    ),
]


@pytest.mark.parametrize(("change", "sentence"), SHRUNK, ids=[sentence for _, sentence in SHRUNK])
def test_a_change_that_could_break_a_stored_document_is_named(
    change: Callable[[Any, Any], object], sentence: str
) -> None:
    (said,) = _changed(change)

    assert said.startswith(sentence)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda spec: spec.update(scope="Cluster"), "the scope went from Namespaced to Cluster"),
        (lambda spec: spec["names"].update(kind="Guild"), "the kind went from GuildConfig to Guild"),
        (lambda spec: spec["names"].update(shortNames=[]), "the short name gc was removed"),
        (lambda spec: spec["versions"][0].update(name="v1"), "the version v1alpha1 is no longer served"),
        (lambda spec: spec["versions"][0].update(served=False), "the version v1alpha1 is no longer served"),
        (lambda spec: spec["versions"][0].pop("subresources"), "the version v1alpha1 lost its status"),
    ],
)
def test_so_is_what_breaks_whoever_asks_for_it(change: Callable[[Any], object], sentence: str) -> None:
    new = deepcopy(crd())
    change(new["spec"])

    (said,) = broken_promises(crd(), new)

    assert said.startswith(sentence)


GROWN: dict[str, Callable[[Any, Any], object]] = {
    "a new field": lambda _, spec: _giveaways(spec).update(new={"type": "string", "maxLength": 3}),
    "a new feature with required fields and a rule at the root": lambda root, spec: (
        spec.update(new={"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}),
        root[RULES].append({"rule": "false", "message": "no", "fieldPath": ".spec.new.x"}),
    ),
    "wider bounds": lambda _, spec: (
        _giveaways(spec)["rerollLimit"].update(minimum=-1, maximum=11),
        spec["general"]["properties"]["staffRoles"].update(maxItems=26),
        spec["general"]["properties"]["locale"].update(minLength=1, maxLength=20),
    ),
    "no pattern any more": lambda _, spec: spec["general"]["properties"]["locale"].pop("pattern"),
    "a rule less": lambda _, spec: _giveaways(spec)["claimTimeout"].pop(RULES),
    "nothing required": lambda _, spec: spec["commands"]["properties"]["prefix"].pop("required"),
    "another choice": lambda root, _: _condition(root)["status"]["enum"].append("Perhaps"),
    "another help text": lambda _, spec: spec["general"].update(description="New."),
}


@pytest.mark.parametrize("change", GROWN.values(), ids=GROWN.keys())
def test_what_only_allows_more_is_no_matter(change: Callable[[Any, Any], object]) -> None:
    assert _changed(change) == []


def test_check_says_it_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = deepcopy(crd())
    _giveaways(_root(old)["properties"]["spec"]["properties"])["rerollLimit"]["maximum"] = 12
    with (tmp_path / "0.0.1.yaml").open("w") as file:
        YAML(typ="safe").dump(old, file)

    assert cli.crds(check=True, out=None, released=tmp_path) == 1

    said = capsys.readouterr().out
    assert "0.0.1.yaml: spec.giveaways.rerollLimit: the largest value went from 12 to 10" in said
    assert "argue for it in additive.py" in said


@pytest.mark.parametrize("snapshot", SNAPSHOTS, ids=lambda path: path.stem)
def test_nothing_that_was_released_is_broken_and_its_documents_use_every_field(snapshot: Path) -> None:
    released = YAML(typ="safe").load(snapshot)
    documents = [YAML(typ="safe").load(path) for path in DOCUMENTS if path.parent.name == snapshot.stem]

    assert broken_promises(released, crd()) == []
    spec = _root(released)["properties"]["spec"]
    assert not {*_fields(spec)} - {field for document in documents for field in _used(document["spec"])}


def _fields(schema: Any, path: str = "spec") -> list[str]:
    below = [(f"{path}.{name}", child) for name, child in schema.get("properties", {}).items()]
    below += [(f"{path}[]", schema["items"])] if "properties" in schema.get("items", {}) else []
    return [path, *(field for name, child in below for field in _fields(child, name))]


def _used(value: Any, path: str = "spec") -> list[str]:
    if isinstance(value, dict):
        return [path, *(used for name, child in value.items() for used in _used(child, f"{path}.{name}"))]
    items = [used for item in value for used in _used(item, f"{path}[]")] if isinstance(value, list) else []
    return [path, *items]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_of_then_is_valid_now(path: Path) -> None:
    assert check_file(path).problems == ()


def test_every_argument_is_about_a_change_that_there_is() -> None:
    changes = {change for snapshot in SNAPSHOTS for change in additive._crd(YAML(typ="safe").load(snapshot), crd())}

    assert additive.ARGUED.keys() <= changes
    assert SNAPSHOTS
