"""The playground as a process of its own, with no Guildwright: what the page is tested against."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from tests.contract.validate import validate_answers

_READY_WITHIN = 120.0
_ANSWERS_WITHIN = 30.0  # on a machine that is busy with something else
_RUN = """
import sys
from pathlib import Path
from guildwright.playground.main import run
data = Path(sys.argv[1])
sys.exit(run(data, "127.0.0.1", 0, None, data / "ready.json"))
"""


class PlaygroundAlone:
    """`facts` is what the ready file says. It can be killed and started again on the same data and port."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._ready = data / "ready.json"
        self._process: subprocess.Popen[bytes] | None = None
        self.facts: dict[str, Any] = {}
        # No connection is kept: the playground may be killed and started again between two requests.
        self.http = httpx.Client(timeout=_ANSWERS_WITHIN, limits=httpx.Limits(max_keepalive_connections=0))

    def start(self) -> None:
        """Start it and wait until it listens."""
        self._data.mkdir(parents=True, exist_ok=True)
        self._ready.unlink(missing_ok=True)
        with (self._data / "log").open("ab") as log:
            argv = [sys.executable, "-c", _RUN, str(self._data)]
            env = os.environ | {"GUILDWRIGHT_PLAYGROUND_RECORD": str(self._data / "record")}
            self._process = subprocess.Popen(argv, stdout=log, stderr=log, env=env)
        deadline = time.monotonic() + _READY_WITHIN
        while not self._answers():
            assert self._process.poll() is None, (self._data / "log").read_text()
            assert time.monotonic() < deadline, "the playground does not answer"
            time.sleep(0.05)

    def _answers(self) -> bool:
        if not self._ready.exists():
            return False
        self.facts = json.loads(self._ready.read_text())
        try:
            return self.http.get(self.facts["control"].rstrip("/") + "/state").is_success
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def wrong_answers(self) -> list[str]:
        """What it answered and told against Discord's own documents."""
        return validate_answers(self._data / "record")

    @property
    def _guild(self) -> str:
        return f"{self.facts['control'].rstrip('/')}/guilds/{self.facts['guild_id']}"

    def members(self) -> dict[str, str]:
        """Ids of the demo guild's members by name."""
        guild = self.http.get(self._guild).json()
        return {member["user"]["username"].lower(): member["user"]["id"] for member in guild["members"]}

    def add_member(self, name: str) -> str:
        """Somebody joins; returns the id."""
        answer = self.http.post(f"{self._guild}/members", json={"name": name})
        assert answer.is_success, answer.text
        user_id: str = answer.json()["user"]["id"]
        return user_id

    def remove_member(self, user_id: str) -> None:
        """Somebody leaves."""
        assert self.http.delete(f"{self._guild}/members/{user_id}").is_success

    def write(self, user: str, channel: str, content: str) -> None:
        """A member writes."""
        url = f"{self.facts['control'].rstrip('/')}/channels/{self.facts['channels'][channel]}/messages"
        answer = self.http.post(url, json={"user_id": self.members()[user], "content": content})
        assert answer.is_success, answer.text
