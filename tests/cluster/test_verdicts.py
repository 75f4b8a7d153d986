"""`check` and a real API server give the same verdict on every example and counter-example."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from guildwright_crds.check import check_file
from tests.cluster.control_plane import Answer, ControlPlane
from tests.cluster.fullest import fullest
from tests.crds.documents import ACCEPTED, EXAMPLES, READERS_DIFFER, REFUSED, name

pytestmark = pytest.mark.cluster

SERVER_REFUSES_TOO = {"prefix-n", "reroll-limit-0777"}
"""Of the documents that readers of YAML read differently, those that are wrong in either reading."""

HEAD = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig"}


def _applies(plane: ControlPlane, path: Path) -> tuple[bool, str]:
    done = plane.kubectl("apply", "--validate=strict", "-f", str(path))
    return done.returncode == 0, done.stdout + done.stderr


def test_there_are_documents_of_each_kind() -> None:
    assert [len(kind) > few for kind, few in ((EXAMPLES, 4), (ACCEPTED, 30), (REFUSED, 100), (READERS_DIFFER, 15))]


@pytest.mark.parametrize("path", [*EXAMPLES, *ACCEPTED], ids=name)
def test_kubectl_applies_what_check_accepts(plane: ControlPlane, path: Path) -> None:
    applied, said = _applies(plane, path)

    assert (applied, check_file(path).problems) == (True, ()), said
    assert plane.kubectl("delete", "--wait=true", "-f", str(path)).returncode == 0


@pytest.mark.parametrize("path", REFUSED, ids=name)
def test_kubectl_refuses_what_check_refuses(plane: ControlPlane, path: Path) -> None:
    applied, said = _applies(plane, path)

    assert (applied, check_file(path).valid) == (False, False), said


@pytest.mark.parametrize("path", READERS_DIFFER, ids=name)
def test_check_is_stricter_only_where_readers_of_yaml_differ(plane: ControlPlane, path: Path) -> None:
    done = plane.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(path))

    assert not check_file(path).valid
    assert (done.returncode == 0) == (path.stem not in SERVER_REFUSES_TOO), done.stderr


def test_the_server_itself_refuses_a_null_in_an_unknown_field_which_kubectl_drops(plane: ControlPlane) -> None:
    (path,) = [each for each in READERS_DIFFER if each.stem == "unknown-field-null"]

    done = plane.kubectl("apply", "--server-side", "--validate=strict", "-f", str(path))

    assert done.returncode != 0
    assert "winners" in done.stderr


def test_kubectl_lists_guilds_by_their_short_name_with_the_columns_of_the_crd(plane: ControlPlane) -> None:
    (german,) = [path for path in EXAMPLES if path.stem == "german"]
    assert _applies(plane, german)[0]

    listed = plane.kubectl("get", "gc")
    wide = plane.kubectl("get", "gc", "-o", "wide")
    by_category = plane.kubectl("get", "guildwright")

    assert listed.stdout.split()[:7] == ["NAME", "READY", "REASON", "GENERATION", "PUBLISHED", "LIVE", "AGE"]
    assert wide.stdout.split()[7:9] == ["LOCALE", "MESSAGE"]
    assert "de-DE" in wide.stdout
    assert "1101000000000000004" in by_category.stdout
    assert plane.kubectl("delete", "-f", str(german)).returncode == 0


def test_kubectl_explains_a_field_and_names_its_default(plane: ControlPlane) -> None:
    said = plane.kubectl("explain", "guildconfig.spec.giveaways.claimTimeout").stdout

    assert "How long a winner has to claim the prize. Default: 5m." in said


def test_the_server_takes_the_crd_back_as_it_was_written(plane: ControlPlane) -> None:
    """No condition complains: the schema is structural, and its names are accepted."""
    answer = plane.ask("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/guildconfigs.guildwright.dev")

    conditions = {each["type"]: each["status"] for each in answer.body["status"]["conditions"]}
    assert conditions == {"NamesAccepted": "True", "Established": "True"}


def test_two_managers_can_own_different_roles_of_one_set(plane: ControlPlane) -> None:
    """The list types make server-side apply merge: git keeps one role, the dashboard adds another."""
    kind = "/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs/1101000000000000009"
    for manager, role in (("git", "1101000000000000901"), ("dashboard", "1101000000000000902")):
        document = {
            "apiVersion": "guildwright.dev/v1alpha1",
            "kind": "GuildConfig",
            "metadata": {"name": "1101000000000000009"},
            "spec": {"general": {"staffRoles": [role]}, "commands": {"rules": [{"name": f"giveaway {manager}"}]}},
        }
        answer = plane.ask("PATCH", f"{kind}?fieldManager={manager}", document, content="application/apply-patch+yaml")
        assert answer.status in {200, 201}, answer.message

    spec = plane.ask("GET", kind).body["spec"]

    assert spec["general"]["staffRoles"] == ["1101000000000000901", "1101000000000000902"]
    assert [rule["name"] for rule in spec["commands"]["rules"]] == ["giveaway git", "giveaway dashboard"]
    plane.ask("DELETE", kind)


def test_the_largest_document_there_can_be_fits_every_limit(plane: ControlPlane, tmp_path: Path) -> None:
    """Ours on size and values; etcd's, kubectl's annotation and the cost of CEL at the server."""
    path = tmp_path / "largest.yaml"
    with path.open("w") as file:
        YAML(typ="safe").dump(fullest(), file)

    applied, said = _applies(plane, path)

    assert (applied, check_file(path).problems) == (True, ()), said
    assert plane.kubectl("delete", "-f", str(path)).returncode == 0


def test_kubectl_get_tells_the_story_of_a_document(plane: ControlPlane, tmp_path: Path) -> None:
    name = "1101000000000000555"
    kind = f"/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs/{name}"
    path = tmp_path / "oak.yaml"
    path.write_text(
        f'apiVersion: guildwright.dev/v1alpha1\nkind: GuildConfig\nmetadata: {{name: "{name}"}}\n'
        "spec: {general: {locale: de-DE}}\n"
    )
    assert _applies(plane, path)[0]
    moment = "2026-01-31T12:00:00Z"
    conditions = [
        {
            "type": "Ready",
            "status": "False",
            "reason": "RedisAway",
            "message": "tried again",
            "lastTransitionTime": moment,
        },
        {"type": "Live", "status": "Unknown", "reason": "NotInGuild", "lastTransitionTime": moment},
    ]
    status = {"observedGeneration": 1, "publishedGeneration": 0}
    status |= {"conditions": [{"lastTransitionTime": moment} | one for one in conditions]}
    assert plane.ask("PATCH", f"{kind}/status", {"status": status}, "application/merge-patch+json").status == 200

    rows = plane.kubectl("get", "guildconfig", name, "--no-headers").stdout.split()
    wide = plane.kubectl("get", "guildconfig", name, "--no-headers", "-o", "wide").stdout

    assert rows[:6] == [name, "False", "RedisAway", "1", "0", "Unknown"]
    assert wide.split()[7:] == ["de-DE", "tried", "again"]
    assert plane.kubectl("delete", "guildconfig", name).returncode == 0


def test_kubectl_explains_every_field_that_a_person_writes_and_the_conditions(plane: ControlPlane) -> None:
    giveaways = plane.kubectl("explain", "guildconfig.spec.giveaways").stdout
    conditions = plane.kubectl("explain", "guildconfig.status.conditions", "--recursive").stdout

    for field in ("claimTimeout", "rerollLimit", "blacklist", "minimumAccountAge", "defaultChannel", "managerRoles"):
        assert f"  {field}\t<" in giveaways
    words = " ".join(giveaways.split())
    assert "who may host, who may enter, and how long a winner has to claim" in words
    assert "Default: 1. Allowed: a whole number from 0 to 10." in words
    assert 'such as "30s", "5m", "1h30m" or "2d"; between 10s and 7d.' in words
    assert "Allowed: a list of at most 25 items; a snowflake: Discord's id, 17 to 19 digits in quotes." in words
    assert "lastTransitionTime" in conditions


def test_a_section_written_as_an_empty_mapping_cannot_be_emptied_by_server_side_apply(plane: ControlPlane) -> None:
    """Kubernetes' own: it leaves a null where the last field was, and refuses that. Left out, the section goes."""
    guild = "1101000000000000556"
    kind = f"/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs/{guild}"
    general = {"locale": "de"}

    def apply(**spec: object) -> Answer:
        document: dict[str, Any] = HEAD | {"metadata": {"name": guild}}
        document |= {"spec": {"general": general} | spec}
        return plane.ask("PATCH", f"{kind}?fieldManager=git", document, content="application/apply-patch+yaml")

    assert apply(giveaways={"rerollLimit": 3}).status == 201
    emptied, left_out = apply(giveaways={}), apply()

    assert (emptied.status, "must be of type object" in emptied.message) == (422, True)
    assert (left_out.status, left_out.body["spec"]) == (200, {"general": general})
    general.clear()
    assert apply().status == 422, "the last section of a spec is no other"
    plane.ask("DELETE", kind)
