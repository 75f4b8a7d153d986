"""One control plane for all tests of this folder, with the CRD applied as a person applies it."""

from collections.abc import Iterator

import pytest

from guildwright_crds.cli import MANIFESTS
from guildwright_crds.schema import CRD_FILE
from tests.cluster.binaries import binaries
from tests.cluster.control_plane import ControlPlane, control_plane


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A real API server that knows GuildConfig."""
    with control_plane(tmp_path_factory.mktemp("control-plane"), binaries()) as running:
        applied = running.kubectl("apply", "--validate=strict", "-f", str(MANIFESTS / CRD_FILE))
        assert applied.returncode == 0, applied.stderr
        established = running.kubectl(
            "wait", "--for=condition=Established", "--timeout=20s", "-f", str(MANIFESTS / CRD_FILE)
        )
        assert established.returncode == 0, established.stderr
        yield running
