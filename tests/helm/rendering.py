"""The charts as helm renders them, in Python's hands."""

import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.cluster.binaries import binaries

CHARTS = Path(__file__).parents[2] / "helm"
CHART = CHARTS / "guildwright"
NAMESPACE = "home"
TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.abcdef.the-token-of-the-test-which-is-long-enough"  # noqa: S105  # nobody's
DATABASE = "postgresql://ada:the-database-word@db.example:5432/guildwright"
REDIS = "rediss://:the-redis-word@cache.example:6379/0"
# Ways to install, by what they set.
TRIAL = ("trial.enabled=true",)
REAL = (f"discord.token={TOKEN}", f"database.url={DATABASE}", f"redis.url={REDIS}")
OWN_SECRETS = tuple(f"{part}.existingSecret=my-{part}" for part in ("discord", "database", "redis"))
EVERYTHING = (
    *TRIAL,
    "trial.persistence.enabled=true",
    "networkPolicy.enabled=true",
    "dashboard.serviceAccount=true",
    "worker.replicas=2",
    "imagePullSecrets[0]=registry",
)
WAYS = {"trial": TRIAL, "real": REAL, "own secrets": OWN_SECRETS, "everything": EVERYTHING}

type Object = dict[str, Any]


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run helm without a cluster."""
    return subprocess.run(
        [binaries() / "helm", *arguments],
        env={"HOME": "/nonexistent", "KUBECONFIG": "/dev/null"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def sets(values: tuple[str, ...]) -> list[str]:
    """Values as options of helm; `name:=…` is JSON, as out of a file."""
    return [
        word
        for value in values
        for word in (("--set-json", value.replace(":=", "=", 1)) if ":=" in value else ("--set", value))
    ]


@lru_cache
def rendered(*values: str) -> tuple[Object, ...]:
    """Every object of an install, hooks as well."""
    done = helm("template", "guildwright", str(CHART), "-n", NAMESPACE, *sets(values))
    assert done.returncode == 0, done.stderr
    return tuple(each for each in yaml.safe_load_all(done.stdout) if each)


def named(objects: tuple[Object, ...], kind: str, name: str) -> Object:
    """One object."""
    return next(each for each in objects if (each["kind"], each["metadata"]["name"]) == (kind, name))


def templates(objects: tuple[Object, ...]) -> Iterator[tuple[str, Object]]:
    """Every pod that the objects make: its component, and its template."""
    for each in objects:
        if each["kind"] in {"Deployment", "StatefulSet", "Job", "DaemonSet", "CronJob", "Pod"}:
            yield each["metadata"]["labels"]["app.kubernetes.io/component"], each["spec"]["template"]


def component(objects: tuple[Object, ...], name: str) -> Object:
    """The template of one component's pods."""
    return dict(templates(objects))[name]


def environment(template: Object) -> dict[str, Any]:
    """The variables of a pod's one container: a text, or the (Secret, key) it comes from."""
    return {
        each["name"]: each.get("value", tuple(each.get("valueFrom", {}).get("secretKeyRef", {}).values()))
        for each in template["spec"]["containers"][0]["env"]
    }
