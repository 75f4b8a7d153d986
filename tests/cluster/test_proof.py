"""The whole path on a real cluster: helm installs, kubectl applies, the bot obeys, kubectl tells what happened.

The tests follow one guild's document through its life and stand in that order.
"""

import json
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.cluster import Cluster
from tests.cluster.community import Community, community, numbered
from tests.cluster.waiting import wait_for

pytestmark = pytest.mark.cluster
EXAMPLES = Path(__file__).parents[2] / "crds" / "examples"
EDITS = 10


@pytest.fixture(scope="module")
def trial(cluster: Cluster) -> Iterator[Community]:
    """All that `helm install` brings."""
    with community(cluster) as installed:
        yield installed


@pytest.fixture(scope="module")
def guild(trial: Community) -> dict[str, Any]:
    """The playground's first guild."""
    return trial.guilds()[0]


def test_the_examples_are_applied_and_published(trial: Community) -> None:
    trial.kubectl("apply", "-f", str(EXAMPLES))

    trial.kubectl("wait", "--for=condition=Ready", "guildconfigs", "--all", "--timeout=120s")


def test_a_slash_command_obeys_what_kubectl_applied(trial: Community, guild: dict[str, Any]) -> None:
    wait_for("a command's answer", lambda: "No giveaway is running" in said(trial, guild))
    document = yaml.safe_load((EXAMPLES / "commands.yaml").read_text())
    document["metadata"]["name"] = guild["id"]

    done = trial.cluster.kubectl("apply", "-n", trial.namespace, "-f", "-", stdin=json.dumps(document))

    assert done.returncode == 0, done.stderr
    wait_for("a command that is switched off", lambda: "switched off" in said(trial, guild))


def test_an_edit_is_obeyed_within_a_second(
    trial: Community, guild: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    taken = []
    for number in range(EDITS):
        began = time.monotonic()
        answer = trial.edit(guild, numbered(number))
        assert answer.status == 200, answer.message
        wait_for(f"edit {number} obeyed", lambda number=number: trial.obeys(guild, number))
        taken.append(time.monotonic() - began)

    with capsys.disabled():
        sys.stdout.write(
            f"\n{EDITS} edits, from the request to the API server until a slash command obeyed: "
            f"median {statistics.median(taken):.2f} s, slowest {max(taken):.2f} s\n"
        )
    assert statistics.median(taken) < 1  # not the slowest: the machine may be busy, and was with 20 at once at 0.28 s


def test_kubectl_get_tells_the_same_story(trial: Community, guild: dict[str, Any]) -> None:
    edited = trial.document(guild)["metadata"]["generation"]  # obeyed already, and told of a moment later
    for field in (f"jsonpath={{.status.publishedGeneration}}={edited}", "condition=Live"):
        trial.kubectl("wait", f"--for={field}", f"guildconfig/{guild['id']}", "--timeout=120s")

    header, *rows = (line.split() for line in trial.kubectl("get", "guildconfigs").splitlines())
    story = {row[0]: dict(zip(header, row, strict=False)) for row in rows}

    mine = story.pop(guild["id"])
    told = [mine[column] for column in ("READY", "GENERATION", "PUBLISHED", "LIVE")]
    assert told == ["True", str(edited), str(edited), "True"]
    assert len(story) == len(list(EXAMPLES.glob("*.yaml")))
    for row in story.values():  # the bot is in none of their guilds
        assert (row["READY"], row["PUBLISHED"], row["LIVE"]) == ("True", "1", "Unknown")


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ({"metadata": {"name": "the-oak-hall"}}, "metadata.name"),
        ({"spec": {"giveaways": {"claimTimeout": "soon"}}}, "spec.giveaways.claimTimeout"),
        ({"spec": {"giveaways": {"claimTimeOut": "1h"}}}, "spec.giveaways.claimTimeOut"),
        ({"spec": {"giveaways": {"rerollLimit": 1000}}}, "spec.giveaways.rerollLimit"),
        ({"spec": {"general": {"staffRoles": ["everyone"]}}}, "spec.general.staffRoles[0]"),
    ],
)
def test_an_invalid_document_is_refused_by_the_name_of_its_field(
    trial: Community, guild: dict[str, Any], change: dict[str, Any], blamed: str
) -> None:
    before = trial.document(guild)["spec"]
    document = yaml.safe_load((EXAMPLES / "minimal.yaml").read_text())
    document["metadata"]["name"] = guild["id"]

    refused = trial.cluster.kubectl("apply", "-n", trial.namespace, "-f", "-", stdin=json.dumps(document | change))

    assert refused.returncode != 0
    assert blamed in refused.stderr
    assert trial.document(guild)["spec"] == before


def test_a_deleted_document_returns_the_guild_to_defaults(trial: Community, guild: dict[str, Any]) -> None:
    trial.kubectl("delete", "guildconfig", guild["id"])

    wait_for("default settings", lambda: "runs on the default settings" in said(trial, guild, "setup"))
    wait_for("a command that is on again", lambda: "No giveaway is running" in said(trial, guild))


def said(trial: Community, guild: dict[str, Any], command: str = "giveaway list") -> str:
    """All that the bot answers."""
    return json.dumps(trial.command(guild, command).get("message"))
