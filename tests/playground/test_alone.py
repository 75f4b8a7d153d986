"""`guildwright playground` as somebody who develops another bot meets it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import discord
import discord.gateway
import discord.http
import hikari
import httpx
import pytest
import yarl

from guildwright.playground import hello
from guildwright.playground.main import Asked, listen, serve, server
from guildwright.playground.playground import Options, Playground
from tests.fakes.local_discord import LocalDiscord

PLACE = f"127.0.0.1:{hello.PORT}"
DOCUMENT = Path(__file__).parents[2] / "docs" / "playground.md"


@contextmanager
def alone(data: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "guildwright", "playground", "--data", str(data), "--port", "0", *options]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"})
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def test_no_client_waits_longer_with_its_connection_than_the_playground() -> None:
    assert server(Playground(Options())).config.timeout_keep_alive > 300  # OkHttp's five minutes


@pytest.mark.integration
def test_with_json_it_says_in_one_line_where_everything_is(tmp_path: Path) -> None:
    with alone(tmp_path, "--json", "--no-rate-limits", "--record", str(tmp_path / "record")) as process:
        assert process.stdout
        facts = json.loads(process.stdout.readline())
        headers = {"authorization": f"Bot {facts['token']}"}
        me = httpx.get(facts["api"] + "/users/@me", headers=headers, timeout=30)
        limits = httpx.get(facts["control"] + "/limits", timeout=30).json()

        assert me.json()["id"] == facts["application_id"]
        assert limits["on"] is False
        assert facts["gateway"] == facts["page"].replace("http", "ws") + "gateway"
    assert "/users/@me" in (tmp_path / "record" / "rest.jsonl").read_text()


@pytest.mark.integration
def test_it_greets_with_the_token_the_addresses_and_a_line_for_every_library(tmp_path: Path) -> None:
    with alone(tmp_path) as process:
        assert process.stdout
        said = []
        while "Ctrl-C" not in (line := process.stdout.readline()):
            assert line, "it ended"
            said.append(line)
        place = f"127.0.0.1:{(tmp_path / 'playground.port').read_text()}"

    greeting = "".join(said)
    for library in hello.LIBRARIES:
        for line in hello.lines(library, place):
            assert line.strip() in greeting
    assert f"http://{place}/control/" in greeting


def test_the_lines_for_discord_py_and_hikari_do_what_they_say() -> None:
    by_name = {library.name: library for library in hello.LIBRARIES}
    kept = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    try:
        exec("\n".join(hello.lines(by_name["discord.py"], PLACE)), {})  # noqa: S102 - our own lines
        assert f"http://{PLACE}/api/v10/users/@me" == discord.http.Route("GET", "/users/@me").url
        assert yarl.URL(f"ws://{PLACE}/gateway") == discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = kept
    named: dict[str, object] = {"token": "MTIz.a.b"}
    exec("\n".join(hello.lines(by_name["hikari"], PLACE)), named)  # noqa: S102 - our own lines
    assert isinstance(named["bot"], hikari.GatewayBot)


def test_the_document_has_the_same_lines() -> None:
    text = DOCUMENT.read_text()

    for library in hello.LIBRARIES:
        block = "\n".join([f"```{library.language}", *hello.lines(library, PLACE), "```"])
        assert block in text, library.name


def test_the_usual_port_is_taken_unless_it_is_taken(tmp_path: Path) -> None:
    with listen("127.0.0.1", None, tmp_path / "port") as first, listen("127.0.0.1", None, tmp_path / "port") as second:
        ports = {first.getsockname()[1], second.getsockname()[1]}
        (tmp_path / "port").write_text(str(first.getsockname()[1]))
    with listen("127.0.0.1", None, tmp_path / "port") as again:
        assert again.getsockname()[1] == first_of(tmp_path)
    assert len(ports) == 2


def first_of(folder: Path) -> int:
    return int((folder / "port").read_text())


def test_a_data_directory_that_cannot_be_is_said_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")

    assert serve(Asked(data=tmp_path / "file" / "below")) == 1
    error = capfd.readouterr().err
    assert "below" in error
    assert "Traceback" not in error


async def test_the_document_s_requests_are_taken(discord: LocalDiscord) -> None:
    text = DOCUMENT.read_text()
    requests = re.findall(
        r"^curl (?:-s )?(?:-X (\w+) )?localhost:8420/control(\S+)(?: --json '([^']*)')?", text, re.MULTILINE
    )
    own = [(method, path, body) for method, path, body in requests if "…" not in body]

    assert len(own) >= 10
    for method, path, body in own:
        verb = method or ("POST" if body else "GET")
        answer = await discord.control(verb, path, json.loads(body) if body else None)
        assert answer.is_success, f"{verb} {path}: {answer.text}"
