"""`guildwright up` as a stranger meets it: one command, one JSON line, one orderly end."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.guildwright import UP, Running, alive, running, until

pytestmark = [pytest.mark.integration, pytest.mark.long]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One that runs for the tests that leave it as it was."""
    with running(tmp_path_factory.mktemp("up")) as guildwright:
        yield guildwright


def test_the_json_line_says_all_that_a_script_needs(up: Running) -> None:
    """The keys of the issue, and every address answers."""
    assert set(up.facts) == {
        "page", "control", "api", "dashboard", "token", "application_id", "guild_id", "channels", "pids",
    }  # fmt: skip
    assert set(up.facts["pids"]) >= {"shard", "worker", "playground", "redis", "postgres"}
    assert all(alive(pid) for pid in up.facts["pids"].values())
    assert up.http.get(up.facts["page"]).status_code == 200
    assert "openapi" in up.get("/openapi.json")
    assert up.facts["channels"]["giveaways"]


def test_the_present_pids_are_at_control_processes(up: Running) -> None:
    """Also after a restart; see the next test."""
    assert up.get("/processes")["pids"].items() >= up.facts["pids"].items()


@pytest.mark.parametrize("victim", ["shard", "worker", "playground", "redis"])
def test_a_killed_process_comes_back(up: Running, victim: str) -> None:
    """Under a new pid, and the page's address stays."""
    old = up.kill(victim)
    until(lambda: up.get("/processes")["pids"].get(victim, old) != old)
    assert up.http.get(up.facts["page"]).status_code == 200


def test_a_second_up_on_the_same_data_says_who_holds_it(up: Running) -> None:
    """And leaves the first alone."""
    argv = [*UP, "--data", str(up.home / "data"), "--guilds", str(up.guilds), "--port", "0"]
    second = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)
    assert second.returncode == 1
    assert f"pid {up.process.pid}" in second.stderr
    assert up.facts["page"] in second.stderr
    assert "Traceback" not in second.stderr
    assert up.process.poll() is None


def test_a_taken_port_is_a_sentence(up: Running, tmp_path: Path) -> None:
    """It names the port and the way out."""
    port = up.facts["page"].rsplit(":", 1)[1].strip("/")
    argv = [*UP, "--data", str(tmp_path / "data"), "--guilds", str(tmp_path / "guilds"), "--port", port]
    second = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=20)
    assert second.returncode == 1
    assert f"port {port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_stop_and_start_again_continues_where_it_was(tmp_path: Path) -> None:
    """Messages, guild and addresses of the API are the same; nothing of the first run is left running."""
    first = Running.ready(tmp_path)
    channel, guild = first.facts["channels"]["gatehouse"], first.facts["guild_id"]
    member = first.get(f"/guilds/{guild}")["members"][0]["user"]["id"]
    first.post(f"/channels/{channel}/messages", user_id=member, content="before the stop")
    pids = first.pids()
    took = first.stop()
    assert took < 5.0
    assert [name for name, pid in pids.items() if alive(pid)] == []
    second = Running.ready(tmp_path)
    try:
        assert second.facts["guild_id"] == guild
        assert second.facts["token"] == first.facts["token"]
        contents = [m["content"] for m in second.get(f"/channels/{channel}/messages")["messages"]]
        assert contents.count("before the stop") == 1
    finally:
        assert second.stop(signal.SIGINT) < 5.0


@pytest.mark.parametrize("after", [0.2, 0.8, 1.6, 3.0])
def test_a_signal_during_start_up_ends_everything_it_started(tmp_path: Path, after: float) -> None:
    """Within 5 s, wherever it was."""
    guildwright = Running(tmp_path)
    time.sleep(after)
    assert guildwright.stop() < 5.0
    processes = tmp_path / "data" / "processes.json"
    if processes.exists():
        left = until(lambda: [n for n, pid in guildwright.pids().items() if alive(pid)] or ["none"])
        assert left == ["none"]
    assert "Traceback" not in guildwright.log.read_text()


def test_children_killed_during_start_up_are_started_again(tmp_path: Path) -> None:
    """It becomes ready all the same."""
    guildwright = Running(tmp_path)
    for victim in ("playground", "shard", "worker"):
        until(partial(guildwright.kill, victim), within=40)
    guildwright.wait_ready()
    assert guildwright.get(f"/guilds/{guildwright.facts['guild_id']}")
    assert guildwright.stop() < 5.0


def test_up_ends_though_nobody_reads_what_it_says_any_more(tmp_path: Path) -> None:
    """A closed pipe, as behind `| head`, is no reason to stay."""
    argv = [word for word in UP if word != "--json"]
    argv += ["--data", str(tmp_path / "data"), "--guilds", str(tmp_path / "guilds"), "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        assert any("Ready in" in line for line in process.stdout)
        process.stdout.close()
        process.terminate()
        try:
            process.wait(10)
        finally:
            process.kill()


def test_killing_up_itself_leaves_nothing_running_and_the_next_up_works(tmp_path: Path) -> None:
    """The kernel ends the children."""
    first = Running.ready(tmp_path)
    pids = first.pids()
    first.process.kill()
    first.process.wait()
    until(lambda: not any(alive(pid) for pid in pids.values()))
    with running(tmp_path) as second:
        assert second.facts["guild_id"] == first.facts["guild_id"]


@pytest.mark.parametrize("command", [["guilds", "list"], ["doctor"]])
def test_a_command_finds_what_runs_by_its_data_directory(up: Running, command: list[str]) -> None:
    """No URL to copy."""
    argv = [sys.executable, "-m", "guildwright", *command, "--data", str(up.home / "data")]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
