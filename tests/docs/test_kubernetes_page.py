"""docs/kubernetes.md tells the truth: its documents can be used, and its tables are what the operator says."""

import json
from datetime import UTC, datetime
from typing import Any

import jsonschema_rs
import lupa
import pytest
import yaml
from prometheus_client import REGISTRY

from guildwright.platform.config.keys import InMemory
from guildwright.platform.config.ownership import in_words
from guildwright_crds.check import check_text
from guildwright_crds.conditions import (
    AcceptedReason,
    ConditionType,
    EventReason,
    LiveReason,
    PublishedReason,
    ReadyReason,
    ReconcilingReason,
    StalledReason,
)
from guildwright_crds.problems import Problem
from guildwright_operator import metrics
from guildwright_operator.apply import FIELD_MANAGER
from guildwright_operator.reconcile import Facts, Status, reconcile
from tests.docs.pages import DOCS, blocks, table

PAGE = "kubernetes.md"
CHART = DOCS.parent / "helm" / "guildwright"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BAD = Problem("guildconfigs/1", 0, 0, "spec.general.locale", "is no locale", (), None)
GOOD: tuple[Problem, ...] = ()
# Every way that a document can fare, and the health that Argo CD shows for it.
CASES: dict[str, tuple[Facts, str]] = {
    "published": (Facts("u", 2, GOOD, ("u", 2)), "Healthy"),
    "waiting": (Facts("u", 2, GOOD, ("u", 1)), "Progressing"),
    "redis away": (Facts("u", 2, GOOD, ("u", 1), trouble="no answer"), "Progressing"),
    "refused": (Facts("u", 2, (BAD,), ("u", 1)), "Degraded"),
    "live": (Facts("u", 2, GOOD, ("u", 2), live=InMemory("u", 2, 0), live_known=True), "Healthy"),
    "behind": (Facts("u", 2, GOOD, ("u", 2), live=InMemory("u", 1, 0), live_known=True), "Healthy"),
    "not in the guild": (Facts("u", 2, GOOD, ("u", 2), live_known=True), "Healthy"),
}


def status_of(facts: Facts) -> Status:
    status = reconcile(facts, {}, NOW).status
    assert status is not None
    return status


def documents() -> list[Any]:
    return [document for block in blocks(PAGE, "yaml") for document in yaml.safe_load_all(block)]


def test_every_guild_document_passes_the_check() -> None:
    guilds = [block for block in blocks(PAGE, "yaml") if "kind: GuildConfig\nmeta" in block]
    assert guilds
    for block in guilds:
        assert check_text(block, "kubernetes.md").problems == ()


def test_the_values_of_an_install_are_the_charts_own() -> None:
    (values,) = [one for one in documents() if isinstance(one, dict) and "discord" in one]
    defaults = yaml.safe_load((CHART / "values.yaml").read_text())
    whole = defaults | {name: defaults[name] | said for name, said in values.items()}
    jsonschema_rs.validator_for(json.loads((CHART / "values.schema.json").read_text())).validate(whole)


def test_the_status_table_has_each_reason_that_there_is() -> None:
    reasons = {
        ConditionType.ACCEPTED: AcceptedReason,
        ConditionType.PUBLISHED: PublishedReason,
        ConditionType.READY: ReadyReason,
        ConditionType.RECONCILING: ReconcilingReason,
        ConditionType.STALLED: StalledReason,
        ConditionType.LIVE: LiveReason,
    }
    assert reasons.keys() == set(ConditionType)
    told = [(row[0], row[2]) for row in table(PAGE, "Condition", "Status", "Reason")]
    assert sorted(told) == sorted((str(kind), str(reason)) for kind, each in reasons.items() for reason in each)


def test_the_status_table_is_what_the_operator_says_and_nothing_else() -> None:
    said = {
        (one["type"], one["status"], one["reason"])
        for facts, _ in CASES.values()
        for one in status_of(facts)["conditions"]
    }
    assert {row[:3] for row in table(PAGE, "Condition", "Status", "Reason")} == said


def test_the_table_of_events_has_each_of_them_with_its_type() -> None:
    rows = table(PAGE, "Type", "Reason", "When")
    assert sorted(row[1] for row in rows) == sorted(EventReason)
    warnings = {EventReason.REJECTED, EventReason.NOT_PUBLISHED}
    assert {row[1] for row in rows if row[0] == "Warning"} == warnings


def health(obj: Any) -> Any:
    """What Argo CD makes of an object with the page's script, which it runs with `obj` as a global."""
    (config,) = [one["data"] for one in documents() if "data" in one]
    lua = lupa.LuaRuntime(unpack_returned_tuples=True)
    lua.globals().obj = lua.table_from(obj, recursive=True)
    return lua.execute(config["resource.customizations.health.guildwright.dev_GuildConfig"])


@pytest.mark.parametrize("case", CASES)
def test_argo_cds_health_of_a_document_is_what_its_status_says(case: str) -> None:
    facts, expected = CASES[case]
    found = health({"metadata": {"generation": 2}, "status": status_of(facts)})
    assert found.status == expected
    assert found.message


@pytest.mark.parametrize(
    "obj",
    [
        {"metadata": {"generation": 1}},
        {"metadata": {"generation": 3}, "status": status_of(CASES["published"][0])},
        {"metadata": {"generation": 3}, "status": status_of(CASES["refused"][0])},
    ],
    ids=["no status yet", "a newer generation", "mended, and not judged yet"],
)
def test_argo_cd_waits_for_a_document_that_was_not_judged_yet(obj: Any) -> None:
    assert health(obj).status == "Progressing"


def test_argo_cd_ignores_what_our_own_writers_set_and_leaves_it_theirs() -> None:
    (spec,) = [one["spec"] for one in documents() if one.get("kind") == "Application"]
    (ignored,) = spec["ignoreDifferences"]
    assert (ignored["group"], ignored["kind"]) == ("guildwright.dev", "GuildConfig")
    ours = {row[0].strip("`") for row in table(PAGE, "Field manager") if row[0].startswith("`guildwright-")}
    assert {*ignored["managedFieldsManagers"], FIELD_MANAGER} == ours
    assert spec["syncPolicy"]["syncOptions"] == ["ServerSideApply=true"]


def test_the_field_managers_are_those_that_refusals_name_in_words() -> None:
    for row in table(PAGE, "Field manager"):
        manager = row[0].split("`")[1]
        if manager != FIELD_MANAGER:  # owns no field of a spec, so no refusal names it
            assert in_words(manager) != f'"{manager}"'


def test_the_metrics_are_the_operators() -> None:
    assert metrics.LEADER
    known = {metric.name for metric in REGISTRY.collect()}
    words = (DOCS / PAGE).read_text().split("`")
    named = {word for word in words if word.startswith("guildwright_operator_")}
    assert named
    assert named <= known


def test_what_kubectl_prints_has_the_columns_of_the_definition() -> None:
    (printed,) = [block for block in blocks(PAGE, "") if block.startswith("NAME")]
    definition = yaml.safe_load((DOCS.parent / "crds/manifests/guildconfigs.guildwright.dev.yaml").read_text())
    columns = definition["spec"]["versions"][0]["additionalPrinterColumns"]
    shown = [one["name"].upper() for one in columns if not one.get("priority")]
    assert printed.splitlines()[0].split() == ["NAME", *shown]
