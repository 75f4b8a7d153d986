"""Releases of the charts in a cluster, as a person makes them with helm."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from tests.cluster.cluster import Cluster
from tests.helm.rendering import CHART, CHARTS, sets

WAIT = "--timeout=4m"


class Release:
    """A release in a namespace."""

    def __init__(self, cluster: Cluster, namespace: str, name: str = "guildwright") -> None:
        self.cluster = cluster
        self.namespace = namespace
        self.name = name

    def up(self, *values: str, wait: bool = True) -> subprocess.CompletedProcess[str]:
        """Install or upgrade to exactly these values."""
        return self.cluster.helm(
            *("upgrade", "--install", self.name, str(CHART), "-n", self.namespace),
            *(["--wait", WAIT] if wait else [WAIT]),
            *sets((*self.images(), *values)),
        )

    def down(self) -> subprocess.CompletedProcess[str]:
        """Uninstall, and wait until all is gone."""
        return self.cluster.helm("uninstall", self.name, "-n", self.namespace, "--wait", WAIT)

    def images(self) -> list[str]:
        """The values that name the images under test."""
        named = {"image": self.cluster.images["guildwright"], "trial.image": self.cluster.images["trial"]}
        return [
            f'{value}.{part}:="{text}"'
            for value, reference in named.items()
            for part, text in zip(("repository", "tag"), reference.rsplit(":", 1), strict=True)
        ]

    def listed(self, kind: str) -> list[dict[str, Any]]:
        """Every object of a kind in the namespace."""
        done = self.cluster.kubectl("get", kind, "-n", self.namespace, "-o", "json")
        assert done.returncode == 0, done.stderr
        return list(json.loads(done.stdout)["items"])

    def pods(self) -> dict[str, str]:
        """Component and number to the uid of each pod that runs for good."""
        found: dict[str, str] = {}
        for pod in sorted(self.listed("pods"), key=lambda pod: str(pod["metadata"]["name"])):
            part = pod["metadata"]["labels"]["app.kubernetes.io/component"]
            if part != "migrate" and "deletionTimestamp" not in pod["metadata"]:
                found[f"{part}-{sum(name.startswith(part) for name in found)}"] = pod["metadata"]["uid"]
        return found

    def told(self) -> str:
        """What happened, for whoever reads a failure."""
        here = ("-n", self.namespace)
        all_of_it = f"--selector=app.kubernetes.io/instance={self.name}"
        return "\n".join(
            self.cluster.kubectl(*asked, *here).stdout
            for asked in (("get", "pods,jobs,events"), ("logs", all_of_it, "--prefix", "--tail=15"))
        )


def install_definitions(cluster: Cluster) -> None:
    """The chart of the definitions, by whichever test comes first; they may be there already."""
    done = cluster.helm(
        *("upgrade", "--install", "guildwright-crds", str(CHARTS / "guildwright-crds"), "-n", "guildwright-crds"),
        *("--create-namespace", "--take-ownership", "--wait", WAIT),
    )
    assert done.returncode == 0, done.stderr


def replaced(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    """The components whose pods are others now."""
    return {name.rsplit("-", 1)[0] for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
