"""Whatever breaks on a real cluster, no accepted edit is lost, and the shard answers members all the while.

The last test uninstalls the release that the others used.
"""

import json
import signal
import sys
import time
from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.community import Community, community
from tests.cluster.edits import Tally, Unrest
from tests.cluster.own import OwnCluster
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster
GUILDS = 4
BEFORE = 2.0  # seconds of edits before something breaks
AFTER = 3.0
REDIS = ("deployment/guildwright-redis", "--", "sh", "-c", 'REDISCLI_AUTH="$REDIS_PASSWORD" redis-cli FLUSHALL')


@pytest.fixture(scope="module")
def trial(cluster: Cluster) -> Iterator[Community]:
    """A release that has to bear all of it."""
    with community(cluster) as installed:
        yield installed


@pytest.fixture(scope="module")
def unrest(trial: Community) -> Unrest:
    """Guilds whose documents change all the time."""
    return Unrest(trial, [trial.found(f"Hall {number}") for number in range(GUILDS)])


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Iterator[list[Tally]]:
    """Print what was counted, also when all went well."""
    told: list[Tally] = []
    yield told
    with capsys.disabled():
        sys.stdout.writelines(f"\n{request.node.name}: {tally}\n" for tally in told)


def test_the_leading_operator_is_killed_mid_edit(trial: Community, unrest: Unrest, tell: list[Tally]) -> None:
    leader = trial.leader()
    with unrest.during() as tally:
        time.sleep(BEFORE)
        trial.kubectl("delete", "pod", leader, "--grace-period=0", "--force")
        wait_for("another leader", lambda: trial.leader() != leader)
        time.sleep(AFTER)
    tell.append(tally)

    assert (tally.lost, tally.silences) == (0, [])
    assert tally.edits > 0


def test_the_leading_operator_is_evicted(trial: Community, unrest: Unrest, tell: list[Tally]) -> None:
    wait_until_whole(trial)
    leader = trial.leader()
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": leader}}
    with unrest.during() as tally:
        time.sleep(BEFORE)
        where = f"/api/v1/namespaces/{trial.namespace}/pods/{leader}/eviction"
        # 429 while the disruption budget has yet to count the operator that has just come up
        wait_for("an eviction", lambda: trial.cluster.ask("POST", where, eviction).status == 201)
        wait_for("another leader", lambda: trial.leader() != leader)
        time.sleep(AFTER)
    tell.append(tally)

    assert (tally.lost, tally.silences) == (0, [])


def test_redis_is_flushed(trial: Community, unrest: Unrest, tell: list[Tally]) -> None:
    with unrest.during() as tally:
        time.sleep(BEFORE)
        trial.kubectl("exec", *REDIS)
        time.sleep(AFTER)
    tell.append(tally)

    assert (tally.lost, tally.silences) == (0, [])


def test_redis_is_killed_and_comes_back_empty(trial: Community, unrest: Unrest, tell: list[Tally]) -> None:
    with unrest.during() as tally:
        time.sleep(BEFORE)
        pods = ("pod", "-l", "app.kubernetes.io/component=redis")
        trial.kubectl("delete", *pods, "--grace-period=0", "--force")
        trial.kubectl("rollout", "status", "deployment/guildwright-redis", "--timeout=120s")
        time.sleep(AFTER)
    tell.append(tally)

    assert (tally.lost, tally.silences) == (0, [])


def test_the_api_server_is_killed_and_comes_back(
    trial: Community, unrest: Unrest, own: OwnCluster, tell: list[Tally]
) -> None:
    with unrest.during() as tally:
        time.sleep(BEFORE)
        own.stop("kube-apiserver", signal.SIGKILL)
        time.sleep(AFTER)
        own.start("kube-apiserver")
        time.sleep(AFTER)
    tell.append(tally)

    assert (tally.lost, tally.silences) == (0, [])
    assert tally.turned_away > 0
    wait_until_whole(trial)


def test_an_upgrade_replaces_every_process(trial: Community, unrest: Unrest, tell: list[Tally]) -> None:
    """Commands find nobody for a moment while the one shard is replaced; edits are none the worse for it."""
    with unrest.during() as tally:
        time.sleep(BEFORE)
        trial.install("config.GUILDWRIGHT_LOG_LEVEL=debug")
    tell.append(tally)

    assert tally.lost == 0


def test_uninstalling_hangs_on_nothing_and_leaves_documents_and_their_definition(
    trial: Community, unrest: Unrest
) -> None:
    done = trial.cluster.helm("uninstall", "guildwright", "-n", trial.namespace, "--wait", "--timeout=2m")

    assert done.returncode == 0, done.stderr
    left = json.loads(trial.kubectl("get", "guildconfigs", "-o", "json"))["items"]
    assert {each["metadata"]["name"] for each in left} == {guild["id"] for guild in unrest.guilds}
    assert not any(each["metadata"].get("finalizers") for each in left)
    trial.kubectl("delete", "guildconfigs", "--all", "--timeout=60s")


def wait_until_whole(trial: Community) -> None:
    """Both operators are ready again: a disruption budget lets nobody evict the last."""
    trial.kubectl("rollout", "status", "deployment/guildwright-operator", "--timeout=120s")
