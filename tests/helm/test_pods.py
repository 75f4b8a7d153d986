"""Every pod of every way to install: what it may do, what it is told, how it is watched."""

import base64
import re

import pytest
import yaml

from tests.helm.rendering import (
    DATABASE,
    EVERYTHING,
    NAMESPACE,
    OWN_SECRETS,
    REAL,
    REDIS,
    TOKEN,
    TRIAL,
    WAYS,
    Object,
    component,
    environment,
    named,
    rendered,
    templates,
)

pytestmark = pytest.mark.cluster

OURS = ("operator", "shard", "worker")
THE_TRIALS = ("playground", "postgres", "redis")
EVERY_POD = [
    (way, name) for way in WAYS for name in (*OURS, *(THE_TRIALS if way in {"trial", "everything"} else ["migrate"]))
]


@pytest.fixture
def pod(request: pytest.FixtureRequest) -> Object:
    way, name = request.param
    return component(rendered(*WAYS[way]), name)


every_pod = pytest.mark.parametrize("pod", EVERY_POD, ids=" ".join, indirect=True)


def test_no_pod_is_forgotten_here() -> None:
    found = [(way, name) for way, values in WAYS.items() for name, _ in templates(rendered(*values))]
    assert sorted(found) == sorted(EVERY_POD)


@every_pod
def test_a_pod_fulfils_restricted_pod_security(pod: Object) -> None:
    spec = pod["spec"]
    said = spec["securityContext"]
    assert said["runAsNonRoot"] is True
    assert said["runAsUser"] == said["runAsGroup"] == 10001
    assert said["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
    kinds = {kind for volume in spec["volumes"] for kind in volume if kind != "name"}
    assert kinds <= {"emptyDir", "persistentVolumeClaim"}


@every_pod
def test_a_pod_says_what_it_needs_and_at_most_takes(pod: Object) -> None:
    for container in pod["spec"]["containers"]:
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]


@every_pod
def test_no_service_becomes_a_variable_that_looks_like_a_setting(pod: Object) -> None:
    assert pod["spec"]["enableServiceLinks"] is False


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_only_operator_and_worker_have_a_token_of_the_cluster(values: tuple[str, ...]) -> None:
    found = {
        name: (pod["spec"]["automountServiceAccountToken"], pod["spec"].get("serviceAccountName"))
        for name, pod in templates(rendered(*values))
    }
    assert found.pop("operator") == (True, "guildwright-operator")
    assert found.pop("worker") == (True, "guildwright-worker")
    assert set(found.values()) == {(False, None)}


@pytest.mark.parametrize("name", OURS)
def test_starting_and_living_are_not_tied_to_what_a_process_needs(name: str) -> None:
    """/livez is the event loop's alone: a restart mends neither Postgres nor Redis, and costs the shard a session."""
    container = component(rendered(*REAL), name)["spec"]["containers"][0]
    asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert asked["startup"] == asked["liveness"] == {"path": "/livez", "port": "health"}
    assert asked["readiness"] == {"path": "/readyz", "port": "health"}
    assert container["ports"] == [{"name": "health", "containerPort": 8080}]
    assert environment(component(rendered(*REAL), name))["GUILDWRIGHT_HEALTH_PORT"] == "8080"


def test_a_shard_has_time_to_park_its_session() -> None:
    assert component(rendered(*REAL), "shard")["spec"]["terminationGracePeriodSeconds"] == 30


def test_a_broken_shard_is_replaced_by_a_mended_one_without_help() -> None:
    assert named(rendered(*REAL), "StatefulSet", "guildwright-shard")["spec"]["podManagementPolicy"] == "Parallel"


@pytest.mark.parametrize("name", ["operator", "worker"])
def test_copies_are_spread_over_nodes_and_never_evicted_together(name: str) -> None:
    objects = rendered(*EVERYTHING)
    spread = component(objects, name)["spec"]["topologySpreadConstraints"]
    budget = named(objects, "PodDisruptionBudget", f"guildwright-{name}")["spec"]
    labels = component(objects, name)["metadata"]["labels"]
    assert spread[0]["labelSelector"]["matchLabels"] == budget["selector"]["matchLabels"] == labels
    assert budget["maxUnavailable"] == 1
    assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "else no node drains while Postgres is away"


def test_one_copy_has_no_budget_that_would_keep_a_node_from_draining() -> None:
    budgets = [each["metadata"]["name"] for each in rendered(*TRIAL) if each["kind"] == "PodDisruptionBudget"]
    assert budgets == ["guildwright-operator"]


@pytest.mark.parametrize("values", [REAL, (*REAL, "trial.enabled=true")])
def test_a_secret_is_in_a_secret_and_nowhere_else(values: tuple[str, ...]) -> None:
    for each in rendered(*values):
        text = yaml.safe_dump(each)
        if each["kind"] == "Secret":
            assert set(each) == {"apiVersion", "kind", "metadata", "type", "data"}
        for secret in (TOKEN, DATABASE, REDIS, "the-database-word", "the-redis-word"):
            assert secret not in text


def test_what_a_trial_makes_up_is_in_a_secret_and_nowhere_else() -> None:
    objects = rendered(*TRIAL)
    made = named(objects, "Secret", "guildwright-trial")["data"]
    assert made.keys() == {"token", "postgres", "redis"}
    others = yaml.safe_dump_all(each for each in objects if each["kind"] != "Secret")
    for secret in made.values():
        assert base64.b64decode(secret).decode() not in others


@pytest.mark.parametrize(
    ("name", "wanted"),
    {
        "operator": {"REDIS_URL"},
        "shard": {"DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL"},
        "worker": {"DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL"},
        "migrate": {"DATABASE_URL"},
    }.items(),
)
def test_a_process_gets_the_secrets_that_it_needs_and_no_other(name: str, wanted: set[str]) -> None:
    for way, values in WAYS.items():
        if (way, name) in EVERY_POD:
            said = environment(component(rendered(*values), name))
            assert {key for key, value in said.items() if isinstance(value, tuple)} == wanted


def test_a_secret_of_the_users_own_is_read_by_its_key_and_none_is_made() -> None:
    objects = rendered(*OWN_SECRETS, "redis.existingSecretKey=url", "database.url=null", "redis.url=null")
    said = environment(component(objects, "worker"))
    assert said["DISCORD_TOKEN"] == ("my-discord", "DISCORD_TOKEN")
    assert said["DATABASE_URL"] == ("my-database", "DATABASE_URL")
    assert said["REDIS_URL"] == ("my-redis", "url")
    assert environment(component(objects, "migrate"))["DATABASE_URL"] == ("my-database", "DATABASE_URL")
    assert [each for each in objects if each["kind"] == "Secret"] == []


def test_who_reads_documents_reads_them_from_this_namespace() -> None:
    objects = rendered(*REAL)
    for name, wanted in {"operator": True, "worker": True, "shard": False, "migrate": False}.items():
        said = environment(component(objects, name))
        found = (said.get("GUILDWRIGHT_STORE"), said.get("GUILDWRIGHT_NAMESPACE"))
        assert found == (("kubernetes", NAMESPACE) if wanted else (None, None))


def test_host_settings_reach_every_process() -> None:
    objects = rendered(
        *REAL,
        "config.GUILDWRIGHT_LOG_LEVEL=debug",
        "config.GUILDWRIGHT_INTENTS_MEMBERS=true",
        "config.GUILDWRIGHT_LIMIT_GIVEAWAYS_ENTRIES:=10000000",
        "config.GUILDWRIGHT_TIERS.gold.guilds[0]=123456789012345678",
    )
    for name in OURS:
        said = environment(component(objects, name))
        assert said["GUILDWRIGHT_LOG_LEVEL"] == "debug"
        assert said["GUILDWRIGHT_INTENTS_MEMBERS"] == "true"
        assert said["GUILDWRIGHT_LIMIT_GIVEAWAYS_ENTRIES"] == "10000000", "not 1e+07"
        assert said["GUILDWRIGHT_TIERS"].startswith('{"gold":{"guilds":[')


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_every_object_has_the_recommended_labels_and_this_namespace(values: tuple[str, ...]) -> None:
    names = ("name", "instance", "component", "part-of", "version", "managed-by")
    for each in rendered(*values):
        assert each["metadata"]["namespace"] == NAMESPACE
        assert {f"app.kubernetes.io/{name}" for name in names} <= each["metadata"]["labels"].keys()
        assert re.fullmatch(r"guildwright-[a-z0-9-]+", each["metadata"]["name"])


@pytest.mark.parametrize("values", WAYS.values(), ids=WAYS)
def test_a_pod_bears_the_labels_that_select_it_and_no_version_that_would_restart_it(values: tuple[str, ...]) -> None:
    for each in rendered(*values):
        if each["kind"] in {"Deployment", "StatefulSet"}:
            labels = each["spec"]["template"]["metadata"]["labels"]
            assert labels == each["spec"]["selector"]["matchLabels"]
            assert labels.keys() == {f"app.kubernetes.io/{name}" for name in ("name", "instance", "component")}


def test_a_service_leads_to_the_pods_port_of_that_name() -> None:
    objects = rendered(*EVERYTHING)
    pods = [pod for _, pod in templates(objects)]
    services = [each for each in objects if each["kind"] == "Service"]
    assert len(services) == 4
    for service in services:
        (pod,) = [pod for pod in pods if pod["metadata"]["labels"] == service["spec"]["selector"]]
        ports = {port["name"]: port["containerPort"] for port in pod["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"]: port["port"] for port in service["spec"]["ports"]} == ports


def test_the_trial_image_runs_the_trial_and_the_one_image_the_rest() -> None:
    images = ("image.repository=a/b", "image.tag=c", "trial.image.repository=d/e", "trial.image.tag=f")
    found = {name: pod["spec"]["containers"][0]["image"] for name, pod in templates(rendered(*TRIAL, *images))}
    assert found == {
        **dict.fromkeys(OURS, "a/b:c"),
        **dict.fromkeys(THE_TRIALS, "d/e:f"),
    }
