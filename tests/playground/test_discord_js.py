"""A stock, unmodified discord.js lives in the playground too: it is Discord's API, not hikari's."""

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.validate import validate_record
from tests.fakes.playground_process import PlaygroundProcess, playground_process

pytestmark = pytest.mark.integration

NODE = Path(__file__).parents[1] / "node"
PATIENCE = 60.0  # seconds


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """discord.js as the lock file names it, installed once per lock file, outside the checkout."""
    npm = shutil.which("npm")
    assert npm, "npm is needed for the discord.js test: apt-get install npm"
    digest = hashlib.sha256((NODE / "package-lock.json").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guildwright" / f"node-{digest}"
    if not (cache / "node_modules" / "discord.js").is_dir():
        draft = cache.with_name(f"{cache.name}.{os.getpid()}")
        draft.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(NODE / name, draft)
        subprocess.run([npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=draft, check=True, timeout=300)
        if cache.exists():
            shutil.rmtree(draft)
        else:
            draft.replace(cache)
    shutil.copy(NODE / "hello.mjs", cache)
    return cache


class Script:
    """The running bot and the facts that it tells."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def next(self) -> dict[str, Any]:
        """The next fact."""
        assert self._process.stdout
        timer = threading.Timer(PATIENCE, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        assert line, "the bot ended or said nothing"
        fact: dict[str, Any] = json.loads(line)
        return fact


@pytest.fixture
def playground(tmp_path: Path) -> Iterator[PlaygroundProcess]:
    """A playground of its own."""
    with playground_process(tmp_path) as running:
        yield running


def test_discord_js_logs_in_sees_the_guild_writes_and_hears(playground: PlaygroundProcess, node_modules: Path) -> None:
    api = playground.facts["api"].removesuffix("/v10")
    gatehouse = playground.facts["channels"]["gatehouse"]
    argv = ["node", "hello.mjs", api, playground.facts["token"], gatehouse]
    with subprocess.Popen(argv, cwd=node_modules, stdout=subprocess.PIPE, text=True) as process:
        script = Script(process)
        ready = script.next()
        sent = script.next()
        members = playground.control("GET", "/state")["guilds"][0]["members"]
        ana = next(member["user"]["id"] for member in members if member["user"]["name"] == "Ana")
        playground.control("POST", f"/channels/{gatehouse}/messages", {"user_id": ana, "content": "Good evening"})
        heard = script.next()
        assert script.next() == {"bye": True}
        assert process.wait(PATIENCE) == 0

    assert ready.pop("ready").startswith("Guildwright#")
    assert ready == {
        "guild": "The Oak Hall",
        "members": 5,
        "roles": ["@everyone", "Artisan", "Guildwright", "Moderator"],
        "channels": ["announcements", "gatehouse", "giveaways", "mod-log"],
    }
    assert heard == {"heard": "Good evening", "from": "Ana"}
    messages = playground.control("GET", f"/channels/{gatehouse}/messages")["messages"]
    assert [message["content"] for message in messages] == [
        "Hello from discord.js",
        "Good evening",
        "You said: Good evening",
    ]
    assert messages[0]["id"] == sent["sent"]
    assert messages[2]["referenced_message"]["content"] == "Good evening"
    assert validate_record(playground.record) == []
