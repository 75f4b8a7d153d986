"""The definitions of our documents, in the tests' own cluster or in a person's: theirs must be as it was afterwards."""

import contextlib
import json
from collections.abc import Iterator

from guildwright_crds.cli import MANIFESTS
from guildwright_crds.schema import CRD_FILE
from tests.cluster.callers import CallersCluster
from tests.cluster.cluster import Cluster
from tests.cluster.releases import install_definitions

NAME = "guildwright-crds"
HOME = f"/api/v1/namespaces/{NAME}"
DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/guildconfigs.guildwright.dev"
OURS = str(MANIFESTS / CRD_FILE)
DIFFERENT = f"""\
Your cluster has another definition of GuildConfig than this repository, and the tests leave yours alone. Use a \
cluster without one, or take this one, if your documents fit it:
  kubectl replace -f {OURS}"""


@contextlib.contextmanager
def definitions(cluster: Cluster) -> Iterator[None]:
    """Have them there for a while. In a person's cluster, equal ones stay untouched, and different ones are refused."""
    if not isinstance(cluster, CallersCluster):
        install_definitions(cluster)
        yield
    elif (there := cluster.ask("GET", DEFINITION)).status == 200:
        meant = cluster.kubectl("replace", "--dry-run=server", "-o", "json", "-f", OURS)
        assert meant.returncode == 0, meant.stderr
        assert json.loads(meant.stdout)["spec"] == there.body["spec"], DIFFERENT
        yield
    else:
        with _lent(cluster):
            yield


@contextlib.contextmanager
def _lent(cluster: Cluster) -> Iterator[None]:
    """Nobody had them, so that they go with all documents, which are the tests'."""
    had_home = cluster.ask("GET", HOME).status == 200
    try:
        install_definitions(cluster)
        yield
    finally:
        cluster.helm("uninstall", NAME, "-n", NAME)
        cluster.kubectl("delete", "--ignore-not-found", "-f", OURS)  # helm keeps it
        if not had_home:
            cluster.kubectl("delete", "namespace", NAME, "--ignore-not-found", "--wait=false")
