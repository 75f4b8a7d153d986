"""What installing, upgrading and uninstalling do, as far as it shows in what is rendered."""

import base64

import pytest

from guildwright.platform.settings import load_settings, misspelled
from guildwright.playground.tokens import application_of
from tests.helm.rendering import (
    CHART,
    CHARTS,
    DATABASE,
    EVERYTHING,
    NAMESPACE,
    OWN_SECRETS,
    REAL,
    TRIAL,
    Object,
    component,
    environment,
    helm,
    named,
    rendered,
    sets,
    templates,
)

pytestmark = pytest.mark.cluster

OURS = {"operator", "shard", "worker"}


def text_of(secret: Object, key: str) -> str:
    return base64.b64decode(secret["data"][key]).decode()


@pytest.mark.parametrize("name", ["guildwright", "guildwright-crds"])
def test_helm_finds_no_fault(name: str) -> None:
    done = helm("lint", "--strict", str(CHARTS / name))
    assert done.returncode == 0, done.stdout + done.stderr


# Upgrades


@pytest.mark.parametrize(
    ("change", "restarted"),
    {
        "worker.replicas=3": set(),
        "networkPolicy.enabled=true": set(),
        "discord.token=another-token-of-the-bot": {"shard", "worker"},
        "database.url=postgresql://elsewhere/db": {"shard", "worker"},
        "redis.url=redis://elsewhere": OURS,
        "config.GUILDWRIGHT_LOG_LEVEL=debug": OURS,
        "image.tag=next": OURS,
        "operator.resources.limits.memory=2Gi": {"operator"},
    }.items(),
)
def test_an_upgrade_restarts_what_the_change_concerns(change: str, restarted: set[str]) -> None:
    before, after = dict(templates(rendered(*REAL))), dict(templates(rendered(*REAL, change)))
    assert {name for name in OURS if before[name] != after[name]} == restarted


def test_a_secret_of_the_users_own_has_no_checksum_that_nobody_could_know() -> None:
    assert "checksum" not in str(component(rendered(*OWN_SECRETS), "worker")["metadata"])


# Migrations


@pytest.mark.parametrize("values", [REAL, OWN_SECRETS])
def test_with_a_database_that_is_there_tables_are_made_before_anything_else(values: tuple[str, ...]) -> None:
    job = named(rendered(*values), "Job", "guildwright-migrate")
    assert job["metadata"]["annotations"] == {
        "helm.sh/hook": "pre-install,pre-upgrade",
        "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
        "helm.sh/hook-output-log-policy": "hook-failed",
    }
    assert job["spec"]["ttlSecondsAfterFinished"] > 0, "helm forgets a failed hook at uninstall"


def test_the_hook_brings_its_own_secret_since_the_releases_is_not_there_yet() -> None:
    objects = rendered(*REAL)
    secret = named(objects, "Secret", "guildwright-migrate")
    said = secret["metadata"]["annotations"]
    assert said["helm.sh/hook"] == "pre-install,pre-upgrade"
    assert int(said["helm.sh/hook-weight"]) < 0
    assert set(said["helm.sh/hook-delete-policy"].split(",")) == {
        "before-hook-creation",
        "hook-succeeded",
        "hook-failed",
    }
    assert text_of(secret, "DATABASE_URL") == DATABASE
    assert environment(component(objects, "migrate"))["DATABASE_URL"] == ("guildwright-migrate", "DATABASE_URL")


@pytest.mark.parametrize(("mine", "hooked"), [(REAL[1], True), (REAL[2], False)])
def test_a_trial_with_a_database_of_the_users_own_has_the_hook(mine: str, *, hooked: bool) -> None:
    assert ("migrate" in dict(templates(rendered(*TRIAL, mine)))) is hooked


def test_the_trials_own_postgres_makes_its_tables_before_it_is_ready() -> None:
    """A hook would wait for a database that comes after it; a Job beside it may meet the pod that is about to go."""
    objects = rendered(*TRIAL)
    assert not [each for each in objects if "helm.sh/hook" in each["metadata"].get("annotations", {})]
    pod = component(objects, "postgres")
    assert "guildwright migrate" in str(pod["spec"]["containers"][0]["lifecycle"]["postStart"]["exec"]["command"])
    assert environment(pod)["DATABASE_URL"] == "postgresql://postgres:$(POSTGRES_PASSWORD)@127.0.0.1:5432/postgres"
    assert list(environment(pod)).index("POSTGRES_PASSWORD") < list(environment(pod)).index("DATABASE_URL")


@pytest.mark.parametrize("values", [REAL, OWN_SECRETS])
def test_a_failed_migration_keeps_its_words_and_unusable_settings_are_not_tried_again(values: tuple[str, ...]) -> None:
    job = next(each for each in rendered(*values) if each["kind"] == "Job")
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    rule = job["spec"]["podFailurePolicy"]["rules"][0]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [2])


# A trial


def test_a_trial_knows_where_its_parts_are() -> None:
    objects = rendered(*TRIAL)
    assert (
        environment(component(objects, "shard"))["GUILDWRIGHT_DISCORD_API"]
        == "http://guildwright-playground:8420/api/v10"
    )
    assert "@guildwright-postgres:5432/" in text_of(named(objects, "Secret", "guildwright-database"), "DATABASE_URL")
    assert "@guildwright-redis:6379/" in text_of(named(objects, "Secret", "guildwright-redis"), "REDIS_URL")
    hosts = environment(component(objects, "playground"))["GUILDWRIGHT_PLAYGROUND_HOSTS"].split(",")
    assert f"guildwright-playground.{NAMESPACE}.svc.cluster.local" in hosts


def test_playground_shard_and_worker_have_the_same_token() -> None:
    objects = rendered(*TRIAL)
    token = text_of(named(objects, "Secret", "guildwright-discord"), "DISCORD_TOKEN")
    assert environment(component(objects, "playground"))["GUILDWRIGHT_PLAYGROUND_TOKEN"] == (
        "guildwright-trial",
        "token",
    )
    assert text_of(named(objects, "Secret", "guildwright-trial"), "token") == token
    assert application_of(token) > 0


@pytest.mark.parametrize(
    ("mine", "part"),
    [(f"discord.{REAL[0].removeprefix('discord.')}", "playground"), (REAL[1], "postgres"), (REAL[2], "redis")],
)
def test_a_trial_leaves_out_what_the_user_has(mine: str, part: str) -> None:
    names = {name for name, _ in templates(rendered(*TRIAL, mine))}
    assert {"playground", "postgres", "redis"} - names == {part}


def test_what_a_trial_stores_stays_only_where_that_is_wanted() -> None:
    claims = [each for each in rendered(*EVERYTHING) if each["kind"] == "PersistentVolumeClaim"]
    assert {each["metadata"]["name"] for each in claims} == {"guildwright-playground", "guildwright-postgres"}
    secret = named(rendered(*EVERYTHING), "Secret", "guildwright-trial")
    for each in (*claims, secret):
        assert each["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert not [each for each in rendered(*TRIAL) if each["kind"] == "PersistentVolumeClaim"]
    assert "keep" not in str(rendered(*TRIAL))


def test_network_policies_let_a_trials_databases_be_reached_by_the_release_alone() -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for each in rendered(*EVERYTHING) if each["kind"] == "NetworkPolicy"
    }
    assert policies.keys() == {f"guildwright-{name}" for name in ("health", "playground", "postgres", "redis")}
    for name in ("postgres", "redis"):
        (rule,) = policies[f"guildwright-{name}"]["ingress"]
        (peer,) = rule["from"]
        assert peer["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "guildwright"


# What everything adds up to


@pytest.mark.parametrize("values", [REAL, TRIAL, (*REAL, "config.GUILDWRIGHT_GUILD_DATA_RETENTION=7d")])
def test_the_processes_understand_what_they_are_told(values: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    objects = rendered(*values)
    for name in sorted({*OURS, "migrate"} & {name for name, _ in templates(objects)}):
        said = environment(component(objects, name))
        for key, value in said.items():
            text = value if isinstance(value, str) else text_of(named(objects, "Secret", value[0]), value[1])
            monkeypatch.setenv(key, text)
        assert misspelled(dict.fromkeys(said, "")) == []
        load_settings()


def notes(*values: str) -> str:
    done = helm("install", "guildwright", str(CHART), "-n", NAMESPACE, "--dry-run=client", *sets(values))
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("NOTES:")[2]


def test_the_notes_say_what_comes_next() -> None:
    trial, kept, real = notes(*TRIAL), notes(*EVERYTHING), notes(*REAL)
    assert "THIS CLUSTER DOES NOT KNOW GuildConfig YET" in trial
    assert "port-forward service/guildwright-playground 8420" in trial
    assert "migrate" not in trial
    assert "goes with their pods" in trial
    assert "delete persistentvolumeclaim guildwright-postgres" in kept
    assert "logs job/guildwright-migrate\n" in real
    assert "trial" not in real
    assert "trial" not in notes(*REAL, *TRIAL)
