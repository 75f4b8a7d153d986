"""A trial on a real cluster: installed, upgraded and uninstalled as helm's users do, with `--wait` and without.

The tests follow one release through its life and stand in that order.
"""

import base64
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from guildwright_crds.guild_config import API_VERSION
from tests.cluster.cluster import Cluster
from tests.cluster.definitions import definitions
from tests.cluster.releases import Release, replaced
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster

TRIAL = ("trial.enabled=true",)
OURS = {"operator", "shard", "worker"}
GUILD = "123456789012345678"
# What a namespace has by itself, and what outlives whom it is about.
OF_EVERY_NAMESPACE = ("serviceaccount/default", "configmap/kube-root-ca.crt")
KINDS = (
    "all,secrets,configmaps,serviceaccounts,roles,rolebindings,leases,persistentvolumeclaims,"
    "networkpolicies,poddisruptionbudgets,guildconfigs"
)


@pytest.fixture(scope="module")
def trial(cluster: Cluster) -> Iterator[Release]:
    """A trial that was installed with `--wait`."""
    with definitions(cluster), cluster.namespace() as name:
        release = Release(cluster, name)
        release.images()  # built and loaded before anything is timed
        began = time.monotonic()
        done = release.up(*TRIAL)
        report("helm install --wait of a trial", began)
        assert done.returncode == 0, done.stderr + release.told()
        yield release
        release.down()


def report(what: str, began: float) -> None:
    """Say how long something took."""
    sys.stderr.write(f"\n{what}: {time.monotonic() - began:.1f} s\n")


def test_when_helm_has_waited_every_pod_is_ready_and_none_was_restarted(trial: Release) -> None:
    pods = trial.listed("pods")
    for pod in pods:
        if pod["status"]["phase"] != "Succeeded":
            (container,) = pod["status"]["containerStatuses"]
            assert (container["ready"], container["restartCount"]) == (True, 0), trial.told()
    assert len(trial.pods()) == 7


def test_the_operator_leads_by_the_lease_of_the_release(trial: Release) -> None:
    def held() -> dict[str, Any] | None:
        (lease,) = trial.listed("leases")
        return lease if lease["spec"].get("holderIdentity") else None

    lease = wait_for("an operator that leads", held)  # who waits for its turn is ready, too
    assert lease["spec"]["holderIdentity"].startswith("guildwright-operator-")
    assert lease["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm"


def test_an_upgrade_that_changes_nothing_replaces_no_pod(trial: Release) -> None:
    before = trial.pods()
    began = time.monotonic()
    done = trial.up(*TRIAL)
    report("helm upgrade --wait that changes nothing", began)
    assert done.returncode == 0, done.stderr
    assert replaced(before, trial.pods()) == set()


def test_an_upgrade_replaces_what_it_changes_and_helm_waits_for_it(trial: Release) -> None:
    before = trial.pods()
    began = time.monotonic()
    done = trial.up(*TRIAL, "config.GUILDWRIGHT_LOG_LEVEL=debug")
    report("helm upgrade --wait that replaces operator, shard and worker", began)
    assert done.returncode == 0, done.stderr + trial.told()
    after = trial.pods()
    assert replaced(before, after) == OURS
    assert len(after) == 7


def test_a_migration_that_fails_says_why_and_the_next_try_works(trial: Release) -> None:
    """With a database of the user's own: here that of the trial, from another namespace."""
    (secret,) = [each for each in trial.listed("secrets") if each["metadata"]["name"] == "guildwright-database"]
    url = base64.b64decode(secret["data"]["DATABASE_URL"]).decode()
    url = url.replace("guildwright-postgres", f"guildwright-postgres.{trial.namespace}")
    wrong = url.replace("@", "wrong@")
    with trial.cluster.namespace() as name:
        other = Release(trial.cluster, name)
        mine = ("discord.existingSecret=mine", "redis.existingSecret=mine")
        began = time.monotonic()
        done = other.up(f"database.url={wrong}", *mine, wait=False)
        report("helm install whose migration cannot sign in", began)
        assert done.returncode != 0
        said = done.stdout + done.stderr
        assert "password authentication failed" in said
        assert wrong.partition("@")[0] not in said
        assert [job["metadata"]["name"] for job in other.listed("jobs")] == ["guildwright-migrate"]
        assert other.listed("deployments") == [], "a failed migration changed something"
        assert [each["metadata"]["name"] for each in other.listed("secrets") if each["type"] == "Opaque"] == []

        began = time.monotonic()
        done = other.up(f"database.url={url}", *mine, wait=False)
        report("the same with the right password", began)
        assert done.returncode == 0, done.stderr
        wait_for("a migration that is done gone", lambda: not other.listed("jobs"))
        assert len(other.listed("deployments")) == 2
        assert other.down().returncode == 0


def test_uninstalling_leaves_the_documents_and_nothing_else(trial: Release) -> None:
    document = {
        "apiVersion": API_VERSION,
        "kind": "GuildConfig",
        "metadata": {"name": GUILD, "namespace": trial.namespace},
        "spec": {},
    }
    trial.cluster.apply(document)
    began = time.monotonic()
    done = trial.down()
    report("helm uninstall --wait", began)
    assert done.returncode == 0, done.stderr

    def left() -> list[str]:
        listed = trial.cluster.kubectl("get", KINDS, "-n", trial.namespace, "-o", "name").stdout.split()
        return sorted(name for name in listed if name not in OF_EVERY_NAMESPACE)

    wait_for("an empty namespace", lambda: left() == [f"guildconfig.guildwright.dev/{GUILD}"])
    assert "guildconfigs.guildwright.dev" in trial.cluster.kubectl("get", "crds", "-o", "name").stdout


def test_without_wait_everything_comes_up_as_well(trial: Release) -> None:
    began = time.monotonic()
    done = trial.up(*TRIAL, wait=False)
    assert done.returncode == 0, done.stderr

    def ready() -> bool:
        pods: list[dict[str, Any]] = json.loads(
            trial.cluster.kubectl("get", "pods", "-n", trial.namespace, "-o", "json").stdout
        )["items"]
        conditions = [
            {each["type"]: each["status"] for each in pod["status"].get("conditions", [])}
            for pod in pods
            if pod["metadata"]["labels"]["app.kubernetes.io/component"] != "migrate"
        ]
        return len(conditions) == 7 and all(each.get("Ready") == "True" for each in conditions)

    wait_for("seven ready pods", ready, 240)
    report("helm install without --wait until every pod was ready", began)
