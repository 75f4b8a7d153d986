"""What a person's cluster knows of GuildConfig is theirs: the tests leave it as it was."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.cluster.callers import CallersCluster
from tests.cluster.control_plane import GUILD_CONFIGS, ControlPlane
from tests.cluster.definitions import DEFINITION, NAME, OURS, definitions
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster


class Theirs(CallersCluster):
    """A person's cluster, with a helm that writes down what it was told, and installs without a chart."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__(plane.kubeconfig, plane.binaries, {})
        self.told: list[str] = []

    def helm(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Write it down."""
        self.told.append(arguments[0])
        if arguments[0] == "upgrade":
            self.kubectl("create", "namespace", NAME)
            return self.kubectl("create", "-f", OURS, stdin=stdin)
        return subprocess.CompletedProcess([], 0, "", "")


@pytest.fixture
def theirs(plane: ControlPlane) -> Iterator[Theirs]:
    """It has our definition, and has it again afterwards."""
    cluster = Theirs(plane)
    yield cluster
    cluster.close()
    if plane.ask("GET", DEFINITION).status != 200:
        assert plane.kubectl("create", "-f", OURS).returncode == 0
    assert plane.kubectl("replace", "-f", OURS).returncode == 0
    assert plane.kubectl("wait", "--for=condition=Established", "--timeout=60s", "-f", OURS).returncode == 0
    wait_for("GuildConfigs served", lambda: plane.ask("GET", GUILD_CONFIGS).status == 200)


def test_an_equal_definition_stays_untouched(theirs: Theirs) -> None:
    before = theirs.ask("GET", DEFINITION).body["metadata"]
    with definitions(theirs):
        pass

    assert (theirs.told, theirs.ask("GET", DEFINITION).body["metadata"]) == ([], before)


def test_a_different_definition_is_refused_with_words(theirs: Theirs) -> None:
    change = {"spec": {"names": {"shortNames": ["gc", "theirs"]}}}
    theirs.ask("PATCH", DEFINITION, change, "application/merge-patch+json")

    with pytest.raises(AssertionError, match="another definition of GuildConfig"), definitions(theirs):
        pass

    assert theirs.told == []
    assert theirs.ask("GET", DEFINITION).body["spec"]["names"]["shortNames"] == ["gc", "theirs"]


def test_where_there_was_none_there_is_none_afterwards(theirs: Theirs) -> None:
    theirs.kubectl("delete", "-f", OURS)
    with definitions(theirs):
        assert theirs.ask("GET", DEFINITION).status == 200

    assert (theirs.told, theirs.ask("GET", DEFINITION).status) == (["upgrade", "uninstall"], 404)
