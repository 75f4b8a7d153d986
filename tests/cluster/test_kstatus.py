"""kstatus reads the statuses that the operator writes: Flux and Helm wait by that library, Argo CD by the same fields.

Helm carries it: `helm upgrade --wait` succeeds when it calls a GuildConfig current, and says what it calls it else.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from guildwright_crds.problems import Problem
from guildwright_operator.reconcile import Facts, reconcile
from tests.cluster.control_plane import ControlPlane

pytestmark = pytest.mark.cluster

GUILD = "1101000000000000333"
PATH = f"/apis/guildwright.dev/v1alpha1/namespaces/default/guildconfigs/{GUILD}"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PROBLEM = Problem("x", 1, 1, "spec.general.locale", '"tlh" is not allowed here')
UID = "uid"


class Release:
    """A Helm release with one GuildConfig in it."""

    def __init__(self, plane: ControlPlane, chart: Path) -> None:
        self.plane = plane
        self.chart = chart
        (chart / "templates").mkdir()
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: oak\nversion: 1.0.0\n")
        document = {"apiVersion": "guildwright.dev/v1alpha1", "kind": "GuildConfig", "metadata": {"name": GUILD}}
        (chart / "templates" / "oak.yaml").write_text(json.dumps(document | {"spec": {}}))

    def helm(self, *arguments: str) -> tuple[bool, str]:
        home = {"HOME": str(self.plane.folder), "PATH": os.environ["PATH"], "KUBECONFIG": str(self.plane.kubeconfig)}
        command = [self.plane.binaries / "helm", *arguments]
        done = subprocess.run(command, env=home, capture_output=True, text=True, timeout=120, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def verdict(self, *facts: Facts, within: str = "60s") -> tuple[bool, str]:
        """What kstatus says, in the end, after the operator has written what it knows, each time."""
        said = {}
        for known in facts:
            said = reconcile(known, said, NOW).status or said
        body = {"status": None}, {"status": said}
        for part in body:
            answer = self.plane.ask("PATCH", f"{PATH}/status", part, "application/merge-patch+json")
            assert answer.status == 200, answer.message
        return self.helm("upgrade", "oak", str(self.chart), "--wait=watcher", f"--timeout={within}")


@pytest.fixture(scope="module")
def release(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Release]:
    made = Release(plane, tmp_path_factory.mktemp("oak"))
    done, said = made.helm("install", "oak", str(made.chart), "--wait=hookOnly")
    assert done, said
    yield made
    made.helm("uninstall", "oak")


def test_a_published_document_is_current(release: Release) -> None:
    done, said = release.verdict(Facts(UID, 1, (), (UID, 1)))

    assert done, said


def test_whether_it_is_live_yet_is_waited_for_by_nobody(release: Release) -> None:
    done, said = release.verdict(Facts(UID, 1, (), (UID, 1), live_known=True))

    assert done, said


@pytest.mark.parametrize(
    "facts",
    [Facts(UID, 1, (), None), Facts(UID, 1, (), None, trouble="connection refused")],
    ids=["waits for its turn", "Redis is away"],
)
def test_a_document_that_is_not_published_yet_is_in_progress(release: Release, facts: Facts) -> None:
    done, said = release.verdict(facts, within="4s")

    assert not done
    assert "InProgress" in said


def test_a_document_that_is_not_accepted_has_failed_and_the_message_says_why(release: Release) -> None:
    done, said = release.verdict(Facts(UID, 1, (PROBLEM,), None), within="4s")

    assert not done
    assert "Failed" in said
    assert PROBLEM.message in said


def test_a_status_of_an_older_generation_is_in_progress_whatever_it_says(release: Release) -> None:
    edit = {"spec": {"general": {"locale": "de"}}}
    assert release.plane.ask("PATCH", PATH, edit, "application/merge-patch+json").body["metadata"]["generation"] == 2

    done, said = release.verdict(Facts(UID, 1, (), (UID, 1)), within="4s")

    assert not done
    assert "InProgress" in said
    done, said = release.verdict(Facts(UID, 1, (), (UID, 1)), Facts(UID, 2, (), (UID, 2)))
    assert done, said
