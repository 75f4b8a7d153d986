"""What tests of other folders use too: an API server alone, for those that only ask it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from guildwright_crds.cli import MANIFESTS
from guildwright_crds.schema import CRD_FILE
from tests.cluster.binaries import ALONE, binaries
from tests.cluster.control_plane import GUILD_CONFIGS, ControlPlane, control_plane
from tests.cluster.waiting import wait_for
from tests.cluster.wanted import needs_cluster, wanted

if TYPE_CHECKING:
    from tests.cluster.cluster import Cluster


@pytest.fixture(scope="session")
def network(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Cluster | None]":
    """The cluster, where any test of this run wants one, before anything else listens: it changes our network."""
    if not wanted(request.config) or not any(map(needs_cluster, request.session.items)):
        yield None
        return
    # The Kubernetes client takes a second to import; most runs do without.
    from tests.cluster.callers import allowed, callers_cluster  # noqa: PLC0415
    from tests.cluster.own import own_cluster  # noqa: PLC0415

    with callers_cluster(tmp_path_factory.mktemp("cluster")) if allowed() else own_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def plane(network: "Cluster | None", tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:  # noqa: ARG001
    """A real API server that knows GuildConfig."""
    with control_plane(tmp_path_factory.mktemp("control-plane"), binaries(*ALONE)) as running:
        applied = running.kubectl("apply", "--validate=strict", "-f", str(MANIFESTS / CRD_FILE))
        assert applied.returncode == 0, applied.stderr
        established = running.kubectl(
            "wait", "--for=condition=Established", "--timeout=60s", "-f", str(MANIFESTS / CRD_FILE)
        )
        assert established.returncode == 0, established.stderr
        wait_for("GuildConfigs served", lambda: running.ask("GET", GUILD_CONFIGS).status == 200)
        yield running
