"""Yesterday's cluster gets today's CRD, by the chart: every stored document stays as it was, and can be worked with.

The old CRD is the last one in crds/released, the documents those of tests/data/crds.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from guildwright_crds import cli
from guildwright_crds.schema import CRD_FILE, crd
from tests.cluster.binaries import binaries
from tests.cluster.control_plane import ControlPlane, control_plane
from tests.cluster.fullest import fullest
from tests.cluster.waiting import wait_for
from tests.crds.test_additive import CORPORA, SNAPSHOTS

pytestmark = pytest.mark.cluster

CHART = cli.CHART.parent
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/guildconfigs.guildwright.dev"
KIND = "/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
MOMENT = "2026-11-21T12:00:00Z"
OLD_STATUS = {
    "observedGeneration": 1,
    "conditions": [{"type": "Ready", "status": "True", "reason": "Published", "lastTransitionTime": MOMENT}],
}
NEW_STATUS = OLD_STATUS | {"publishedGeneration": 1, "lastError": "spec.general.locale: none"}


def known(value: Any, schema: dict[str, Any]) -> Any:
    """The part of a value that a schema has fields for."""
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        return {name: known(inner, fields[name]) for name, inner in value.items() if name in fields}
    if isinstance(value, list):
        return [known(inner, schema["items"]) for inner in value]
    return value


def fullest_then() -> dict[str, Any]:
    """The fullest document of today, as far as yesterday's definition knows it."""
    (version,) = YAML(typ="safe").load(SNAPSHOTS[-1])["spec"]["versions"]
    document = fullest()
    spec = known(document["spec"], version["schema"]["openAPIV3Schema"]["properties"]["spec"])
    return document | {"spec": spec}


DOCUMENTS = {
    (document := YAML(typ="safe").load(path))["metadata"]["name"]: document
    for snapshot in SNAPSHOTS
    for path in sorted((CORPORA / snapshot.stem).glob("*.yaml"))
} | {fullest()["metadata"]["name"]: fullest_then()}


class Upgrade:
    """A control plane whose CRD comes from the chart, in an old form first."""

    def __init__(self, plane: ControlPlane, folder: Path) -> None:
        self.plane = plane
        self.old_chart = folder / "old"
        shutil.copytree(CHART, self.old_chart)
        old = YAML(typ="safe").load(SNAPSHOTS[-1])
        old["metadata"]["annotations"] = {"helm.sh/resource-policy": "keep"}
        with (self.old_chart / "templates" / CRD_FILE).open("w") as file:
            YAML(typ="safe").dump(old, file)

    def helm(self, *arguments: str) -> str:
        """Run it; fail with what it says."""
        home = {"HOME": str(self.plane.folder), "PATH": os.environ["PATH"], "KUBECONFIG": str(self.plane.kubeconfig)}
        command = [self.plane.binaries / "helm", *arguments]
        done = subprocess.run(command, env=home, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def install(self, chart: Path, *how: str) -> None:
        """Install or upgrade; return when the server takes documents by it."""
        self.helm("upgrade", "--install", "guildwright-crds", str(chart), *how)
        done = self.plane.kubectl("wait", "--for=condition=Established", "--timeout=60s", "crd", CRD.rpartition("/")[2])
        assert done.returncode == 0, done.stderr

    def store(self) -> None:
        """All documents, as Git would apply them, each with a status of the old operator."""
        for name, document in DOCUMENTS.items():
            path = f"{KIND}/{name}?fieldManager=git&fieldValidation=Strict"
            assert self.plane.ask("PATCH", path, document, APPLY).status == 201, name
            assert self.plane.ask("PATCH", f"{KIND}/{name}/status", {"status": OLD_STATUS}, MERGE).status == 200

    def specs(self) -> dict[str, Any]:
        """What the server has, by name."""
        answer = self.plane.ask("GET", KIND)
        assert answer.status == 200, answer.message
        return {each["metadata"]["name"]: each["spec"] for each in answer.body["items"]}


@pytest.fixture(scope="module")
def upgrade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upgrade]:
    """The old CRD, its old chart, as its README says, the documents stored under it, then the chart of today."""
    folder = tmp_path_factory.mktemp("chart")
    with control_plane(tmp_path_factory.mktemp("upgrade"), binaries()) as plane:
        upgraded = Upgrade(plane, folder)
        applied = plane.kubectl("apply", "-f", str(SNAPSHOTS[-1]))
        assert applied.returncode == 0, applied.stderr
        upgraded.install(upgraded.old_chart, "--take-ownership", "--force-conflicts")
        upgraded.store()
        upgraded.install(CHART, "--force-conflicts")  # kubectl owns the same fields still
        yield upgraded


def test_the_upgrade_reached_the_api_server(upgrade: Upgrade) -> None:
    """Helm would not have upgraded a CRD out of a chart's crds folder."""
    columns = upgrade.plane.ask("GET", CRD).body["spec"]["versions"][0]["additionalPrinterColumns"]

    assert columns == crd()["spec"]["versions"][0]["additionalPrinterColumns"]
    assert "Published" in upgrade.plane.kubectl("explain", "guildconfig.status.conditions.type").stdout


def test_every_document_is_read_as_it_was_stored(upgrade: Upgrade) -> None:
    specs = upgrade.specs()

    assert specs == {name: document["spec"] for name, document in DOCUMENTS.items()}
    assert len(specs) > 15


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_then_gets_a_status_of_now_and_its_owner_applies_it_again_and_edits_it(
    upgrade: Upgrade, name: str
) -> None:
    ask, path = upgrade.plane.ask, f"{KIND}/{name}"
    status = ask("PATCH", f"{path}/status", {"status": NEW_STATUS}, MERGE)
    assert (status.status, status.body.get("status")) == (200, NEW_STATUS), status.message

    again = ask("PATCH", f"{path}?fieldManager=git&fieldValidation=Strict", DOCUMENTS[name], APPLY)
    assert (again.status, again.body["metadata"]["generation"]) == (200, 1), "the same document is no change"

    edited = deepcopy(DOCUMENTS[name])
    edited["spec"].setdefault("giveaways", {})["rerollLimit"] = 7
    answer = ask("PATCH", f"{path}?fieldManager=git&fieldValidation=Strict&dryRun=All", edited, APPLY)
    assert (answer.status, answer.body.get("spec")) == (200, edited["spec"]), answer.message


def test_were_a_rule_tightened_all_the_same_the_rest_of_a_document_would_still_be_editable(upgrade: Upgrade) -> None:
    """The server judges of an edit what the edit changed; so does the operator's status get through."""
    name, path = "1101000000000002999", f"{KIND}/1101000000000002999"
    spec = {"giveaways": {"rerollLimit": 10, "claimTimeout": "7d"}}
    document = fullest() | {"metadata": {"name": name}, "spec": spec}
    assert upgrade.plane.ask("POST", KIND, document).status == 201
    tightened = deepcopy(crd())
    fields = tightened["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    fields["giveaways"]["properties"]["rerollLimit"]["maximum"] = 5
    fields["giveaways"]["properties"]["claimTimeout"]["x-kubernetes-validations"][0]["rule"] = "self == '5m'"
    try:
        assert upgrade.plane.ask("PATCH", f"{CRD}?fieldManager=test&force=true", tightened, APPLY).status == 200
        refused = {"spec": {"giveaways": {"rerollLimit": 9}}}
        tight = f"{path}?dryRun=All"
        wait_for("tightened", lambda: upgrade.plane.ask("PATCH", tight, refused, MERGE).status == 422, 20)
        status = upgrade.plane.ask("PATCH", f"{path}/status", {"status": NEW_STATUS}, MERGE)
        edit = upgrade.plane.ask("PATCH", path, {"spec": {"general": {"locale": "de"}}}, MERGE)
        mended = upgrade.plane.ask("PATCH", path, {"spec": {"giveaways": {"rerollLimit": 5}}}, MERGE)
        assert [each.status for each in (status, edit, mended)] == [200, 200, 200], [status, edit, mended]
    finally:
        upgrade.plane.ask("DELETE", path)
        upgrade.install(CHART, "--force-conflicts")


def test_an_uninstall_keeps_the_crd_and_every_document_and_another_install_takes_them_over(upgrade: Upgrade) -> None:
    before, uid = upgrade.specs(), upgrade.plane.ask("GET", CRD).body["metadata"]["uid"]
    try:
        assert "kept" in upgrade.helm("uninstall", "guildwright-crds").lower()
        assert upgrade.plane.ask("GET", CRD).body["metadata"]["uid"] == uid
        assert upgrade.specs() == before
    finally:
        upgrade.install(CHART)
    assert upgrade.plane.ask("GET", CRD).body["metadata"]["uid"] == uid
    assert upgrade.specs() == before
