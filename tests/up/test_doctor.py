"""`guildwright doctor` finds what is broken and says how to mend it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis

from tests.fakes.guildwright import Running, running

pytestmark = pytest.mark.integration

NOBODY = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB"


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One to be examined."""
    with running(tmp_path_factory.mktemp("doctor")) as guildwright:
        yield guildwright


def doctor(up: Running, **env: str) -> tuple[int, dict[str, dict[str, str]]]:
    """The exit code, and the worst finding of each name."""
    argv = [sys.executable, "-m", "guildwright", "doctor", "--json", "--data", str(up.home / "data")]
    done = subprocess.run(argv, env=os.environ | env, capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr, done.stderr
    order = ("fine", "warning", "broken")
    findings = sorted(json.loads(done.stdout), key=lambda finding: order.index(finding["state"]))
    return done.returncode, {finding["name"]: finding for finding in findings}


def test_a_healthy_install_is_well(up: Running) -> None:
    """Every examination is fine, and the exit code is 0."""
    code, findings = doctor(up)
    assert code == 0
    assert {name: finding["state"] for name, finding in findings.items()} == dict.fromkeys(findings, "fine")
    assert {"versions", "token", "intents", "guilds", "clock", "redis", "postgres"} <= set(findings)


def test_a_refused_token_says_where_to_get_one(up: Running) -> None:
    """And the rest is examined all the same."""
    code, findings = doctor(up, DISCORD_TOKEN=NOBODY)
    assert code == 1
    assert findings["token"]["state"] == "broken"
    assert "developer portal" in findings["token"]["mend"]
    assert findings["postgres"]["state"] == "fine"


@pytest.mark.parametrize(
    ("name", "variable", "url"),
    [("redis", "REDIS_URL", "redis://127.0.0.1:1/0"), ("postgres", "DATABASE_URL", "postgresql://u@127.0.0.1:1/db")],
)
def test_a_server_that_does_not_answer_is_named(up: Running, name: str, variable: str, url: str) -> None:
    """With the variable to set."""
    code, findings = doctor(up, **{variable: url})
    assert code == 1
    assert findings[name]["state"] == "broken"
    assert variable in findings[name]["mend"]


def test_a_redis_that_may_forget_is_broken(up: Running) -> None:
    """Any policy but noeviction."""
    said = json.loads((up.home / "data" / "up.json").read_text())
    with redis.Redis.from_url(said["env"]["REDIS_URL"]) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        try:
            code, findings = doctor(up)
        finally:
            client.config_set("maxmemory-policy", "noeviction")
    assert code == 1
    assert "allkeys-lru" in findings["redis"]["found"]
    assert "noeviction" in findings["redis"]["mend"]


def test_an_intent_that_is_asked_for_and_not_granted_names_the_switch(up: Running) -> None:
    """As the developer portal calls it."""
    with without_intents(up):
        code, findings = doctor(up, GUILDWRIGHT_INTENTS_MESSAGE_CONTENT="true")
    assert code == 1
    assert "Message Content Intent" in findings["intents"]["found"]
    assert "developer portal" in findings["intents"]["mend"]


def test_permissions_that_are_missing_in_a_guild_are_named_with_the_way_to_grant_them(up: Running) -> None:
    """The guild by name, the permissions in words, the invite link."""
    path = f"{up.facts['control']}/guilds/{up.facts['guild_id']}/members/{up.facts['application_id']}"
    assert up.http.patch(path, json={"timeout_until": "2027-01-01T00:00:00Z"}).is_success
    try:
        code, findings = doctor(up)
    finally:
        assert up.http.patch(path, json={"timeout_until": None}).is_success
    assert code == 1
    assert "The Oak Hall" in findings["permissions"]["found"]
    assert "send messages" in findings["permissions"]["found"]
    assert "permissions=" in findings["permissions"]["mend"]


@contextmanager
def without_intents(up: Running) -> Iterator[None]:
    """No privileged intent is granted meanwhile."""
    path = f"{up.facts['control']}/intents"
    assert up.http.put(path, json=dict.fromkeys(("members", "presences", "message_content"), False)).is_success
    try:
        yield
    finally:
        assert up.http.put(path, json={}).is_success
